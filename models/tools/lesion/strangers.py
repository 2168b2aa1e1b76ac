"""Pictures that are no skin lesion, by kind, as the product would crop them."""

from __future__ import annotations

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import data as dataset

#: Photographs of scikit-image: faces, animals, food, things, textures, pages, the sky, tissue under a microscope.
PHOTOGRAPHS = (
    "astronaut", "brick", "camera", "cat", "checkerboard", "clock", "coffee", "coins", "colorwheel",
    "grass", "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page", "rocket", "text",
)
#: Sides in pixels of noise pictures: what a sensor gives before and after the product's scaling.
NOISE_SIDES = (64, 128, 192, 300, 480, 800, 1600)


def kind(name: str) -> str:
    """Names that one kind of picture goes by."""
    return next((k for k in ("noise", "face", "text") if k in name), name)


def strangers(size: int, faces: pathlib.Path | None = None, seed: int = 5) -> tuple[list[np.ndarray], list[str]]:
    """u8 [size,size,3] each, and the name of each (`kind` puts like names together). faces: a folder of portraits (`faces_cc0`), whose whole faces and bare
    patches of skin are strangers too: skin without a lesion in the middle."""
    import skimage.data
    import sklearn

    rng = np.random.default_rng(seed)
    pictures: list[np.ndarray] = []
    kinds: list[str] = []

    def add(kind: str, picture: np.ndarray) -> None:
        pictures.append(dataset.centre_square(np.ascontiguousarray(picture), size))
        kinds.append(kind)

    def crops(kind: str, picture: np.ndarray, shares: tuple[float, ...]) -> None:
        height, width = picture.shape[:2]
        for share in shares:
            side = int(min(width, height) * share)
            x, y = int(rng.uniform(0, width - side + 1)), int(rng.uniform(0, height - side + 1))
            add(kind, picture[y : y + side, x : x + side])

    for name in PHOTOGRAPHS:
        crops(name, np.asarray(Image.fromarray(np.asarray(getattr(skimage.data, name)())).convert("RGB")), (1.0, 0.75, 0.5))
    samples = pathlib.Path(sklearn.__file__).parent / "datasets" / "images"
    for name in ("china", "flower"):
        crops(name, np.asarray(Image.open(samples / f"{name}.jpg").convert("RGB")), (1.0, 0.75, 0.5))
    for path in sorted(faces.glob("*.jpg")) + sorted(faces.glob("*.png")) if faces else []:
        portrait = np.asarray(Image.open(path).convert("RGB"))
        crops("face", portrait, (1.0, 0.6))
        height, width = portrait.shape[:2]
        # The middle of a portrait is a face: a small square about there is cheek, nose or forehead.
        x, y = int(width * rng.uniform(0.4, 0.5)), int(height * rng.uniform(0.35, 0.5))
        add("part of a face", portrait[y : y + height // 5, x : x + width // 5])
    words = "prescription appointment 2018 patient form name date of birth total amount due".split()
    font = ImageFont.load_default(size // 12)
    for _ in range(20):
        paper = Image.new("RGB", (size, size), tuple(int(v) for v in rng.integers(200, 256, 3)))
        draw = ImageDraw.Draw(paper)
        for line in range(10):
            draw.text((int(rng.integers(0, 20)), line * size // 10), " ".join(rng.choice(words, 4)), fill=(20, 20, 30), font=font)
        add("text drawn", np.asarray(paper))
    for side in NOISE_SIDES:
        for _ in range(3):
            add(f"color noise {side} px", rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
            add(f"gray noise {side} px", np.repeat(rng.integers(0, 256, (side, side, 1), dtype=np.uint8), 3, axis=2))
    for _ in range(20):
        coarse = Image.fromarray(rng.integers(0, 256, (int(rng.integers(4, 24)),) * 2 + (3,), dtype=np.uint8))
        add("coarse noise", np.asarray(coarse.resize((size, size), Image.BICUBIC)))
        add("uniform", np.full((size, size, 3), rng.integers(0, 256, 3), np.uint8))
        a, b = rng.integers(0, 256, (2, 3))
        ramp = np.linspace(0, 1, size)[None, :, None]
        add("gradient", np.broadcast_to(a * (1 - ramp) + b * ramp, (size, size, 3)).astype(np.uint8))
    return pictures, kinds
