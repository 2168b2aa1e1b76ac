"""Held-out figures of one variant with its calibration: by capture, source, class and group; with answers and without.

    python evaluate.py --data DATA --cache CACHE --model model.int8.onnx --calibration calibration.json --context context.json --out evaluation.json
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np

import conformal
import context
import data as dataset
import metrics
import ood
import record
import runner
import scaling


def bootstrap(figure, groups: np.ndarray, rounds: int = 200, seed: int = 0) -> list[float]:
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


def strata(records: list[record.Record]) -> dict[str, np.ndarray]:
    """Named attributes of the pictures: tone, sex, age band, site, how the label was confirmed."""

    def band(age: float | None) -> str:
        if age is None:
            return "unknown"
        return "under 30" if age < 30 else "30-44" if age < 45 else "45-59" if age < 60 else "60-74" if age < 75 else "75 and over"

    scale = {"milk10k": "MILK10k tone (0 very dark, 5 very light)", "pad_ufes_20": "Fitzpatrick type"}
    return {
        "skin": np.array([f"{scale[r.source]} {r.tone}" if r.tone and r.source in scale else "unknown" for r in records]),
        "sex": np.array([r.sex or "unknown" for r in records]),
        "age": np.array([band(r.age) for r in records]),
        "site": np.array([r.site or "unknown" for r in records]),
        "confirmed by": np.array([r.confirm or "unknown" for r in records]),
    }


class Judge:
    """Figures of one capture's pictures, all or some of them."""

    def __init__(self, arrays: dataset.Arrays, index: np.ndarray, outputs: dict, facts: dict, rounds: int):
        self.arrays, self.rounds, self.outputs = arrays, rounds, outputs
        self.label, self.group = arrays.labels[index], arrays.groups[index]
        self.frequencies = np.array(facts["frequencies"])
        vector = scaling.VectorScaling(np.array(facts["calibration"]["scale"]), np.array(facts["calibration"]["bias"]))
        self.p = vector(outputs["logits"])
        self.limits = np.array(facts["conformal"]["thresholds"])
        self.inside = ood.score(facts["ood"], outputs["embedding"]) <= facts["ood"]["threshold"]
        self.has_mask = arrays.has_mask[index] & ("mask" in outputs)
        self.iou = self.dice = np.zeros(len(index))
        if self.has_mask.any():
            truth = np.stack([metrics.centre_mask(arrays.masks[i], outputs["mask"].shape[-1]) for i in index])
            self.iou, self.dice = metrics.overlap(outputs["mask"][:, 0] > 0.5, truth)
        self.right_capture = None
        if "capture" in outputs:
            self.right_capture = outputs["capture"].argmax(axis=1) == arrays.captures[index]
        self.strata = strata([arrays.records[i] for i in index]) | {"source": np.array([arrays.records[i].source for i in index])}

    def judge(self, rows: np.ndarray, p: np.ndarray, limits: np.ndarray) -> dict:
        """Figures of probabilities on some rows."""
        label, group, classes = self.label[rows], self.group[rows], self.arrays.classes
        # Of a class in a hundred the likeliest label is rarely that class: where all classes count the same, so do they here.
        likeliest, standout = p.argmax(axis=1), metrics.standout(p, self.frequencies)
        mel = classes.index("mel")
        figures = {
            "balanced_accuracy": lambda r: metrics.balanced_accuracy(label[r], standout[r]),
            "accuracy": lambda r: float(np.mean(likeliest[r] == label[r])),
            "macro_auc": lambda r: metrics.macro_auc(p[r], label[r]),
            "melanoma_auc": lambda r: metrics.auc(p[r][:, mel], label[r] == mel),
        }
        every = np.arange(len(label))
        sets = conformal.sets(p, limits)
        covered = sets[every, label]
        return {name: {"value": _or_none(f(every)), "ci95": bootstrap(f, group, self.rounds)} for name, f in figures.items()} | {
            "n": len(label),
            "lesions": int(len(np.unique(group))),
            "classes": int(len(np.unique(label))),
            "ece": round(metrics.ece(p, label), 4),
            "coverage_90": round(float(covered.mean()), 4),
            "coverage_90_by_class": {c: round(float(covered[label == i].mean()), 4) for i, c in enumerate(classes) if (label == i).any()},
            "set_size_90": round(float(sets.sum(axis=1).mean()), 4),
            "per_class": per_class(p, standout, label, classes),
        }

    def everything(self) -> dict:
        """All pictures, each source, each group."""
        every = np.arange(len(self.label))
        result = self.of(every)
        result["by_source"] = {s: self.of(np.flatnonzero(self.strata["source"] == s)) for s in sorted(set(self.strata["source"]))}
        result["by_group"] = {}
        standout, likeliest = metrics.standout(self.p, self.frequencies), self.p.argmax(axis=1)
        sets = conformal.sets(self.p, self.limits)
        mel = self.arrays.classes.index("mel")
        for name, values in self.strata.items():
            for value in sorted(set(values)):
                rows = np.flatnonzero(values == value)
                if len(rows) < 20 or name == "source":
                    continue
                label, group = self.label[rows], self.group[rows]
                right = likeliest[rows] == label
                result["by_group"][f"{name}: {value}"] = {
                    "n": len(rows),
                    "accuracy": {"value": round(float(right.mean()), 4), "ci95": bootstrap(lambda r, v=right: v[r].mean(), group, self.rounds // 2)},
                    "balanced_accuracy": round(metrics.balanced_accuracy(label, standout[rows]), 4),
                    "classes": int(len(np.unique(label))),
                    "melanoma_auc": _or_none(metrics.auc(self.p[rows, mel], label == mel)),
                    "coverage_90": round(float(sets[rows, label].mean()), 4),
                    "ood_kept": mean_of(self.inside[rows]),
                    "mask_iou": mean_of(self.iou[rows][self.has_mask[rows]]),
                }
        return result

    def of(self, rows: np.ndarray) -> dict:
        return self.judge(rows, self.p[rows], self.limits) | {
            **{k: _or_none(v) for k, v in metrics.retrieval(self.outputs["embedding"][rows], self.group[rows]).items()},
            "mask_iou": mean_of(self.iou[rows][self.has_mask[rows]]),
            "mask_dice": mean_of(self.dice[rows][self.has_mask[rows]]),
            "ood_kept": mean_of(self.inside[rows]),
            "capture_right": None if self.right_capture is None else mean_of(self.right_capture[rows]),
        }


def with_answers(judge: Judge, arrays: dataset.Arrays, index: np.ndarray, facts: dict) -> dict:
    """The pictures whose patient was asked: the picture alone, with the answers, with half of them missing at random."""
    model = context.Context(facts)
    rows = np.flatnonzero(judge.strata["source"] == "pad_ufes_20")
    x = context.features([arrays.records[i] for i in index[rows]], model.sites)
    terms = np.unique([term for term, _ in context.columns(model.sites)], return_inverse=True)[1]
    half = context.dropped(x, terms, np.full(len(rows), 0.5), np.random.default_rng(41))
    p = judge.p[rows]
    return {
        "picture alone": judge.judge(rows, p, judge.limits),
        "with the answers": judge.judge(rows, model(p, x), model.limits),
        "with half of the answers": judge.judge(rows, model(p, half), model.limits),
        "answers alone": judge.judge(rows, model(np.tile(judge.frequencies, (len(rows), 1)), x), model.limits),
    }


def mean_of(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--calibration", type=pathlib.Path, required=True)
    parser.add_argument("--context", type=pathlib.Path, help="figures with answers besides (context.py)")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--part", default="test", choices=("test", "monitor", "calibration"))
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=200)
    args = parser.parse_args()
    arrays = dataset.load(args)
    calibration = json.loads(args.calibration.read_text())
    captures, asked = {}, None
    for facts in calibration["captures"]:
        index = arrays.of_capture(arrays.indices(args.part), facts["id"])
        outputs = runner.run(args.model, [arrays.square(i, args.size) for i in index], threads=2)
        judge = Judge(arrays, index, outputs, facts, args.rounds)
        captures[facts["id"]] = judge.everything()
        if args.context and facts["id"] == context.CAPTURE:
            asked = with_answers(judge, arrays, index, json.loads(args.context.read_text())["context"])
    result = {
        "set": {
            "test": arrays.source.test_set,
            "monitor": "a slice of the training set that was not trained on",
            "calibration": arrays.source.calibration_set,
        }[args.part],
        "model": args.model.name,
        "command": f"python evaluate.py --data DATA --cache CACHE --set {args.set} --model {args.model.name} --calibration calibration.json"
        + (" --context context.json" if args.context else "") + " --out evaluation.json",
        "captures": captures,
    } | ({"context": asked} if asked else {})
    args.out.write_text(json.dumps(result, indent=1))
    brief = ("n", "balanced_accuracy", "macro_auc", "melanoma_auc", "ece", "coverage_90", "set_size_90", "ood_kept", "same_lesion_top1")
    for capture, found in captures.items():
        for name, figures in [("all", found), *found["by_source"].items()]:
            print(capture, name, json.dumps({k: figures[k] for k in brief}))
    for name, figures in (asked or {}).items():
        print(name, json.dumps({k: figures[k] for k in brief[:7]}))


if __name__ == "__main__":
    main()
