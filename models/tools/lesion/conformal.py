"""Prediction sets that hold for every class: label k is in the set where p_k >= 1 - threshold_k.

Class-conditional (Mondrian) split conformal prediction (Vovk 2012; Sadinle et al. 2019, arXiv:1609.00451). Classes with
too few calibration pictures for a threshold of their own share one (Ding et al. 2023, arXiv:2306.09335).
"""

from __future__ import annotations

import numpy as np

ALPHA = 0.1
#: Fewest calibration pictures for a threshold of a class's own.
LEAST = 30


def quantile(score: np.ndarray, weight: np.ndarray, alpha: float = ALPHA) -> float:
    """The least threshold that 1 - alpha of the (weighted) scores stay under, one more counted as above all; else 1."""
    order = np.argsort(score)
    share = np.cumsum(weight[order]) / (weight.sum() + weight.mean())
    enough = np.flatnonzero(share >= 1 - alpha)
    return float(score[order][enough[0]]) if len(enough) else 1.0


def thresholds(p: np.ndarray, label: np.ndarray, weight: np.ndarray, alpha: float = ALPHA, least: int = LEAST) -> np.ndarray:
    """One threshold a class, [C]. p: probabilities by a calibration that did not see these pictures' lesions."""
    score = 1 - p[np.arange(len(label)), label]
    count = np.bincount(label, minlength=p.shape[1])
    few = count[label] < least
    shared = quantile(score[few], weight[few], alpha) if few.any() else 1.0
    return np.array([
        shared if n < least else quantile(score[label == k], weight[label == k], alpha) for k, n in enumerate(count)
    ])


def sets(p: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Bool [N,C]; the likeliest label alone where no label is in."""
    inside = p >= 1 - limit
    inside[np.arange(len(p)), p.argmax(axis=1)] |= ~inside.any(axis=1)
    return inside
