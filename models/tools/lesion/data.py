"""HAM10000 on disk -> decoded arrays, labels and lesion-grouped splits.

The data folder is the one with `ham10000/` in it (`labels.csv`, `images/`,
`masks/`, `known_duplicates.csv`). Pictures are decoded once into uint8
memory-maps, so that a training epoch never touches a JPEG.
"""

from __future__ import annotations

import csv
import dataclasses
import pathlib

import numpy as np

#: Output order of the network. Changing it is a new pack id.
CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
WIDTH, HEIGHT = 320, 240
#: Masks are kept at half size: finer than the 96x96 the network predicts.
MASK_WIDTH, MASK_HEIGHT = 160, 120
FOLDS = 5
SPLIT_SEED = 20180802


@dataclasses.dataclass(frozen=True)
class Record:
    """One picture: where it is, what it shows, and whom it belongs to."""

    isic_id: str
    label: int
    group: int
    lesion: str
    split: str
    fold: int
    part: str
    confirm: str
    age: float | None
    sex: str
    site: str


def _join_duplicates(rows: list[dict], path: pathlib.Path) -> dict[str, str]:
    """Lesion id -> representative lesion id, known duplicate pairs joined."""
    lesion_of = {r["isic_id"]: r["lesion_id"] for r in rows}
    parent = {lesion: lesion for lesion in lesion_of.values()}

    def find(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    if path.exists():
        with path.open() as f:
            for pair in csv.DictReader(f):
                a, b = lesion_of.get(pair["a"]), lesion_of.get(pair["b"])
                if pair["kind"] == "duplicate" and a and b:
                    parent[find(a)] = find(b)
    return {lesion: find(lesion) for lesion in parent}


def load_records(data: pathlib.Path, monitor_share: float = 0.05) -> list[Record]:
    """Every labelled picture with its part.

    part: "test" (fold 0, only ever reported on), "monitor" (a small slice of
    the other folds, not trained on: sanity curves and the embedding noise
    model), "train", and "calibration" (the ISIC 2018 validation set).
    Groups (lesions with their known duplicates) never straddle two parts.
    """
    ham = data / "ham10000"
    with (ham / "labels.csv").open() as f:
        rows = [r for r in csv.DictReader(f) if r["dx"] in CLASSES]
    joined = _join_duplicates(rows, ham / "known_duplicates.csv")
    names = sorted(set(joined.values()))
    group_of = {name: i for i, name in enumerate(names)}
    # A calibration picture's whole group is calibration: it is never trained on.
    calibration = {
        joined[r["lesion_id"]] for r in rows if r["source_split"] == "isic2018_val"
    }
    by_class: dict[int, list[str]] = {}
    seen: set[str] = set()
    for r in sorted(rows, key=lambda r: r["isic_id"]):
        g = joined[r["lesion_id"]]
        if g not in seen and g not in calibration:
            seen.add(g)
            by_class.setdefault(CLASSES.index(r["dx"]), []).append(g)
    rng = np.random.default_rng(SPLIT_SEED)
    fold: dict[str, int] = {}
    monitor: set[str] = set()
    for label in sorted(by_class):
        groups = by_class[label]
        order = rng.permutation(len(groups))
        for position, index in enumerate(order):
            fold[groups[index]] = position % FOLDS
        rest = [groups[i] for i in order if fold[groups[i]] != 0]
        monitor.update(rest[: round(len(rest) * monitor_share)])
    records = []
    for r in rows:
        g = joined[r["lesion_id"]]
        if g in calibration:
            part = "calibration" if r["source_split"] == "isic2018_val" else "unused"
        elif fold[g] == 0:
            part = "test"
        else:
            part = "monitor" if g in monitor else "train"
        records.append(
            Record(
                isic_id=r["isic_id"],
                label=CLASSES.index(r["dx"]),
                group=group_of[g],
                lesion=r["lesion_id"],
                split=r["source_split"],
                fold=fold.get(g, -1),
                part=part,
                confirm=r["diagnosis_confirm_type"],
                age=float(r["age_approx"]) if r["age_approx"] else None,
                sex=r["sex"],
                site=r["anatom_site_general"],
            )
        )
    return records


@dataclasses.dataclass
class Arrays:
    """Decoded pictures [N,240,320,3] and masks [N,120,160] (255 = lesion)."""

    records: list[Record]
    pictures: np.ndarray
    masks: np.ndarray
    has_mask: np.ndarray

    def indices(self, part: str) -> np.ndarray:
        return np.array([i for i, r in enumerate(self.records) if r.part == part])

    @property
    def labels(self) -> np.ndarray:
        return np.array([r.label for r in self.records])

    @property
    def groups(self) -> np.ndarray:
        return np.array([r.group for r in self.records])


def load_arrays(data: pathlib.Path, cache: pathlib.Path) -> Arrays:
    """Opens the decoded memory-maps, decoding them first where absent."""
    from PIL import Image

    records = load_records(data)
    ham = data / "ham10000"
    cache.mkdir(parents=True, exist_ok=True)
    n = len(records)
    pictures_path, masks_path, done = (
        cache / name for name in ("pictures.npy", "masks.npy", "decoded.txt")
    )
    ids = "\n".join(r.isic_id for r in records)
    if not (done.exists() and done.read_text() == ids):
        pictures = np.lib.format.open_memmap(
            pictures_path, "w+", np.uint8, (n, HEIGHT, WIDTH, 3)
        )
        masks = np.lib.format.open_memmap(
            masks_path, "w+", np.uint8, (n, MASK_HEIGHT, MASK_WIDTH)
        )
        for i, r in enumerate(records):
            with Image.open(ham / "images" / f"{r.isic_id}.jpg") as im:
                im = im.convert("RGB")
                if im.size != (WIDTH, HEIGHT):
                    im = im.resize((WIDTH, HEIGHT), Image.BILINEAR)
                pictures[i] = np.asarray(im)
            path = ham / "masks" / f"{r.isic_id}.png"
            if path.exists():
                with Image.open(path) as im:
                    im = im.convert("L").resize((MASK_WIDTH, MASK_HEIGHT), Image.BOX)
                    masks[i] = np.asarray(im)
        pictures.flush()
        masks.flush()
        done.write_text(ids)
    has_mask = np.array([(ham / "masks" / f"{r.isic_id}.png").exists() for r in records])
    return Arrays(
        records,
        np.load(pictures_path, mmap_mode="r"),
        np.load(masks_path, mmap_mode="r"),
        has_mask,
    )


def centre_square(picture: np.ndarray, size: int) -> np.ndarray:
    """The pack's own crop rule: centre square, antialiased triangle filter.

    picture: uint8 [H,W,3]; returns uint8 [size,size,3]. The Rust pipeline does
    the same with the same float box, so both see equal pixels to 1 unit.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    side = min(width, height)
    x, y = (width - side) / 2, (height - side) / 2
    im = Image.fromarray(picture)
    return np.asarray(im.resize((size, size), Image.BILINEAR, box=(x, y, x + side, y + side)))
