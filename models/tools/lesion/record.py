"""One labelled picture, a set of them, and the split into parts.

Parts: "test" (fold 0 of five, only ever reported on), "monitor" (a slice of the other folds that is not
trained on: training curve and calibration), "train", "extra" (pictures of another set, trained on and
nothing else), "calibration" (the set's own validation pictures), "unused" (training pictures of a
calibration lesion) and "other" (diagnoses outside the classes: never trained on, no label).
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

FOLDS = 5
SPLIT_SEED = 20180802
#: Of the groups outside the test fold. HAM10000's stays as it was for `lesion-ham7`.
MONITOR_SHARE = 0.05
#: The sets that came later are smaller, and each capture is calibrated on its own monitor pictures.
LARGE_MONITOR_SHARE = 0.15
DERMOSCOPE, CLOSE_UP = "dermoscope", "close_up"


@dataclasses.dataclass(frozen=True)
class Record:
    """One picture: where it is, what it shows, whom it belongs to, and how it was taken."""

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
    capture: str = DERMOSCOPE
    source: str = "ham10000"
    tone: str = ""
    #: What the person said (PAD-UFES-20): question -> yes or no; a question without an answer is absent.
    answers: dict[str, bool] = dataclasses.field(default_factory=dict)
    biopsied: bool | None = None

    @property
    def domain(self) -> tuple[str, str]:
        """Whose pictures these are and how they were taken: class shares belong to a domain."""
        return self.source, self.capture


@dataclasses.dataclass(frozen=True)
class Source:
    """A picture set. Order of `classes` is the network's output order: changing it is a new pack id."""

    classes: tuple[str, ...]
    test_set: str
    calibration_set: str
    records: Callable[[pathlib.Path, int], list[Record]]
    #: How pictures were taken, in the order of the network's capture output.
    captures: tuple[str, ...] = (DERMOSCOPE,)
    #: Weight of a domain's lesions in the batches, 1 where it is not named.
    emphasis: dict[tuple[str, str], float] = dataclasses.field(default_factory=dict)


def split(label_of: dict[str, int], calibration: set[str], fold: int = 0, monitor_share: float = MONITOR_SHARE) -> dict[str, str]:
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
        for group in rest[: round(len(rest) * monitor_share)]:
            part[group] = "monitor"
    return part


def split_by_patient(label_of: dict[str, int], shown: set[str], fold: int = 0) -> dict[str, str]:
    """As `split`, for a set with the larger monitor slice. The `shown` groups (fixtures and demos) are always held
    out, so that no picture that the repository shows was trained on; they count towards the test fold."""
    by_class: dict[int, list[str]] = {}
    for group, label in label_of.items():
        by_class.setdefault(label, []).append(group)
    rng = np.random.default_rng(SPLIT_SEED)
    part: dict[str, str] = {}
    for label in sorted(by_class):
        groups = sorted(by_class[label])
        drawn = [groups[i] for i in rng.permutation(len(groups)) if groups[i] not in shown]
        size = max(0, round(len(groups) / FOLDS) - (len(groups) - len(drawn)))
        test = drawn[fold * size : (fold + 1) * size]
        rest = [g for g in drawn if g not in test]
        monitor = rest[: round(len(rest) * LARGE_MONITOR_SHARE)]
        part |= dict.fromkeys(groups, "test") | dict.fromkeys(rest, "train") | dict.fromkeys(monitor, "monitor")
    return part
