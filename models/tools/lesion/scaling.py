"""Vector scaling: p = softmax(scale_k * logit_k + bias_k), the bias holding the log frequencies of the classes.

Fitted with a penalty that pulls towards one temperature and the plain log frequencies, so that a class with few
calibration pictures keeps to them. How strong the penalty is, is chosen across folds of lesions; the strongest leaves
temperature scaling alone (Guo et al. 2017, arXiv:1706.04599).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import optimize

#: Strengths of the penalty, in pictures' worth of log-likelihood.
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, np.inf)
FOLDS = 5


@dataclasses.dataclass(frozen=True)
class VectorScaling:
    scale: np.ndarray
    bias: np.ndarray

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        return softmax(self.scale * logits + self.bias)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def fit(logits: np.ndarray, label: np.ndarray, weight: np.ndarray, frequencies: np.ndarray, penalty: float) -> VectorScaling:
    """logits [N,C]; weight [N], mean 1; frequencies [C] above 0."""
    n, c = logits.shape
    rows = np.arange(n)
    log_frequency = np.log(frequencies)

    def unpack(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        own, shift = (np.zeros(c), np.zeros(c)) if np.isinf(penalty) else (x[1 : 1 + c], x[1 + c :])
        return np.exp(x[0] + own), log_frequency + shift, own, shift

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        scale, bias, own, shift = unpack(x)
        p = softmax(scale * logits + bias)
        value = -(weight * np.log(p[rows, label] + 1e-12)).sum()
        error = p * weight[:, None]
        error[rows, label] -= weight
        by_scale = (error * logits).sum(axis=0) * scale
        if np.isinf(penalty):
            return value, np.array([by_scale.sum()])
        value += penalty * ((own**2).sum() + (shift**2).sum())
        return value, np.concatenate([[by_scale.sum()], by_scale + 2 * penalty * own, error.sum(axis=0) + 2 * penalty * shift])

    start = np.zeros(1 if np.isinf(penalty) else 1 + 2 * c)
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    scale, bias, _, _ = unpack(found.x)
    return VectorScaling(scale, bias)


def folds(group: np.ndarray, count: int = FOLDS, seed: int = 17) -> np.ndarray:
    """Fold of each row, whole groups together."""
    names, inverse = np.unique(group, return_inverse=True)
    return np.random.default_rng(seed).permutation(len(names))[inverse] % count


def cross_fitted(
    logits: np.ndarray, label: np.ndarray, group: np.ndarray, weight: np.ndarray, frequencies: np.ndarray, penalty: float
) -> np.ndarray:
    """Probabilities of each picture by a fit that did not see its lesion, [N,C]."""
    p = np.zeros_like(logits, dtype=float)
    fold = folds(group)
    for k in range(FOLDS):
        inside = fold == k
        p[inside] = fit(logits[~inside], label[~inside], weight[~inside], frequencies, penalty)(logits[inside])
    return p


def choose(
    logits: np.ndarray, label: np.ndarray, group: np.ndarray, weight: np.ndarray, frequencies: np.ndarray
) -> tuple[float, dict[float, float]]:
    """The penalty whose cross-fitted probabilities are least surprised, and the mean surprise of each."""
    surprise = {}
    for penalty in PENALTIES:
        p = cross_fitted(logits, label, group, weight, frequencies, penalty)
        surprise[penalty] = float(-(weight * np.log(p[np.arange(len(label)), label] + 1e-12)).mean())
    return min(surprise, key=surprise.get), surprise
