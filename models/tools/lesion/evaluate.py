"""Held-out figures of one variant with its calibration, as JSON and Markdown tables.

    python evaluate.py --data DATA --cache CACHE --model model.int8.onnx --calibration calibration.json --out evaluation.json
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
import sources


def bootstrap(figure, groups: np.ndarray, rounds: int = 1000, seed: int = 0) -> list[float]:
    """95 % interval of figure(rows), resampling whole lesions."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    values = []
    for _ in range(rounds):
        rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        values.append(figure(rows))
    return [round(float(v), 4) for v in np.nanquantile(values, [0.025, 0.975])]


def per_class(p: np.ndarray, guess: np.ndarray, label: np.ndarray, classes: tuple[str, ...]) -> dict:
    """One against the rest: support, AUC; sensitivity and specificity of what was guessed."""
    return {
        name: {
            "n": int((label == c).sum()),
            "sensitivity": round(float(np.mean(guess[label == c] == c)), 4),
            "specificity": round(float(np.mean(guess[label != c] != c)), 4),
            "auc": round(metrics.auc(p[:, c], label == c), 4),
        }
        for c, name in enumerate(classes)
        if (label == c).any()
    }


def strata(records: list[sources.Record]) -> dict[str, np.ndarray]:
    """Named attributes of the pictures: sex, age band, site, how the label was confirmed."""

    def band(age: float | None) -> str:
        if age is None:
            return "unknown"
        return "under 30" if age < 30 else "30-44" if age < 45 else "45-59" if age < 60 else "60-74" if age < 75 else "75 and over"

    return {
        "sex": np.array([r.sex or "unknown" for r in records]),
        "age": np.array([band(r.age) for r in records]),
        "site": np.array([r.site or "unknown" for r in records]),
        "confirmed by": np.array([r.confirm or "unknown" for r in records]),
    }


def evaluate(arrays: dataset.Arrays, index: np.ndarray, outputs: dict, calibration: dict, rounds: int) -> dict:
    label, group, has_mask = arrays.labels[index], arrays.groups[index], arrays.has_mask[index]
    iou = dice = np.zeros(len(index))
    if "mask" in outputs and has_mask.any():
        truth = np.stack([metrics.centre_mask(arrays.masks[i], outputs["mask"].shape[-1]) for i in index])
        iou, dice = metrics.overlap(outputs["mask"][:, 0] > 0.5, truth)
    else:
        has_mask = np.zeros(len(index), bool)
    t = calibration["calibration"]["temperature"]
    raw, p = metrics.softmax(outputs["logits"]), metrics.softmax(outputs["logits"], t)
    # Of a class in a hundred the likeliest label is rarely that class: where all classes count the same, so do they here.
    likeliest, standout = p.argmax(axis=1), metrics.standout(p, calibration.get("frequency"))
    mel = arrays.classes.index("mel")
    figures = {
        "balanced_accuracy": lambda r: metrics.balanced_accuracy(label[r], standout[r]),
        "balanced_accuracy_likeliest": lambda r: metrics.balanced_accuracy(label[r], likeliest[r]),
        "accuracy": lambda r: float(np.mean(likeliest[r] == label[r])),
        "macro_auc": lambda r: metrics.macro_auc(p[r], label[r]),
        "melanoma_auc": lambda r: metrics.auc(p[r][:, mel], label[r] == mel),
    }
    everything = np.arange(len(label))
    result: dict = {
        name: {"value": round(f(everything), 4), "ci95": bootstrap(f, group, rounds)} for name, f in figures.items()
    }
    sets = metrics.conformal_sets(p, calibration["conformal"]["threshold"])
    covered = sets[everything, label]
    inside = ood.score(calibration["ood"], outputs, t) <= calibration["ood"]["threshold"] if calibration.get("ood") else None
    result |= {
        "n": len(label),
        "lesions": int(len(np.unique(group))),
        "ece_before": round(metrics.ece(raw, label), 4),
        "ece": round(metrics.ece(p, label), 4),
        "coverage_90": round(float(covered.mean()), 4),
        "coverage_90_by_class": {c: round(float(covered[label == i].mean()), 4) for i, c in enumerate(arrays.classes)},
        "set_size_90": round(float(sets.sum(axis=1).mean()), 4),
        **{k: _or_none(v) for k, v in metrics.retrieval(outputs["embedding"], group).items()},
        "mask_iou": mean_of(iou[has_mask]),
        "mask_dice": mean_of(dice[has_mask]),
        "ood_kept": None if inside is None else round(float(inside.mean()), 4),
        "per_class": per_class(p, standout, label, arrays.classes),
        "by_group": {},
    }
    for name, values in strata([arrays.records[i] for i in index]).items():
        for value in sorted(set(values)):
            rows = np.flatnonzero(values == value)
            if len(rows) < 20:
                continue
            result["by_group"][f"{name}: {value}"] = {
                "n": len(rows),
                "accuracy": {
                    "value": round(figures["accuracy"](rows), 4),
                    "ci95": bootstrap(lambda r, rows=rows: figures["accuracy"](rows[r]), group[rows], rounds // 2),
                },
                "balanced_accuracy": round(figures["balanced_accuracy"](rows), 4),
                "classes": int(len(np.unique(label[rows]))),
                "melanoma_auc": _or_none(figures["melanoma_auc"](rows)),
                "coverage_90": round(float(covered[rows].mean()), 4),
                "mask_iou": mean_of(iou[rows][has_mask[rows]]),
            }
    return result


def mean_of(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--calibration", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--part", default="test", choices=("test", "monitor", "calibration"))
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=1000)
    args = parser.parse_args()
    arrays = dataset.load(args)
    index = arrays.indices(args.part)
    outputs = runner.run(args.model, [dataset.centre_square(arrays.pictures[i], args.size) for i in index], threads=2)
    result = {
        "set": {
            "test": arrays.source.test_set,
            "monitor": "a slice of the training set that was not trained on",
            "calibration": arrays.source.calibration_set,
        }[args.part],
        "model": args.model.name,
        "command": f"python evaluate.py --data DATA --cache CACHE --model {args.model.name} --calibration calibration.json --out evaluation.json",
        **evaluate(arrays, index, outputs, json.loads(args.calibration.read_text()), args.rounds),
    }
    args.out.write_text(json.dumps(result, indent=1))
    print(json.dumps({k: v for k, v in result.items() if k not in ("by_group",)}, indent=1))


if __name__ == "__main__":
    main()
