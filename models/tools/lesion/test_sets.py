"""The picture sets with two captures: their splits, their batches, and what is fitted for each capture."""

from __future__ import annotations

import csv
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import conformal  # noqa: E402
import context  # noqa: E402
import data as dataset  # noqa: E402
import metrics  # noqa: E402
import record  # noqa: E402
import scaling  # noqa: E402
import sources  # noqa: E402

HAM = ["isic_id", "dx", "lesion_id", "source_split", "diagnosis_confirm_type", "age_approx", "sex", "anatom_site_general"]
MILK = ["id", "modality", "dx", "lesion_id", "skin_tone_class_0dark_5light", "age", "sex", "site", "confirm", "lesion_also_in"]
PAD = ["id", "dx", "patient_id", "lesion_id", "tone_fitzpatrick", "age", "sex", "region", "biopsed", "itch", "grew", "hurt", "changed", "bleed",
       "elevation", "mask_check"]


def table(path: pathlib.Path, fields: list[str], rows: list[list]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as f:
        w = csv.writer(f)
        w.writerow(fields)
        w.writerows(rows)


@pytest.fixture
def folder(tmp_path) -> pathlib.Path:
    """Labels of three small sets; 60 lesions of MILK10k are in HAM10000 too."""
    table(tmp_path / "ham10000" / "labels.csv", HAM,
          [[f"H{i}", sources.HAM7[i // 2 % 7], f"L{i // 2}", "ham10000_train", "", "40.0", "male", "back"] for i in range(700)])
    milk = []
    for i in range(400):
        dx, also = ("AKIEC", "BCC", "BKL", "DF", "MEL", "NV", "SCCKA", "VASC", "INF")[i % 9], ""
        lesion = f"M{i}"
        if i < 60:
            dx, lesion, also = sources.HAM7[i % 7].upper(), f"L{i}", "ham10000_train"
        milk.append([f"C{i}", "clinical", dx, lesion, 3, 50, "female", "trunk", "histopathology", also])
        if not also:
            milk.append([f"D{i}", "dermoscopic", dx, lesion, 3, 50, "female", "trunk", "histopathology", also])
    table(tmp_path / "milk10k" / "labels.csv", MILK, milk)
    pad = []
    for i in range(300):
        dx = ("ACK", "BCC", "SEK", "MEL", "NEV", "SCC")[i // 2 % 6]
        said = ["True" if (i * k) % 3 else "False" for k in range(1, 5)]
        pad.append([f"PAT_{i // 3}_{i // 2}_{i}", dx, f"PAT_{i // 3}", f"PAT_{i // 3}_{i // 2}", "2.0", 20 + i % 60, "MALE", "FACE", "True",
                    *said, "UNK", "True", "ok"])
    table(tmp_path / "pad_ufes_20" / "labels.csv", PAD, pad)
    table(tmp_path / "pad_ufes" / "labels.csv", ["img_id", "label"], [[f"PAT_{k}_0_0.png", "BCC"] for k in (3, 50, 77)])
    return tmp_path


def test_a_lesion_has_one_part_whatever_set_it_comes_from(folder):
    records = sources.lesion8(folder)
    parts: dict[str, set] = {}
    groups: dict[str, set] = {}
    for r in records:
        parts.setdefault(r.lesion, set()).add(r.part)
        groups.setdefault(r.lesion, set()).add(r.group)
    assert all(len(p) == 1 for p in parts.values()) and all(len(g) == 1 for g in groups.values())
    before = {r.isic_id: r.part for r in sources.ham7(folder)}
    assert all(r.part == before[r.isic_id] for r in records if r.source == "ham10000")
    both = [r for r in records if r.source == "milk10k" and r.lesion.startswith("L")]
    assert len(both) == 60 and any(r.part == "test" for r in both)
    assert {r.part for r in records if r.label == -1} == {"other"}
    assert len({r.isic_id for r in records}) == len(records)


def test_patients_stay_together_and_those_that_fixtures_show_are_held_out(folder):
    for fold in range(3):
        records = sources.phone6(folder, fold)
        parts: dict[str, set] = {}
        for r in records:
            parts.setdefault(r.isic_id.split("_")[1], set()).add(r.part)
        assert all(len(p) == 1 for p in parts.values())
        assert parts["3"] == parts["50"] == parts["77"] == {"test"}
        assert 0.1 < np.mean([r.part == "test" for r in records]) < 0.3
    assert sources.phone6(folder)[0].answers.keys() == {"itches", "grew", "hurts", "changed", "raised"}, "UNK is no answer"


def test_batches_are_adjusted_by_each_sets_own_classes(folder):
    pytest.importorskip("torch")
    pytest.importorskip("cv2")
    import train

    arrays = dataset.Arrays(sources.SOURCES["lesion8"], folder, sources.lesion8(folder), None, None)
    batches = train.Batches(arrays, 16, 0.2, 1)
    assert np.allclose(batches.prior.sum(axis=1), 1)
    ham = batches.domains.index(("ham10000", "dermoscope"))
    assert batches.prior[ham, sources.LESION8.index("scc")] == 0
    rows = np.concatenate([batches.rows(k) for k in range(200)])
    assert {arrays.records[i].part for i in rows} == {"train"}
    domain = np.array([batches.domains.index(arrays.records[i].domain) for i in rows])
    drawn = np.bincount(arrays.labels[rows[domain == ham]], minlength=8) / (domain == ham).sum()
    assert np.abs(drawn - batches.prior[ham]).max() < 0.05


def test_a_class_that_a_set_lacks_is_not_pushed_up_by_smoothing():
    torch = pytest.importorskip("torch")
    import losses

    prior = torch.tensor([[0.6, 0.4, 0.0]])
    logits = torch.zeros(1, 3, requires_grad=True)
    losses.cross_entropy(logits, torch.tensor([[1.0, 0.0, 0.0]]), prior).backward()
    assert logits.grad[0, 2] >= 0 and logits.grad[0, 0] < 0


def test_square_and_tall_pictures_keep_their_middle():
    from PIL import Image

    rng = np.random.default_rng(3)
    square = Image.fromarray(np.kron(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8), np.ones((30, 30, 1), np.uint8)))
    framed = dataset.framed(square, 320, 240, False)
    assert framed.shape == (240, 320, 3) and np.array_equal(framed[:, 40:280], np.asarray(square))
    assert dataset.framed(square, 320, 240, True).shape == (240, 320, 3)
    tall = dataset.framed(square.crop((0, 0, 120, 240)), 320, 240, False)
    assert tall.shape == (240, 320, 3) and np.abs(tall[:, 160].astype(int) - np.asarray(square)[60:180, 60].repeat(2, 0).astype(int)).mean() < 20


def sample(n: int, seed: int = 1, classes: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Balanced logits, labels drawn from softmax(logits + log frequencies), the frequencies."""
    rng = np.random.default_rng(seed)
    frequencies = np.array([0.5, 0.3, 0.15, 0.05])[:classes]
    logits = rng.normal(0, 2, (n, classes))
    p = scaling.softmax(logits + np.log(frequencies))
    return logits, np.array([rng.choice(classes, p=row) for row in p]), frequencies


def test_vector_scaling_undoes_a_scale_for_each_class_and_keeps_the_frequencies():
    logits, label, frequencies = sample(8000)
    off = logits * [2.0, 1.0, 0.5, 1.0]
    weight = np.ones(len(label))
    found = scaling.fit(off, label, weight, frequencies, 1.0)
    assert found.scale == pytest.approx([0.5, 1.0, 2.0, 1.0], rel=0.15)
    assert found.bias - found.bias.mean() == pytest.approx(np.log(frequencies) - np.log(frequencies).mean(), abs=0.15)
    penalty, surprise = scaling.choose(off, label, np.arange(len(label)), weight, frequencies)
    assert surprise[penalty] < surprise[np.inf]
    few = scaling.fit(off[:40], label[:40], weight[:40], frequencies, np.inf)
    assert np.ptp(few.scale) == 0 and few.bias == pytest.approx(np.log(frequencies))


def test_sets_cover_each_class_and_are_never_empty():
    logits, label, frequencies = sample(12000)
    p = scaling.softmax(logits + np.log(frequencies))
    limit = conformal.thresholds(p[:6000], label[:6000], np.ones(6000))
    inside = conformal.sets(p[6000:], limit)
    assert inside.any(axis=1).all()
    rest = label[6000:]
    for k in range(4):
        assert abs(inside[rest == k, k].mean() - 0.9) < 0.04
    few = conformal.thresholds(p[:300], label[:300], np.ones(300), least=1000)
    assert np.ptp(few) == 0, "classes with few pictures share one threshold"


def test_what_an_answer_adds_is_zero_on_average_and_a_missing_one_adds_nothing(folder):
    arrays = dataset.Arrays(sources.SOURCES["phone6"], folder, sources.phone6(folder), None, None)
    rows = arrays.indices("monitor")
    frequencies = arrays.frequencies(record.CLOSE_UP)
    p = np.tile(frequencies, (len(rows), 1))
    facts, report = context.fit(arrays, rows, p, frequencies)
    model = context.Context(facts)
    asked = arrays.indices("train", "monitor")
    x = context.features([arrays.records[i] for i in asked], model.sites)
    terms = np.unique([term for term, _ in context.columns(model.sites)], return_inverse=True)[1]
    for t in range(terms.max() + 1):
        known = x[:, terms == t].sum(axis=1) > 0
        if known.any():
            assert np.abs((x[known][:, terms == t] @ model.table[terms == t]).mean(axis=0)).max() < 0.02
    bare = model(p[:1], np.zeros((1, x.shape[1])))
    assert np.allclose(bare, scaling.softmax(model.weight * np.log(p[:1]) + model.bias))
    one = context.features([record.Record("i", 0, 0, "l", "train", "p", age=200.0)], model.sites)
    assert np.allclose(one @ model.table, facts["terms"][6]["values"][-1], atol=1e-3), "clamped at the last knot"
    assert set(report) == {"full", "half", "answers", "picture", "verification"}


def test_the_label_that_stands_out_ignores_the_frequencies():
    logits, _, frequencies = sample(50)
    p = scaling.softmax(logits + np.log(frequencies))
    assert np.array_equal(metrics.standout(p, frequencies), logits.argmax(axis=1))
