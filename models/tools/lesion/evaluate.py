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


def bootstrap(figure, groups: np.ndarray, rounds: int = 1000, seed: int = 0) -> list[float]:
    """95 % interval of figure(rows), resampling whole lesions."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    values = []
    for _ in range(rounds):
        rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        values.append(figure(rows))
    return [round(float(v), 4) for v in np.nanquantile(values, [0.025, 0.975])]


def per_class(p: np.ndarray, label: np.ndarray) -> dict:
    """One against the rest: support, AUC; sensitivity and specificity of the arg max."""
    guess = p.argmax(axis=1)
    return {
        name: {
            "n": int((label == c).sum()),
            "sensitivity": round(float(np.mean(guess[label == c] == c)), 4),
            "specificity": round(float(np.mean(guess[label != c] != c)), 4),
            "auc": round(metrics.auc(p[:, c], label == c), 4),
        }
        for c, name in enumerate(dataset.CLASSES)
        if (label == c).any()
    }


def strata(records: list[dataset.Record]) -> dict[str, np.ndarray]:
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


def evaluate(outputs: dict, label, group, masks, has_mask, records, calibration: dict, rounds: int) -> dict:
    t = calibration["calibration"]["temperature"]
    raw, p = metrics.softmax(outputs["logits"]), metrics.softmax(outputs["logits"], t)
    guess = p.argmax(axis=1)
    mel = dataset.CLASSES.index("mel")
    figures = {
        "balanced_accuracy": lambda r: metrics.balanced_accuracy(label[r], guess[r]),
        "accuracy": lambda r: float(np.mean(guess[r] == label[r])),
        "macro_auc": lambda r: metrics.macro_auc(p[r], label[r]),
        "melanoma_auc": lambda r: metrics.auc(p[r][:, mel], label[r] == mel),
    }
    everything = np.arange(len(label))
    result: dict = {
        name: {"value": round(f(everything), 4), "ci95": bootstrap(f, group, rounds)} for name, f in figures.items()
    }
    sets = metrics.conformal_sets(p, calibration["conformal"]["threshold"])
    covered = sets[everything, label]
    iou, dice = metrics.overlap(outputs["mask"][:, 0] > 0.5, masks)
    inside = ood.score(calibration["ood"], outputs, t) <= calibration["ood"]["threshold"] if calibration.get("ood") else None
    result |= {
        "n": len(label),
        "lesions": int(len(np.unique(group))),
        "ece_before": round(metrics.ece(raw, label), 4),
        "ece": round(metrics.ece(p, label), 4),
        "coverage_90": round(float(covered.mean()), 4),
        "coverage_90_by_class": {c: round(float(covered[label == i].mean()), 4) for i, c in enumerate(dataset.CLASSES)},
        "set_size_90": round(float(sets.sum(axis=1).mean()), 4),
        **{k: round(v, 4) for k, v in metrics.retrieval(outputs["embedding"], group).items()},
        "mask_iou": round(float(iou[has_mask].mean()), 4),
        "mask_dice": round(float(dice[has_mask].mean()), 4),
        "ood_kept": None if inside is None else round(float(inside.mean()), 4),
        "per_class": per_class(p, label),
        "by_group": {},
    }
    for name, values in strata(records).items():
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
                "mask_iou": round(float(iou[rows][has_mask[rows]].mean()), 4),
            }
    return result


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--calibration", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--part", default="test", choices=("test", "monitor", "calibration"))
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=1000)
    args = parser.parse_args()
    arrays = dataset.load_arrays(args.data, args.cache)
    index = arrays.indices(args.part)
    outputs = runner.run(args.model, [dataset.centre_square(arrays.pictures[i], args.size) for i in index], threads=2)
    masks = np.stack([metrics.centre_mask(arrays.masks[i], outputs["mask"].shape[-1]) for i in index])
    result = {
        "set": {
            "test": "fold 0 of five of HAM10000, grouped by lesion: never trained on, never used for a choice",
            "monitor": "a slice of HAM10000 that was not trained on",
            "calibration": "ISIC 2018 Task 3 validation set",
        }[args.part],
        "model": args.model.name,
        "command": f"python evaluate.py --data DATA --cache CACHE --model {args.model.name} --calibration calibration.json --out evaluation.json",
        **evaluate(
            outputs, arrays.labels[index], arrays.groups[index], masks, arrays.has_mask[index],
            [arrays.records[i] for i in index], json.loads(args.calibration.read_text()), args.rounds,
        ),
    }
    args.out.write_text(json.dumps(result, indent=1))
    print(json.dumps({k: v for k, v in result.items() if k not in ("by_group",)}, indent=1))


if __name__ == "__main__":
    main()
