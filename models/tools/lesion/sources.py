"""The labelled picture sets by name: classes, and data folder -> records (see record.py)."""

from __future__ import annotations

import csv
import dataclasses
import pathlib

import milk10k
import pad_ufes_20
from record import CLOSE_UP, DERMOSCOPE, Record, Source, split


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
    """ISIC 2017's melanomas, nevi and seborrheic keratoses, where they are there: the two classes HAM10000's
    network confuses most. Its pictures (ISIC_0000000 to ISIC_0016072) come before the first of HAM10000 (ISIC_0024306)."""
    path = data / "isic2017" / "labels.csv"
    if not path.exists():
        return []
    with path.open() as f:
        rows = list(csv.DictReader(f))
    return [
        Record(
            isic_id=r["isic_id"], label=HAM7.index(r["label"].lower()), group=first_group + i, lesion=r["isic_id"],
            part="extra", source="isic2017", picture=f"isic2017/{r['split']}/{r['isic_id']}.jpg",
        )
        for i, r in enumerate(rows)
    ]


LESION8 = ("akiec", "bcc", "bkl", "df", "mel", "nv", "scc", "vasc")


def lesion8(data: pathlib.Path, fold: int = 0) -> list[Record]:
    """HAM10000 and ISIC 2017 as in `ham7`, MILK10k and PAD-UFES-20. A lesion keeps the part that it has in `ham7`,
    so that `lesion-ham7`'s weights, from which training may go on, never saw the test fold."""
    dermoscopic = ham7(data, fold)
    dermoscopic = [dataclasses.replace(r, label=LESION8.index(HAM7[r.label])) for r in dermoscopic]
    records = dermoscopic + milk10k.records(data, LESION8, fold, known={r.lesion: r for r in dermoscopic})
    return records + pad_ufes_20.records(data, LESION8, fold, 1 + max(r.group for r in records))


PHONE6 = ("akiec", "bcc", "bkl", "mel", "nv", "scc")


def phone6(data: pathlib.Path, fold: int = 0) -> list[Record]:
    """PAD-UFES-20 alone: close-ups by phones, free for commercial use with attribution."""
    return pad_ufes_20.records(data, PHONE6, fold, 0)


SOURCES = {
    "ham7": Source(
        HAM7,
        "fold 0 of five of HAM10000, grouped by lesion: never trained or fitted on",
        "the 193 of the ISIC 2018 Task 3 validation set",
        ham7,
    ),
    "lesion8": Source(
        LESION8,
        "fold 0 of five of HAM10000 and MILK10k, grouped by lesion, and of PAD-UFES-20, grouped by patient: never trained or fitted on",
        "the 193 of the ISIC 2018 Task 3 validation set",
        lesion8,
        captures=(DERMOSCOPE, CLOSE_UP),
        # HAM10000 and ISIC 2017 are what the weights that training goes on from know already.
        emphasis={
            ("ham10000", DERMOSCOPE): 0.8, ("isic2017", DERMOSCOPE): 0.4, ("milk10k", DERMOSCOPE): 1.0,
            ("milk10k", CLOSE_UP): 1.3, ("pad_ufes_20", CLOSE_UP): 1.5,
        },
    ),
    "phone6": Source(
        PHONE6,
        "fold 0 of five of PAD-UFES-20, grouped by patient: never trained or fitted on",
        "the monitor slice of PAD-UFES-20",
        phone6,
        captures=(CLOSE_UP,),
    ),
}
