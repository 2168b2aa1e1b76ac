"""Is this the kind of picture the network knows? A Gaussian on the embedding, or energy.

mahalanobis: score = | W (e - mean) |, with W [D,D] lower triangular: the
inverse Cholesky factor of the shrunk covariance of the training embeddings.
energy: score = -T logsumexp(logits / T). Larger = stranger, in both.
"""

from __future__ import annotations

import numpy as np


def fit_mahalanobis(embedding: np.ndarray, ridge: float = 0.05) -> dict:
    """Mean and whitening matrix; the covariance is shrunk towards its mean variance."""
    mean = embedding.mean(axis=0)
    centred = embedding - mean
    covariance = centred.T @ centred / len(centred)
    covariance = (1 - ridge) * covariance + ridge * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    return {"method": "mahalanobis", "mean": mean, "whitening": whitening}


def score(statistics: dict, outputs: dict[str, np.ndarray], temperature: float) -> np.ndarray:
    if statistics["method"] == "energy":
        z = outputs["logits"] / temperature
        top = z.max(axis=1)
        return -temperature * (top + np.log(np.exp(z - top[:, None]).sum(axis=1)))
    centred = outputs["embedding"] - np.asarray(statistics["mean"])
    return np.linalg.norm(centred @ np.asarray(statistics["whitening"]).T, axis=1)


def threshold(known: np.ndarray, keep: float = 0.98) -> float:
    """The score that `keep` of the known pictures stay under."""
    return float(np.quantile(known, keep))


def strangers(size: int, seed: int = 5) -> tuple[list[np.ndarray], list[str]]:
    """Pictures that are not skin lesions: photographs from scikit-image and scikit-learn
    (faces, a cat, a cup, textures, pages of text), three crops each, and synthetic ones."""
    import pathlib

    import skimage.data
    import sklearn
    from PIL import Image, ImageDraw, ImageFont

    rng = np.random.default_rng(seed)
    pictures: list[np.ndarray] = []
    names: list[str] = []

    def add(name: str, picture: np.ndarray) -> None:
        pictures.append(np.ascontiguousarray(picture))
        names.append(name)

    photographs = {
        name: np.asarray(Image.fromarray(np.asarray(getattr(skimage.data, name)())).convert("RGB"))
        for name in (
            "astronaut", "brick", "camera", "cat", "checkerboard", "clock", "coffee", "coins", "colorwheel",
            "grass", "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page", "rocket", "text",
        )
    }
    samples = pathlib.Path(sklearn.__file__).parent / "datasets" / "images"
    for name in ("china", "flower"):
        photographs[name] = np.asarray(Image.open(samples / f"{name}.jpg").convert("RGB"))
    for name, picture in photographs.items():
        height, width = picture.shape[:2]
        for share in (1.0, 0.75, 0.5):
            side = min(width, height) * share
            x, y = rng.uniform(0, width - side), rng.uniform(0, height - side)
            add(name, np.asarray(Image.fromarray(picture).resize((size, size), Image.BILINEAR, box=(x, y, x + side, y + side))))
    words = "prescription appointment 2018 patient form name date of birth total amount due".split()
    font = ImageFont.load_default(size // 12)
    for _ in range(12):
        paper = Image.new("RGB", (size, size), tuple(int(v) for v in rng.integers(200, 256, 3)))
        draw = ImageDraw.Draw(paper)
        for line in range(10):
            draw.text((int(rng.integers(0, 20)), line * size // 10), " ".join(rng.choice(words, 4)), fill=(20, 20, 30), font=font)
        add("text drawn", np.asarray(paper))
    for _ in range(12):
        add("noise", rng.integers(0, 256, (size, size, 3), dtype=np.uint8))
        coarse = Image.fromarray(rng.integers(0, 256, (int(rng.integers(4, 24)),) * 2 + (3,), dtype=np.uint8))
        add("coarse noise", np.asarray(coarse.resize((size, size), Image.BICUBIC)))
        add("uniform", np.full((size, size, 3), rng.integers(0, 256, 3), np.uint8))
        a, b = rng.integers(0, 256, (2, 3))
        ramp = np.linspace(0, 1, size)[None, :, None]
        add("gradient", np.broadcast_to(a * (1 - ramp) + b * ramp, (size, size, 3)).astype(np.uint8))
    return pictures, names
