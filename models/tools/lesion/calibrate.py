"""Temperature, conformal threshold, out-of-distribution score and embedding noise of one variant.

    python calibrate.py --data DATA --cache CACHE --model model.int8.onnx --out calibration.json

Fitted on pictures of lesions that were neither trained on nor are reported on:
the set's own validation pictures and the monitor slice.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np

import data as dataset
import metrics
import ood
import runner

ALPHA = 0.1


def temperature(logits: np.ndarray, label: np.ndarray) -> float:
    """Least negative log-likelihood over a fine grid of temperatures, 0.2 to 5."""
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 400))
    rows = np.arange(len(label))
    loss = [-np.log(metrics.softmax(logits, t)[rows, label] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(loss))])


def conformal_threshold(p: np.ndarray, label: np.ndarray, alpha: float = ALPHA) -> float:
    """Split conformal (LAC): the finite-sample quantile of 1 - p of the true class."""
    scores = np.sort(1 - p[np.arange(len(label)), label])
    rank = int(np.ceil((len(scores) + 1) * (1 - alpha)))
    return float(scores[min(rank, len(scores)) - 1])


def noise(embedding: np.ndarray, group: np.ndarray) -> dict:
    """Distribution of cosines between pictures of one lesion, and of different lesions."""

    def describe(cosines: np.ndarray) -> dict:
        return {
            "mean": float(cosines.mean()),
            "sd": float(cosines.std(ddof=1)),
            "quantiles": {str(v): float(np.quantile(cosines, v)) for v in (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)},
        }

    same, different = metrics.pair_cosines(embedding, group)
    return {"same_lesion": describe(same), "different_lesion": describe(different), "pairs": int(len(same))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--balanced", action="store_true", help="the classes' frequencies are not in the logits (no finish.py)")
    parser.add_argument("--known", type=int, default=2500, help="training pictures behind the OOD statistics")
    args = parser.parse_args()
    arrays = dataset.load(args)
    index = arrays.indices("calibration", "monitor")

    def outputs(rows) -> dict[str, np.ndarray]:
        return runner.run(args.model, [dataset.centre_square(arrays.pictures[i], args.size) for i in rows], threads=2)

    held = outputs(index)
    label, group = arrays.labels[index], arrays.groups[index]
    t = temperature(held["logits"], label)
    p = metrics.softmax(held["logits"], t)
    fitted_on = f"{len(index)} pictures of {len(np.unique(group))} lesions that were not trained on: {arrays.source.calibration_set} and a slice of the training set"
    rng = np.random.default_rng(3)
    known = outputs(rng.choice(arrays.indices("train"), min(args.known, len(arrays.indices("train"))), replace=False))
    stranger_pictures, names = ood.strangers(args.size)
    strange = runner.run(args.model, stranger_pictures, threads=2)
    candidates = {}
    for statistics in (ood.fit_mahalanobis(known["embedding"]), {"method": "energy"}):
        inside = ood.score(statistics, held, t)
        outside = ood.score(statistics, strange, t)
        limit = ood.threshold(inside)
        rejected = outside > limit
        candidates[statistics["method"]] = {
            "statistics": statistics, "threshold": limit, "kept": float(np.mean(inside <= limit)),
            "auc": metrics.auc(np.concatenate([inside, outside]), np.repeat([0, 1], [len(inside), len(outside)])),
            "rejected": float(rejected.mean()),
            "missed": sorted({n for n, r in zip(names, rejected) if not r}),
        }
        print(statistics["method"], {k: v for k, v in candidates[statistics["method"]].items() if k != "statistics"})
    best = max(candidates.values(), key=lambda c: (c["rejected"], c["auc"]))
    chosen = {k: (np.round(v, 5).tolist() if isinstance(v, np.ndarray) else v) for k, v in best["statistics"].items()}
    result = {
        "frequency": None if args.balanced else arrays.frequency().round(5).tolist(),
        "calibration": {"temperature": round(t, 4), "fitted_on": fitted_on},
        "conformal": {"method": "lac", "alpha": ALPHA, "threshold": round(conformal_threshold(p, label), 5), "fitted_on": fitted_on},
        "ood": {**chosen, "threshold": best["threshold"], "fitted_on": f"{len(known['logits'])} training pictures; threshold: 98 % of the calibration pictures stay under it"},
        "embedding_noise": {**noise(held["embedding"], group), "fitted_on": fitted_on} if len(np.unique(group)) < len(group) else None,
        "report": {
            "ece_before": metrics.ece(metrics.softmax(held["logits"]), label),
            "ece_after": metrics.ece(p, label),
            "ood": {k: {x: y for x, y in v.items() if x != "statistics"} for k, v in candidates.items()},
            "ood_strangers": len(names),
        },
    }
    args.out.write_text(json.dumps(result))
    print(json.dumps({**result["report"], "calibration": result["calibration"], "conformal": result["conformal"], "noise": result["embedding_noise"]}, indent=1))


if __name__ == "__main__":
    main()
