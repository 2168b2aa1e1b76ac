"""Is this the kind of picture the network knows? A distance in the embedding of one capture's pictures.

mahalanobis: score = | W (e - mean) |, W [D,D]. To begin with W is the inverse Cholesky factor of the shrunk covariance
of the training embeddings (Lee et al. 2018, arXiv:1807.03888). Then it is turned to the directions in which strangers
lie farthest out, each scaled by its mean square among strangers to the power POWER / 2: what no lesion does counts for
more than what every lesion does. Larger = stranger.
"""

from __future__ import annotations

import numpy as np


#: Chosen on monitor pictures, with kinds of strangers that the fit had not seen: of ridges 0.2, 0.5, 0.8 and powers 0,
#: 0.5, 1, 2 these reject most (close-ups: 99 % of the strangers; without the turn, power 0: 85 %).
RIDGE, POWER = 0.2, 0.5


def fit(embedding: np.ndarray, strange: np.ndarray, kinds: np.ndarray) -> dict:
    """Mean and matrix from known and strange embeddings; each kind of stranger counts the same."""
    found = fit_mahalanobis(embedding)
    white = (strange - found["mean"]) @ found["whitening"].T
    square = np.mean([white[kinds == k].T @ white[kinds == k] / (kinds == k).sum() for k in np.unique(kinds)], axis=0)
    value, vector = np.linalg.eigh(square)
    scale = np.maximum(value, 0) ** (POWER / 2)
    return found | {"whitening": (vector * scale) @ vector.T @ found["whitening"]}


def fit_mahalanobis(embedding: np.ndarray, ridge: float = RIDGE) -> dict:
    """Mean and whitening matrix; the covariance is shrunk toward its mean variance."""
    mean = embedding.mean(axis=0)
    centered = embedding - mean
    covariance = centered.T @ centered / len(centered)
    covariance = (1 - ridge) * covariance + ridge * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    return {"method": "mahalanobis", "mean": mean, "whitening": whitening}


def score(statistics: dict, embedding: np.ndarray) -> np.ndarray:
    """embedding [..., D]."""
    centered = embedding - np.asarray(statistics["mean"])
    return np.linalg.norm(centered @ np.asarray(statistics["whitening"]).T, axis=-1)


def threshold(score: np.ndarray, weight: np.ndarray, keep: float = 0.97) -> float:
    """The score that `keep` of the (weighted) known pictures stay under."""
    order = np.argsort(score)
    share = np.cumsum(weight[order]) / weight.sum()
    return float(score[order][np.searchsorted(share, keep)])
