"""MILK10k (CC BY-NC): close-ups and dermoscopic views of one lesion, other clinics than HAM10000's."""

from __future__ import annotations

import csv
import pathlib

import record
from record import CLOSE_UP, DERMOSCOPE, Record

#: Its diagnoses -> ours. INF, BEN_OTH and MAL_OTH (166 pictures of 83 lesions) have no class here: each gathers unlike
#: diseases, too few of any to learn, so that a label of theirs would promise what nobody measured. They become part
#: "other": never trained on, and counted apart when strangers are.
CLASS_OF = {
    "AKIEC": "akiec", "BCC": "bcc", "BKL": "bkl", "DF": "df", "MEL": "mel", "NV": "nv", "SCCKA": "scc", "VASC": "vasc",
}
CAPTURES = {"clinical": CLOSE_UP, "dermoscopic": DERMOSCOPE}


def records(data: pathlib.Path, classes: tuple[str, ...], fold: int, known: dict[str, Record]) -> list[Record]:
    """Both views of every lesion. `known`: the records of HAM10000 by lesion; such a lesion keeps its part and group."""
    with (data / "milk10k" / "labels.csv").open() as f:
        rows = list(csv.DictReader(f))
    label_of = {
        r["lesion_id"]: classes.index(CLASS_OF[r["dx"]])
        for r in sorted(rows, key=lambda r: r["id"])
        if r["dx"] in CLASS_OF and not r["lesion_also_in"]
    }
    part_of = record.split(label_of, set(), fold, record.LARGE_MONITOR_SHARE)
    first = 1 + max((r.group for r in known.values()), default=-1)
    group_of = {name: first + i for i, name in enumerate(sorted({r["lesion_id"] for r in rows}))}

    def part(row: dict) -> str:
        if row["dx"] not in CLASS_OF:
            return "other"
        if row["lesion_also_in"]:
            # Four lesions are in a set of ISIC 2018 of which no picture is here: nobody can say which side they are on.
            return known[row["lesion_id"]].part if row["lesion_id"] in known else "unused"
        return part_of[row["lesion_id"]]

    return [
        Record(
            isic_id=r["id"],
            label=classes.index(CLASS_OF[r["dx"]]) if r["dx"] in CLASS_OF else -1,
            group=known[r["lesion_id"]].group if r["lesion_id"] in known else group_of[r["lesion_id"]],
            lesion=r["lesion_id"],
            part=part(r),
            picture=f"milk10k/{r['modality']}/{r['id']}.jpg",
            confirm=r["confirm"],
            age=float(r["age"]) if r["age"] else None,
            sex=r["sex"],
            site=r["site"],
            capture=CAPTURES[r["modality"]],
            source="milk10k",
            tone=r["skin_tone_class_0dark_5light"],
        )
        for r in rows
    ]
