"""The labelled picture sets and their splits. Each: classes, and data folder -> records.

Parts of a split: "test" (fold 0 of five, only ever reported on), "monitor" (a
small slice of the other folds that is not trained on: training curve and
calibration), "train", "extra" (pictures of another set, trained on and nothing
else), "calibration" (the set's own validation pictures) and "unused" (training
pictures of a calibration lesion).
"""

from __future__ import annotations

import csv
import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

FOLDS = 5
SPLIT_SEED = 20180802
MONITOR_SHARE = 0.05


@dataclasses.dataclass(frozen=True)
class Record:
    """One picture: where it is, what it shows, and whom it belongs to."""

    isic_id: str
    label: int
    group: int
    lesion: str
    part: str
    picture: str
    mask: str | None = None
    confirm: str = ""
    age: float | None = None
    sex: str = ""
    site: str = ""


@dataclasses.dataclass(frozen=True)
class Source:
    """A picture set. Order of `classes` is the network's output order: changing it is a new pack id."""

    classes: tuple[str, ...]
    test_set: str
    calibration_set: str
    records: Callable[[pathlib.Path, int], list[Record]]


def split(label_of: dict[str, int], calibration: set[str], fold: int = 0) -> dict[str, str]:
    """Group -> part, stratified by class, `fold` held out; the same for the same groups whatever the machine."""
    by_class: dict[int, list[str]] = {}
    for group, label in label_of.items():
        if group not in calibration:
            by_class.setdefault(label, []).append(group)
    rng = np.random.default_rng(SPLIT_SEED)
    part = dict.fromkeys(calibration, "calibration")
    for label in sorted(by_class):
        groups = [by_class[label][i] for i in rng.permutation(len(by_class[label]))]
        rest = []
        for position, group in enumerate(groups):
            if position % FOLDS == fold:
                part[group] = "test"
            else:
                part[group] = "train"
                rest.append(group)
        for group in rest[: round(len(rest) * MONITOR_SHARE)]:
            part[group] = "monitor"
    return part


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


HAM7 = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")


def ham7(data: pathlib.Path, fold: int = 0) -> list[Record]:
    """HAM10000 and the ISIC 2018 Task 3 validation set, grouped by lesion with duplicates joined."""
    with (data / "ham10000" / "labels.csv").open() as f:
        rows = [r for r in csv.DictReader(f) if r["dx"] in HAM7]
    joined = _join_duplicates(rows, data / "ham10000" / "known_duplicates.csv")
    group_of = {name: i for i, name in enumerate(sorted(set(joined.values())))}
    # A calibration picture's whole group is calibration: it is never trained on.
    calibration = {joined[r["lesion_id"]] for r in rows if r["source_split"] == "isic2018_val"}
    label_of: dict[str, int] = {}
    for r in sorted(rows, key=lambda r: r["isic_id"]):
        label_of.setdefault(joined[r["lesion_id"]], HAM7.index(r["dx"]))
    part_of = split(label_of, calibration, fold)
    records = []
    for r in rows:
        g = joined[r["lesion_id"]]
        part = part_of[g]
        if part == "calibration" and r["source_split"] != "isic2018_val":
            part = "unused"
        mask = f"ham10000/masks/{r['isic_id']}.png"
        records.append(
            Record(
                isic_id=r["isic_id"],
                label=HAM7.index(r["dx"]),
                group=group_of[g],
                lesion=r["lesion_id"],
                part=part,
                picture=f"ham10000/images/{r['isic_id']}.jpg",
                mask=mask if (data / mask).exists() else None,
                confirm=r["diagnosis_confirm_type"],
                age=float(r["age_approx"]) if r["age_approx"] else None,
                sex=r["sex"],
                site=r["anatom_site_general"],
            )
        )
    return records + _isic2017_as_ham7(data, len(group_of))


def _isic2017_as_ham7(data: pathlib.Path, first_group: int) -> list[Record]:
    """ISIC 2017's melanomas, naevi and seborrhoeic keratoses, where they are there: the two classes HAM10000's
    network confuses most. Its pictures (ISIC_0000000 to ISIC_0016072) come before the first of HAM10000 (ISIC_0024306)."""
    path = data / "isic2017" / "labels.csv"
    if not path.exists():
        return []
    with path.open() as f:
        rows = list(csv.DictReader(f))
    return [
        Record(
            isic_id=r["isic_id"], label=HAM7.index(r["label"].lower()), group=first_group + i, lesion=r["isic_id"],
            part="extra", picture=f"isic2017/{r['split']}/{r['isic_id']}.jpg",
        )
        for i, r in enumerate(rows)
    ]


ISIC3 = ("bkl", "mel", "nv")


def isic3(data: pathlib.Path, fold: int = 0) -> list[Record]:
    """ISIC 2017: melanoma, naevus, seborrhoeic keratosis. No lesion ids: every picture is its own group."""
    with (data / "isic2017" / "labels.csv").open() as f:
        rows = list(csv.DictReader(f))
    label_of = {r["isic_id"]: ISIC3.index(r["label"].lower()) for r in sorted(rows, key=lambda r: r["isic_id"])}
    part_of = split(label_of, {r["isic_id"] for r in rows if r["split"] == "val"}, fold)
    return [
        Record(
            isic_id=r["isic_id"], label=label_of[r["isic_id"]], group=i, lesion=r["isic_id"],
            part=part_of[r["isic_id"]], picture=f"isic2017/{r['split']}/{r['isic_id']}.jpg",
        )
        for i, r in enumerate(rows)
    ]


SOURCES = {
    "ham7": Source(
        HAM7,
        "fold 0 of five of HAM10000, grouped by lesion: never trained or fitted on",
        "the 193 of the ISIC 2018 Task 3 validation set",
        ham7,
    ),
    "isic3": Source(
        ISIC3,
        "fold 0 of five of the ISIC 2017 training set: never trained or fitted on",
        "the 150 of the ISIC 2017 validation set",
        isic3,
    ),
}
