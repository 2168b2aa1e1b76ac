"""What the person knows, beside the picture: a multinomial logistic model on calibrated log-probabilities and answers.

    python context.py --data DATA --cache CACHE --model model.int8.onnx --calibration calibration.json --out context.json

score_k = a log p_k + bias_k + the sum, over the answers given, of their term for k. Two fits, so that nothing is learned
from the network's probabilities of pictures that it was trained on (they are too good):

1. answers alone -> diagnosis, on the training and monitor patients of PAD-UFES-20, every answer dropped at random, so
   that a missing answer adds nothing and the others still mean what they say;
2. the picture's weight a, one weight for all terms, and the biases, on the monitor patients.

In a clinic's data, answers carry more than biology: who was biopsied was suspected, was asked more, and answered a
doctor who had looked already (verification bias). The report says what that may be worth: how well answers alone tell
biopsied from not, within one diagnosis.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np
from scipy import optimize

import conformal
import data as dataset
import metrics
import pad_ufes_20
import record
import runner
import scaling

CAPTURE = record.CLOSE_UP
KNOTS = (15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
SEXES = ("female", "male")
#: Share of answers dropped while fitting is drawn anew for each copy of a patient, between these.
DROPPED, COPIES = (0.0, 0.7), 6
#: Ridge of the answers' terms (of 1, 3, 8, 20 the smaller ones tell best, across patients); of the second fit, toward a = 1, weight 1 and no bias.
RIDGE, SECOND_RIDGE = 2.0, 2.0


def hats(age: float) -> np.ndarray:
    """Weights of the knots for a piecewise linear term, clamped at the ends."""
    at = np.interp(age, KNOTS, np.arange(len(KNOTS)))
    return np.maximum(0, 1 - np.abs(np.arange(len(KNOTS)) - at))


def columns(sites: tuple[str, ...]) -> list[tuple[str, str]]:
    """(term, value) of each feature."""
    return (
        [(q, answer) for q in pad_ufes_20.QUESTIONS for answer in ("yes", "no")]
        + [("age", str(k)) for k in KNOTS] + [("sex", s) for s in SEXES] + [("site", s) for s in sites]
    )


def features(records: list[record.Record], sites: tuple[str, ...]) -> np.ndarray:
    """[N, columns]; what is not known is zero throughout its term."""
    where = columns(sites)
    x = np.zeros((len(records), len(where)))
    for row, r in zip(x, records):
        for question, answer in r.answers.items():
            row[where.index((question, "yes" if answer else "no"))] = 1
        if r.age is not None:
            row[where.index(("age", str(KNOTS[0]))) :][: len(KNOTS)] = hats(r.age)
        if r.sex in SEXES:
            row[where.index(("sex", r.sex))] = 1
        if r.site in sites:
            row[where.index(("site", r.site))] = 1
    return x


def known(x: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Whether each row has an answer to the question of each column, bool [N, columns]."""
    return np.stack([x[:, terms == t].sum(axis=1) > 0 for t in range(terms.max() + 1)], axis=1)[:, terms]


def means(x: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Mean of each column over the rows that have an answer. Features less this mean are zero on average, answered or
    not: that an answer was written down at all says who was examined how, and must not count."""
    return x.sum(axis=0) / np.maximum(1, known(x, terms).sum(axis=0))


def dropped(x: np.ndarray, terms: np.ndarray, share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole answers taken away. terms: the term of each column; share [N]: how many of a row's."""
    gone = rng.random((len(x), terms.max() + 1)) < share[:, None]
    return x * ~gone[:, terms]


def fit_answers(x: np.ndarray, label: np.ndarray, weight: np.ndarray, classes: int, ridge: float = RIDGE) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: terms [columns,C] and intercepts [C]."""
    n, d = x.shape
    rows = np.arange(n)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, b = flat[: d * classes].reshape(d, classes), flat[d * classes :]
        p = scaling.softmax(x @ w + b)
        value = -(weight * np.log(p[rows, label] + 1e-12)).sum() + ridge * (w**2).sum() / 2
        error = p * weight[:, None]
        error[rows, label] -= weight
        return value, np.concatenate([(x.T @ error + ridge * w).ravel(), error.sum(axis=0)])

    found = optimize.minimize(loss, np.zeros(d * classes + classes), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return found.x[: d * classes].reshape(d, classes), found.x[d * classes :]


def combine(log_p: np.ndarray, answers: np.ndarray, label: np.ndarray, weight: np.ndarray, start: np.ndarray, ridge: float = SECOND_RIDGE):
    """(a, b, bias): score = a log_p + b answers + bias, pulled to a = b = 1 and the given bias."""
    n, c = log_p.shape
    rows = np.arange(n)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        a, b, shift = flat[0], flat[1], flat[2:]
        p = scaling.softmax(a * log_p + b * answers + start + shift)
        value = -(weight * np.log(p[rows, label] + 1e-12)).sum() + ridge * ((a - 1) ** 2 + (b - 1) ** 2 + (shift**2).sum())
        error = p * weight[:, None]
        error[rows, label] -= weight
        return value, np.concatenate([
            [(error * log_p).sum() + 2 * ridge * (a - 1), (error * answers).sum() + 2 * ridge * (b - 1)],
            error.sum(axis=0) + 2 * ridge * shift,
        ])

    flat = optimize.minimize(loss, np.concatenate([[1.0, 1.0], np.zeros(c)]), jac=True, method="L-BFGS-B").x
    return flat[0], flat[1], start + flat[2:]


class Context:
    """A fitted model, as the pack states it."""

    def __init__(self, facts: dict):
        self.facts = facts
        self.weight, self.bias = facts["image_weight"], np.array(facts["bias"])
        self.limits = np.array(facts["conformal"]["thresholds"])
        terms = {t["id"]: t for t in facts["terms"]}
        self.sites = tuple(terms["site"]["options"])
        self.table = np.array(
            [terms[q][answer] for q in pad_ufes_20.QUESTIONS for answer in ("yes", "no")]
            + terms["age"]["values"] + [terms["sex"]["options"][s] for s in SEXES] + list(terms["site"]["options"].values())
        )

    def __call__(self, p: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Probabilities with answers. p: the picture's calibrated ones [N,C]; x: features."""
        return scaling.softmax(self.weight * np.log(p + 1e-12) + self.bias + x @ self.table)


def stated(a: float, bias: np.ndarray, table: np.ndarray, sites: tuple[str, ...], limits: np.ndarray, fitted_on: str) -> dict:
    """The model as pack.json holds it."""
    at = {column: row.round(4).tolist() for column, row in zip(columns(sites), table)}
    terms: list[dict] = [{"id": q, "kind": "yes_no", "yes": at[q, "yes"], "no": at[q, "no"]} for q in pad_ufes_20.QUESTIONS]
    terms.append({"id": "age", "kind": "number", "knots": list(KNOTS), "values": [at["age", str(k)] for k in KNOTS]})
    terms.append({"id": "sex", "kind": "choice", "options": {s: at["sex", s] for s in SEXES}})
    terms.append({"id": "site", "kind": "choice", "options": {s: at["site", s] for s in sites}})
    return {
        "capture": CAPTURE, "image_weight": round(float(a), 5), "bias": bias.round(5).tolist(), "terms": terms,
        "conformal": {
            "method": "lac-by-class", "alpha": conformal.ALPHA, "thresholds": limits.round(5).tolist(), "fitted_on": fitted_on,
        },
        "fitted_on": fitted_on,
    }


def fit(arrays: dataset.Arrays, rows: np.ndarray, p: np.ndarray, frequencies: np.ndarray, seed: int = 29) -> tuple[dict, dict]:
    """rows: monitor pictures with answers; p: their calibrated probabilities by a fit without their own lesion."""
    classes = len(arrays.classes)
    asked = [i for i in arrays.indices("train", "monitor") if arrays.records[i].source == "pad_ufes_20"]
    records = [arrays.records[i] for i in asked]
    sites = tuple(sorted({r.site for r in records if r.site}))
    terms = np.unique([term for term, _ in columns(sites)], return_inverse=True)[1]
    x, label = features(records, sites), arrays.labels[asked]
    middle = means(x, terms)
    # The probabilities are meant for the capture's frequencies, so these patients count as if they had them.
    share = np.bincount(label, minlength=classes) / len(label)
    present = share > 0
    by_class = np.where(present, frequencies / np.where(present, share, 1), 0)
    by_class /= (by_class * share).sum()
    rng = np.random.default_rng(seed)

    def answers_only(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        many = np.tile(np.flatnonzero(inside), COPIES)
        thin = dropped(x[many], terms, rng.uniform(*DROPPED, len(many)), rng)
        table, intercept = fit_answers(thin - known(thin, terms) * middle, label[many], by_class[label[many]] / COPIES, classes)
        # Of each term its mean over the answers, so that the table applies to the features as they are.
        for t in range(terms.max() + 1):
            table[terms == t] -= middle[terms == t] @ table[terms == t]
        # A class that these patients lack is neither helped nor hurt by an answer.
        table[:, ~present] = table[:, present].mean(axis=1, keepdims=True)
        return table, np.where(present, intercept, np.log(frequencies))

    def second(at: np.ndarray, table: np.ndarray):
        """The picture's weight and the biases from some of `rows`; half of the answers dropped in half of the copies."""
        many = np.tile(at, 8)
        thin = dropped(features([arrays.records[i] for i in rows[many]], sites), terms, rng.choice([0, 0.5], len(many)), rng)
        truth = arrays.labels[rows[many]]
        return combine(np.log(p[many] + 1e-12), thin @ table, truth, by_class[truth] / 8, np.zeros(classes))

    # Cross-fitted over patients of the monitor slice, for the thresholds and the report.
    patient = np.array([pad_ufes_20.patient(arrays.records[i].isic_id) for i in rows])
    fold = scaling.folds(patient)
    asked_patient = np.array([pad_ufes_20.patient(r.isic_id) for r in records])
    found = {name: np.zeros_like(p) for name in ("full", "half", "answers")}
    own = features([arrays.records[i] for i in rows], sites)
    half = dropped(own, terms, np.full(len(rows), 0.5), rng)
    for k in range(scaling.FOLDS):
        at = np.flatnonzero(fold == k)
        table, intercept = answers_only(~np.isin(asked_patient, patient[at]))
        a, b, bias = second(np.flatnonzero(fold != k), table)
        for name, seen in (("full", own), ("half", half)):
            found[name][at] = scaling.softmax(a * np.log(p[at] + 1e-12) + b * seen[at] @ table + bias)
        found["answers"][at] = scaling.softmax(own[at] @ table + intercept)
    truth = arrays.labels[rows]
    limits = conformal.thresholds(found["full"], truth, np.ones(len(rows)))
    table, _ = answers_only(np.ones(len(x), bool))
    a, b, bias = second(np.arange(len(rows)), table)
    fitted_on = (
        f"answers: {len(asked)} pictures of {len(set(asked_patient))} patients of PAD-UFES-20 (training and monitor); "
        f"the picture's weight, the biases and the thresholds: {len(rows)} monitor pictures of {len(set(patient))} patients"
    )
    report = {
        name: figures(found[name], truth, frequencies, arrays.classes) for name in ("full", "half", "answers")
    } | {"picture": figures(p, truth, frequencies, arrays.classes), "verification": verification(records, x, terms)}
    return stated(a, bias, b * table, sites, limits, fitted_on), report


def figures(p: np.ndarray, label: np.ndarray, frequencies: np.ndarray, classes: tuple[str, ...]) -> dict:
    mel = classes.index("mel")
    return {
        "n": len(label),
        "balanced_accuracy": round(metrics.balanced_accuracy(label, metrics.standout(p, frequencies)), 4),
        "macro_auc": round(metrics.macro_auc(p, label), 4),
        "melanoma_auc": round(metrics.auc(p[:, mel], label == mel), 4),
        "ece": round(metrics.ece(p, label), 4),
    }


def verification(records: list[record.Record], x: np.ndarray, terms: np.ndarray) -> dict:
    """How well the answers tell a biopsied picture from another of the same diagnosis (where both occur): 0.5 would be not at
    all. Cross-fitted over patients."""
    label = np.array([r.label for r in records])
    biopsied = np.array([bool(r.biopsied) for r in records]).astype(int)
    mixed = [c for c in np.unique(label) if 20 <= biopsied[label == c].sum() <= (label == c).sum() - 20]
    inside = np.isin(label, mixed)
    fold = scaling.folds(np.array([pad_ufes_20.patient(r.isic_id) for r in records]))
    score = np.zeros(len(label))
    for k in range(scaling.FOLDS):
        at = inside & (fold != k)
        design = np.concatenate([x, np.eye(label.max() + 1)[label]], axis=1)
        table, bias = fit_answers(design[at], biopsied[at], np.ones(at.sum()), 2)
        score[fold == k] = (design @ table + bias)[fold == k, 1]
    return {
        "biopsied": {int(c): round(float(biopsied[label == c].mean()), 3) for c in np.unique(label)},
        "auc_within_diagnosis": {int(c): round(metrics.auc(score[label == c], biopsied[label == c]), 3) for c in mixed},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--calibration", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    args = parser.parse_args()
    arrays = dataset.load(args)
    calibration = json.loads(args.calibration.read_text())
    at = next(c for c in calibration["captures"] if c["id"] == CAPTURE)
    penalty = float(calibration["report"][CAPTURE]["penalty"])
    frequencies = np.array(at["frequencies"])
    # Calibrated as in calibrate.py, each picture by a fit that did not see its lesion.
    held = arrays.of_capture(arrays.indices("calibration", "monitor"), CAPTURE)
    logits = runner.run(args.model, [arrays.square(i, args.size) for i in held], threads=2)["logits"]
    p = scaling.cross_fitted(logits, arrays.labels[held], arrays.groups[held], arrays.domain_weights(held), frequencies, penalty)
    asked = np.array([arrays.records[i].source == "pad_ufes_20" for i in held])
    facts, report = fit(arrays, held[asked], p[asked], frequencies)
    args.out.write_text(json.dumps({"context": facts, "report": report}))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
