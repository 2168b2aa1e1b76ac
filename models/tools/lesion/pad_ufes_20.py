"""PAD-UFES-20 (CC BY 4.0): smartphone close-ups with what the patients said. Split by patient."""

from __future__ import annotations

import collections
import csv
import pathlib

import record
from record import CLOSE_UP, Record

CLASS_OF = {"ACK": "akiec", "BCC": "bcc", "SEK": "bkl", "MEL": "mel", "NEV": "nv", "SCC": "scc"}
#: Our name of a question -> the set's column.
QUESTIONS = {"itches": "itch", "grew": "grew", "hurts": "hurt", "changed": "changed", "bleeds": "bleed", "raised": "elevation"}


def patient(name: str) -> str:
    """PAT_117_179_983 -> PAT_117."""
    return "_".join(name.split("_")[:2])


def answers(row: dict[str, str]) -> dict[str, bool]:
    """What was asked and answered; "UNK" is no answer."""
    return {ours: row[theirs] == "True" for ours, theirs in QUESTIONS.items() if row[theirs] in ("True", "False")}


def records(data: pathlib.Path, classes: tuple[str, ...], fold: int, first_group: int) -> list[Record]:
    """The set's pictures. Patients in the older folder `pad_ufes`, which fixtures and demos show, are always held out."""
    folder = data / "pad_ufes_20"
    with (folder / "labels.csv").open() as f:
        rows = list(csv.DictReader(f))
    fixtures = data / "pad_ufes" / "labels.csv"
    shown: set[str] = set()
    if fixtures.exists():
        with fixtures.open() as f:
            shown = {patient(r["img_id"]) for r in csv.DictReader(f)}
    size = collections.Counter(r["dx"] for r in rows)
    label_of: dict[str, int] = {}
    # A patient with several diagnoses counts as one of the rarest.
    for r in sorted(rows, key=lambda r: (size[r["dx"]], r["id"])):
        label_of.setdefault(r["patient_id"], classes.index(CLASS_OF[r["dx"]]))
    part_of = record.split_by_patient(label_of, shown & set(label_of), fold)
    group_of = {name: first_group + i for i, name in enumerate(sorted({r["lesion_id"] for r in rows}))}
    return [
        Record(
            isic_id=r["id"],
            label=classes.index(CLASS_OF[r["dx"]]),
            group=group_of[r["lesion_id"]],
            lesion=r["lesion_id"],
            part=part_of[r["patient_id"]],
            picture=f"pad_ufes_20/images/{r['id']}.jpg",
            mask=f"pad_ufes_20/masks/{r['id']}.png" if r["mask_check"] == "ok" else None,
            confirm="histopathology" if r["biopsed"] == "True" else "clinical consensus",
            age=float(r["age"]) if r["age"] else None,
            sex=r["sex"].lower(),
            site=r["region"].lower(),
            capture=CLOSE_UP,
            source="pad_ufes_20",
            tone=r["tone_fitzpatrick"].removesuffix(".0"),
            answers=answers(r),
            biopsied=r["biopsed"] == "True",
        )
        for r in rows
    ]
