"""Figures: balanced accuracy, AUC, calibration, retrieval, overlap. numpy only."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    z = logits / temperature
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve; ties count a half. NaN where a side is empty."""
    positive = positive.astype(bool)
    n, m = int(positive.sum()), int((~positive).sum())
    if n == 0 or m == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((rank[positive].sum() - n * (n + 1) / 2) / (n * m))


def balanced_accuracy(label: np.ndarray, guess: np.ndarray) -> float:
    """Mean recall over the classes present."""
    return float(np.mean([np.mean(guess[label == c] == c) for c in np.unique(label)]))


def standout(p: np.ndarray, frequency: np.ndarray | None) -> np.ndarray:
    """The class whose probability is the largest multiple of its frequency: the likeliest, were all equally frequent."""
    return (p if frequency is None else p / np.asarray(frequency)).argmax(axis=1)


def macro_auc(p: np.ndarray, label: np.ndarray) -> float:
    return float(np.nanmean([auc(p[:, c], label == c) for c in range(p.shape[1])]))


def ece(p: np.ndarray, label: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error of the top label, equal-width bins."""
    top, right = p.max(axis=1), p.argmax(axis=1) == label
    which = np.minimum((top * bins).astype(int), bins - 1)
    return float(sum(abs(right[which == b].mean() - top[which == b].mean()) * np.mean(which == b) for b in np.unique(which)))


def conformal_sets(p: np.ndarray, threshold: float) -> np.ndarray:
    """LAC sets, bool [N,C]: p >= 1 - threshold, the arg max where that is empty."""
    sets = p >= 1 - threshold
    sets[np.arange(len(p)), p.argmax(axis=1)] |= ~sets.any(axis=1)
    return sets


def pair_cosines(embedding: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of all pairs, same lesion and different lesion."""
    cosine = embedding @ embedding.T
    upper = np.triu_indices(len(group), 1)
    same = (group[:, None] == group[None])[upper]
    return cosine[upper][same], cosine[upper][~same]


def retrieval(embedding: np.ndarray, group: np.ndarray) -> dict[str, float]:
    """Same-lesion AUC over all pairs, and top-1 among the pictures whose lesion has another."""
    same, different = pair_cosines(embedding, group)
    score = np.concatenate([same, different])
    truth = np.concatenate([np.ones(len(same)), np.zeros(len(different))])
    cosine = embedding @ embedding.T
    np.fill_diagonal(cosine, -2)
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    queries = counts[inverse] > 1
    top = group[cosine.argmax(axis=1)] == group
    return {
        "same_lesion_auc": auc(score, truth),
        "same_lesion_top1": float(top[queries].mean()) if queries.any() else float("nan"),
        "pairs": len(same),
        "queries": int(queries.sum()),
    }


def overlap(predicted: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """IoU and Dice of boolean masks [N,H,W], one figure a picture."""
    a = np.logical_and(predicted, truth).sum(axis=(1, 2))
    b = np.logical_or(predicted, truth).sum(axis=(1, 2))
    iou = np.where(b > 0, a / np.maximum(b, 1), 1.0)
    return iou, 2 * iou / (1 + iou)


def quick(model, arrays, parts: tuple[str, ...], device: str, size: int) -> dict[str, float]:
    """A short look at a torch model on some parts of the data, for training curves."""
    import torch

    import data as dataset

    mel = arrays.classes.index("mel")
    index = arrays.indices(*parts)
    logits, embeddings, ious = [], [], []
    with torch.no_grad(), torch.autocast(device, torch.bfloat16):
        for start in range(0, len(index), 32):
            rows = index[start : start + 32]
            x = np.stack([arrays.square(i, size) for i in rows])
            x = torch.from_numpy(x).permute(0, 3, 1, 2).float().to(device)
            l, e, m, _ = model(x)
            logits.append(l.float().cpu().numpy())
            embeddings.append(e.cpu().numpy())
            keep = arrays.has_mask[rows]
            if m is not None and keep.any():
                truth = np.stack([centre_mask(arrays.masks[i], m.shape[-1]) for i in rows])
                ious.append(overlap(m[:, 0].float().cpu().numpy() > 0, truth)[0][keep])
    logits, embeddings = np.concatenate(logits), np.concatenate(embeddings)
    label, group = arrays.labels[index], arrays.groups[index]
    p = softmax(logits)
    found = retrieval(embeddings, group)
    return {
        "n": len(index),
        "balanced_accuracy": round(balanced_accuracy(label, p.argmax(1)), 4),
        "accuracy": round(float(np.mean(p.argmax(1) == label)), 4),
        "macro_auc": round(macro_auc(p, label), 4),
        "melanoma_auc": round(auc(p[:, mel], label == mel), 4),
        "mask_iou": round(float(np.concatenate(ious).mean()), 4) if ious else None,
        **{k: None if np.isnan(v) else round(v, 4) for k, v in found.items()},
    }


def centre_mask(mask: np.ndarray, size: int) -> np.ndarray:
    """The centre square of a mask, uint8 [H,W] -> bool [size,size]."""
    from PIL import Image

    h, w = mask.shape
    side = min(h, w)
    box = ((w - side) / 2, (h - side) / 2, (w + side) / 2, (h + side) / 2)
    return np.asarray(Image.fromarray(mask).resize((size, size), Image.BILINEAR, box=box)) >= 128
