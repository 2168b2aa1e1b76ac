"""The SDK's own antialiased resampling of an upright window, bit for bit, in numpy.

A triangle filter as wide as the scale (the weights of Pillow's BILINEAR with a
box), rows first, in 16-bit fixed point with one rounding at the end. Pillow
rounds to bytes between its two passes, so one byte in six differs by a unit;
that alone moves a probability by up to 0.02. Training and figures therefore use
the same bits that the product feeds the network.
"""

from __future__ import annotations

import functools
import math

import numpy as np


@functools.lru_cache(maxsize=64)
def kernel(size: int, low: float, high: float, count: int) -> tuple[np.ndarray, np.ndarray, int]:
    """First input index [count], weights in 1/65,536 [count,taps], and the most weights of one output."""
    scale = (high - low) / count
    support = max(scale, 1.0)
    taps = min(math.ceil(2 * support), size) + 1
    first = np.zeros(count, np.int64)
    weights = np.zeros((count, taps), np.uint32)
    most = 0
    for index in range(count):
        centre = low + (index + 0.5) * scale
        start = int(min(max(math.floor(centre - support + 0.5), 0), size))
        end = int(min(max(math.floor(centre + support + 0.5), 0), size))
        exact = [max(0.0, 1.0 - abs((at - centre + 0.5) / support)) for at in range(start, end)][:taps]
        if sum(exact) <= 0:
            first[index] = 0 if centre < 0 else size - 1
            weights[index, 0] = 65535
            most = max(most, 1)
            continue
        # Each rounding error is carried into the next weight, so that they sum to one.
        unit, total, given = 65536.0 / sum(exact), 0.0, 0.0
        for slot, weight in enumerate(exact):
            if weight > 0:
                total += weight * unit
                value = min(max(math.floor(total - given + 0.5), 0), 65535)
                given += value
                weights[index, slot] = value
        first[index] = start
        most = max(most, len(exact))
    return first, weights, most


def _weighted(samples: np.ndarray, first: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums along axis 0; every product keeps its upper 16 bits."""
    total = np.zeros((len(first), *samples.shape[1:]), np.uint32)
    for tap in range(weights.shape[1]):
        w = weights[:, tap].reshape(-1, *[1] * (samples.ndim - 1))
        if w.any():
            total += (samples[np.minimum(first + tap, len(samples) - 1)] * w) >> 16
    return total & 0xFFFF


def resize(picture: np.ndarray, width: int, height: int, box: tuple[float, float, float, float]) -> np.ndarray:
    """Scales box (left, top, right, bottom; pixels) of uint8 [H,W,C] to uint8 [height,width,C]."""
    rows = kernel(picture.shape[0], box[1], box[3], height)
    columns = kernel(picture.shape[1], box[0], box[2], width)
    tall = _weighted(picture.astype(np.uint32) << 8, rows[0], rows[1])
    block = _weighted(tall.transpose(1, 0, 2), columns[0], columns[1]).transpose(1, 0, 2)
    # What rounding every product down loses on average, never half a level.
    lost = min((rows[2] + columns[2]) // 2, 127)
    return (np.minimum(block + lost + 128, 65535) >> 8).astype(np.uint8)
