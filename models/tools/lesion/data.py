"""Picture sets -> decoded arrays, labels and groups; the evaluation crop.

Pictures are decoded once into uint8 memory-maps, so that a training epoch
never touches a JPEG.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import pathlib

import numpy as np

import resample
import sources
from record import Record

#: Every picture is kept at this size. ISIC 2017, squashed to 256x256 by whoever copied it, is stretched back to it.
WIDTH, HEIGHT = 320, 240
#: Masks are kept at half size: finer than the 96x96 the network predicts.
MASK_WIDTH, MASK_HEIGHT = 160, 120


@dataclasses.dataclass
class Arrays:
    """Decoded pictures [N,240,320,3] and masks [N,120,160] (255 = lesion)."""

    source: sources.Source
    folder: pathlib.Path
    records: list[Record]
    pictures: np.ndarray
    masks: np.ndarray

    @property
    def classes(self) -> tuple[str, ...]:
        return self.source.classes

    @property
    def has_mask(self) -> np.ndarray:
        return np.array([r.mask is not None for r in self.records])

    @property
    def labels(self) -> np.ndarray:
        return np.array([r.label for r in self.records])

    @property
    def groups(self) -> np.ndarray:
        return np.array([r.group for r in self.records])

    @property
    def captures(self) -> np.ndarray:
        """Which of the source's captures each picture is."""
        return np.array([self.source.captures.index(r.capture) for r in self.records])

    def indices(self, *parts: str) -> np.ndarray:
        """Rows of the parts, part after part."""
        return np.array([i for part in parts for i, r in enumerate(self.records) if r.part == part])

    def of_capture(self, rows: np.ndarray, capture: str) -> np.ndarray:
        return np.array([i for i in rows if self.records[i].capture == capture], dtype=int)

    def domain_weights(self, rows: np.ndarray) -> np.ndarray:
        """A weight for each row, such that every set (of one capture) counts the same; their mean is 1."""
        names = np.array([self.records[i].source for i in rows])
        _, inverse, count = np.unique(names, return_inverse=True, return_counts=True)
        return len(rows) / len(count) / count[inverse]

    def frequencies(self, capture: str) -> np.ndarray:
        """Share of each class among the training pictures of a capture, every set counted the same."""
        rows = self.of_capture(self.indices("train"), capture)
        share = np.bincount(self.labels[rows], self.domain_weights(rows), len(self.classes))
        return share / share.sum()

    def square(self, i: int, size: int) -> np.ndarray:
        """The pack's crop of a picture, from its own pixels where the decoded ones were scaled."""
        if self.records[i].source != "pad_ufes_20":
            return centre_square(self.pictures[i], size)
        from PIL import Image

        with Image.open(self.folder / self.records[i].picture) as image:
            return centre_square(np.asarray(image.convert("RGB")), size)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags every step that reads pictures shares."""
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with the picture sets")
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="decoded pictures (made where absent)")
    parser.add_argument("--set", default="ham7", choices=sorted(sources.SOURCES))


def load(args: argparse.Namespace) -> Arrays:
    return load_arrays(args.data, args.cache, args.set)


def load_arrays(data: pathlib.Path, cache: pathlib.Path, name: str = "ham7", fold: int = 0) -> Arrays:
    """Opens the decoded memory-maps, decoding them first where absent; `fold` of five is the test part."""
    from PIL import Image

    source = sources.SOURCES[name]
    records = source.records(data, fold)
    cache.mkdir(parents=True, exist_ok=True)
    pictures_path, masks_path, done = (cache / n for n in ("pictures.npy", "masks.npy", "decoded.txt"))
    ids = "\n".join(r.isic_id for r in records)
    if done.exists() and done.read_text() != ids:
        raise SystemExit(f"{cache}: holds other pictures than {name}; give each set its own --cache")
    if not done.exists():
        n = len(records)
        pictures = np.lib.format.open_memmap(pictures_path, "w+", np.uint8, (n, HEIGHT, WIDTH, 3))
        masks = np.lib.format.open_memmap(masks_path, "w+", np.uint8, (n, MASK_HEIGHT, MASK_WIDTH))

        def decode(i: int, r: Record) -> None:
            with Image.open(data / r.picture) as im:
                pictures[i] = framed(im.convert("RGB"), WIDTH, HEIGHT, r.source == "isic2017")
            if r.mask:
                with Image.open(data / r.mask) as im:
                    masks[i] = framed(im.convert("L"), MASK_WIDTH, MASK_HEIGHT, r.source == "isic2017")

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(decode, range(n), records))
        pictures.flush()
        masks.flush()
        done.write_text(ids)
    return Arrays(source, data, records, np.load(pictures_path, mmap_mode="r"), np.load(masks_path, mmap_mode="r"))


def framed(image, width: int, height: int, stretch: bool) -> np.ndarray:
    """A picture at that size: stretched, or scaled to that height and cut or mirrored at the sides, so that the
    centre square stays what the product sees."""
    from PIL import Image

    kernel = Image.BOX if image.mode == "L" else Image.BILINEAR
    if stretch or image.width * height == image.height * width:
        return np.asarray(image.resize((width, height), kernel))
    if image.width < image.height:
        edge = (image.height - image.width) // 2
        image = image.crop((0, edge, image.width, edge + image.width))
    x = np.asarray(image.resize((round(image.width * height / image.height), height), kernel))
    over = (x.shape[1] - width) // 2
    if over >= 0:
        return x[:, over : over + width]
    sides = ((0, 0), (-over, width - x.shape[1] + over), (0, 0))
    return np.pad(x, sides[: x.ndim], mode="symmetric")


def centre_square(picture: np.ndarray, size: int) -> np.ndarray:
    """The pack's own crop rule: centre square, antialiased triangle filter, the SDK's own bits.

    picture: uint8 [H,W,3]; returns uint8 [size,size,3].
    """
    height, width = picture.shape[:2]
    side = min(width, height)
    x, y = (width - side) / 2, (height - side) / 2
    return resample.resize(np.asarray(picture), size, size, (x, y, x + side, y + side))
