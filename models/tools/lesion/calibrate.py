"""What depends on how a picture was taken: frequencies, calibration, prediction sets, strangers, embedding noise.

    python calibrate.py --data DATA --cache CACHE --model model.int8.onnx --out calibration.json

For each capture of the set, from pictures of lesions that were neither trained on nor are reported on: the set's own
validation pictures and the monitor slice. Where several sets share a capture, each counts the same. Thresholds of the
prediction sets are taken from probabilities that were fitted without the picture's own lesion.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np

import conformal
import data as dataset
import metrics
import ood
import runner
import scaling
import strangers


def noise(embedding: np.ndarray, group: np.ndarray) -> dict | None:
    """Distribution of cosines between pictures of one lesion, and of different lesions; None without a pair."""

    def describe(cosines: np.ndarray) -> dict:
        return {
            "mean": float(cosines.mean()),
            "sd": float(cosines.std(ddof=1)),
            "quantiles": {str(v): float(np.quantile(cosines, v)) for v in (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)},
        }

    same, different = metrics.pair_cosines(embedding, group)
    if len(same) < 2:
        return None
    return {"same_lesion": describe(same), "different_lesion": describe(different), "pairs": int(len(same))}


def calibrated(arrays: dataset.Arrays, rows: np.ndarray, logits: np.ndarray, frequencies: np.ndarray) -> tuple[dict, dict]:
    """Calibration and prediction sets of one capture, and the report on them."""
    label, group, weight = arrays.labels[rows], arrays.groups[rows], arrays.domain_weights(rows)
    penalty, surprise = scaling.choose(logits, label, group, weight, frequencies)
    vector = scaling.fit(logits, label, weight, frequencies, penalty)
    p = scaling.cross_fitted(logits, label, group, weight, frequencies, penalty)
    limits = conformal.thresholds(p, label, weight)
    inside = conformal.sets(p, limits)
    names = sorted({arrays.records[i].source for i in rows})
    fitted_on = (
        f"{len(rows)} pictures of {len(np.unique(group))} lesions that were not trained on ({', '.join(names)}, each set counted the same)"
    )
    facts = {
        "frequencies": [round(float(f), 5) for f in frequencies],
        "calibration": {
            "method": "vector", "scale": vector.scale.round(5).tolist(), "bias": vector.bias.round(5).tolist(), "fitted_on": fitted_on,
        },
        "conformal": {
            "method": "lac-by-class", "alpha": conformal.ALPHA, "thresholds": limits.round(5).tolist(), "fitted_on": fitted_on,
        },
    }
    source = np.array([arrays.records[i].source for i in rows])
    report = {
        "pictures": np.bincount(label, minlength=len(arrays.classes)).tolist(),
        "penalty": str(penalty),
        "surprise": {str(k): round(v, 4) for k, v in surprise.items()},
        "cross_fitted": {
            name: {
                "n": int(at.sum()), "ece": round(metrics.ece(p[at], label[at]), 4),
                "coverage_90": round(float(inside[at, label[at]].mean()), 4), "set_size_90": round(float(inside[at].sum(axis=1).mean()), 3),
                "balanced_accuracy": round(metrics.balanced_accuracy(label[at], metrics.standout(p[at], frequencies)), 4),
            }
            for name, at in [("all", np.ones(len(rows), bool)), *((n, source == n) for n in names)]
        },
    }
    return facts, report


def familiar(known: np.ndarray, held: np.ndarray, weight: np.ndarray, outside: np.ndarray, names: list[str]) -> tuple[dict, dict]:
    """Out-of-distribution statistics of one capture from embeddings, and how they do on strangers of kinds that a fit
    had not seen (across five folds of kinds)."""
    kinds = np.array([strangers.kind(n) for n in names])
    fold = scaling.folds(kinds)
    rejected = np.zeros(len(names), bool)
    for k in range(scaling.FOLDS):
        unseen = fold == k
        found = ood.fit(known, outside[~unseen], kinds[~unseen])
        rejected[unseen] = ood.score(found, outside[unseen]) > ood.threshold(ood.score(found, held), weight)
    statistics = ood.fit(known, outside, kinds)
    inside = ood.score(statistics, held)
    limit = ood.threshold(inside, weight)
    through = {n: round(float(np.mean([not r for r, x in zip(rejected, names) if x == n])), 3) for n in sorted(set(names))}
    facts = {k: np.round(v, 5).tolist() if isinstance(v, np.ndarray) else v for k, v in statistics.items()}
    return facts | {
        "threshold": limit,
        "fitted_on": f"{len(known)} training pictures and {len(names)} strangers; threshold: 97 % of the calibration pictures stay under it",
    }, {
        "kept": round(float(np.mean(inside <= limit)), 4),
        "rejected": round(float(rejected.mean()), 4),
        "strangers": len(names),
        "let_through": {n: v for n, v in through.items() if v},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--known", type=int, default=1000, help="training pictures of each capture behind the OOD statistics")
    args = parser.parse_args()
    arrays = dataset.load(args)

    def outputs(rows) -> dict[str, np.ndarray]:
        return runner.run(args.model, [arrays.square(i, args.size) for i in rows], threads=2)

    pictures, kinds = strangers.strangers(args.size, args.data / "faces_cc0" / "images")
    strange = runner.run(args.model, pictures, threads=2)
    rng = np.random.default_rng(3)
    captures, report = [], {}
    for capture in arrays.source.captures:
        rows = arrays.of_capture(arrays.indices("calibration", "monitor"), capture)
        held = outputs(rows)
        facts, found = calibrated(arrays, rows, held["logits"], arrays.frequencies(capture))
        train = arrays.of_capture(arrays.indices("train"), capture)
        known = outputs(rng.choice(train, min(args.known, len(train)), replace=False))
        facts["ood"], found["ood"] = familiar(known["embedding"], held["embedding"], arrays.domain_weights(rows), strange["embedding"], kinds)
        other = arrays.of_capture(arrays.indices("other"), capture) if "other" in {r.part for r in arrays.records} else []
        if len(other):
            score = ood.score(facts["ood"], outputs(other)["embedding"])
            found["ood"]["other_diagnoses"] = {"n": len(other), "rejected": round(float(np.mean(score > facts["ood"]["threshold"])), 4)}
        facts["embedding_noise"] = noise(held["embedding"], arrays.groups[rows])
        captures.append({"id": capture, **facts})
        report[capture] = found
        print(capture, json.dumps(found, indent=1), flush=True)
    args.out.write_text(json.dumps({"captures": captures, "report": report}))


if __name__ == "__main__":
    main()
