"""What a phone and a hand do to a picture: geometry, light, blur, JPEG, hair.

Everything works on uint8 numpy arrays and takes its own random generator, so
one (seed, step) always gives the same batch.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

cv2.setNumThreads(0)


def _geometry(rng: np.random.Generator, width: int, height: int, size: int):
    """Output-to-input homography of a random view, and its scale (input px per output px).

    The crop's side is 0.68-1.12 of the short side (mean near the 1.0 of the
    evaluation crop, so that lesions keep their scale), any rotation, both
    flips, aspect up to 12 %, a little shear and perspective.
    """
    side = min(width, height) * math.exp(rng.uniform(math.log(0.68), math.log(1.12)))
    aspect = math.exp(rng.uniform(-0.12, 0.12))
    angle = rng.uniform(0, 2 * math.pi)
    reach = 0.4 * max(0.0, min(width, height) * 1.05 - side) + 6
    cx = width / 2 + rng.uniform(-1, 1) * (reach + 0.1 * (width - height))
    cy = height / 2 + rng.uniform(-1, 1) * reach
    flip = -1.0 if rng.random() < 0.5 else 1.0
    shear = rng.uniform(-0.08, 0.08)
    scale = side / size
    linear = (
        np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        @ np.array([[1.0, shear], [0.0, 1.0]])
        @ np.diag([flip * aspect, 1 / aspect])
        * scale
    )
    offset = np.array([cx, cy]) - linear @ np.array([size / 2, size / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = offset
    if rng.random() < 0.2:
        tilt = np.eye(3)
        tilt[2, :2] = rng.uniform(-0.12, 0.12, 2) / size
        shift = np.eye(3)
        shift[:2, 2] = size / 2
        back = np.eye(3)
        back[:2, 2] = -size / 2
        matrix = matrix @ shift @ tilt @ back
    return matrix, scale


def _light(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Exposure, contrast, gamma and white balance as one table; saturation and hue as one matrix."""
    ramp = np.arange(256, dtype=np.float32) / 255.0
    gain = math.exp(rng.normal(0, 0.10)) * np.exp(rng.normal(0, 0.04, 3))
    gamma = math.exp(rng.normal(0, 0.12))
    pivot = rng.normal(0, 0.03)
    table = np.clip((ramp[:, None] ** gamma) * gain + pivot, 0, 1)
    x = cv2.LUT(x, np.round(table * 255).astype(np.uint8)[None])
    if rng.random() < 0.7:
        saturation = math.exp(rng.normal(0, 0.15))
        hue = rng.normal(0, 0.06)
        grey = np.full((3, 3), 1 / 3)
        c, s = math.cos(hue), math.sin(hue) / math.sqrt(3)
        turn = c * np.eye(3) + (1 - c) * grey + s * np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
        x = cv2.transform(x, turn @ (saturation * np.eye(3) + (1 - saturation) * grey))
    return x


def _hair(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    size = x.shape[0]
    x = x.copy()
    tone = int(rng.uniform(10, 90))
    colour = (tone + int(rng.uniform(0, 30)), tone, tone)
    for _ in range(int(rng.integers(2, 14))):
        start = rng.uniform(-0.1, 1.1, 2) * size
        angle, bend = rng.uniform(0, 2 * math.pi), rng.normal(0, 0.12)
        points = [start]
        for _ in range(10):
            points.append(points[-1] + size * 0.07 * np.array([math.cos(angle), math.sin(angle)]))
            angle += bend
        cv2.polylines(
            x, [np.round(np.array(points) * 8).astype(np.int32)], False, colour,
            1 if rng.random() < 0.8 else 2, cv2.LINE_AA, 3,
        )
    return x


def _ruler(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    size = x.shape[0]
    x = x.copy()
    at, step = int(rng.uniform(0.86, 0.97) * size), rng.uniform(0.03, 0.06) * size
    tone = int(rng.uniform(0, 80))
    for i in range(int(size / step)):
        length = 0.07 if i % 5 == 0 else 0.035
        cv2.line(x, (at, round(i * step)), (round(at + length * size), round(i * step)), (tone,) * 3, 1, cv2.LINE_AA)
    return np.ascontiguousarray(np.rot90(x, int(rng.integers(4))))


def _vignette(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    size = x.shape[0]
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    cx, cy = rng.normal(0, 0.06, 2)
    r = np.sqrt((axis[None] - cx) ** 2 + (axis[:, None] - cy) ** 2)
    if rng.random() < 0.5:
        fall = 1 - rng.uniform(0.3, 0.9) * np.clip(r / 0.75, 0, 1) ** 2.5
    else:
        fall = np.clip((rng.uniform(0.5, 0.68) - r) / 0.03, rng.uniform(0, 0.15), 1)
    return np.round(x * fall[..., None]).astype(np.uint8)


#: Drawn once: a fresh normal deviate for every sample would cost more than the rest of a view.
_DEVIATES = np.random.default_rng(41).standard_normal(1 << 20, dtype=np.float32)


def _noise(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Sensor noise: mostly a unit or two, now and then a dark room's eight. Without it the
    network moves by whole percents for one unit in a pixel out of ten."""
    sigma = rng.uniform(0.3, 4.0) if rng.random() < 0.85 else rng.uniform(4.0, 8.0)
    start = int(rng.integers(0, len(_DEVIATES) - x.size))
    noise = _DEVIATES[start : start + x.size].reshape(x.shape)
    return np.clip(x + sigma * noise + 0.5, 0, 255).astype(np.uint8)


def view(rng: np.random.Generator, picture: np.ndarray, mask: np.ndarray, size: int):
    """One augmented view: uint8 [size,size,3] and its mask, uint8 [size/2,size/2]."""
    height, width = picture.shape[:2]
    matrix, scale = _geometry(rng, width, height, size)
    # Shrinking by bilinear sampling aliases; the evaluation crop does not.
    sigma = 0.42 * math.sqrt(max(0.0, scale * scale - 1.0))
    if rng.random() < 0.15:
        sigma = math.hypot(sigma, rng.uniform(0.5, 2.0))
    if sigma > 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # Pixel centres: output (u+0.5) maps to input (x+0.5).
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    x = cv2.warpPerspective(
        picture, back @ matrix @ half, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
    shrink = np.diag([mask.shape[1] / width, mask.shape[0] / height, 1.0])
    m = cv2.warpPerspective(
        mask, back @ shrink @ matrix @ np.diag([2.0, 2.0, 1.0]) @ half, (size // 2, size // 2),
        flags=flags, borderMode=cv2.BORDER_REFLECT_101,
    )
    if rng.random() < 0.8:
        x = _light(rng, x)
    if rng.random() < 0.08:
        x = _hair(rng, x)
    if rng.random() < 0.03:
        x = _ruler(rng, x)
    if rng.random() < 0.06:
        x = _vignette(rng, x)
    if rng.random() < 0.15:
        quality = int(rng.integers(35, 92))
        _, packed = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, quality])
        x = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    if rng.random() < 0.6:
        x = _noise(rng, x)
    if rng.random() < 0.06:
        w, h = (int(v) for v in rng.uniform(0.1, 0.35, 2) * size)
        left, top = int(rng.uniform(0, size - w)), int(rng.uniform(0, size - h))
        x = x.copy()
        x[top : top + h, left : left + w] = x.mean(axis=(0, 1)).astype(np.uint8)
    return x, m
