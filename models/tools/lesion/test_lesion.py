"""Quick tests: numpy, Pillow, onnx and onnxruntime are enough; torch and OpenCV ones skip without them."""

from __future__ import annotations

import csv
import hashlib
import json
import pathlib
import sys

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import data as dataset  # noqa: E402
import metrics  # noqa: E402
import ood  # noqa: E402
import sources  # noqa: E402

PACKS = {"lesion8": HERE.parent.parent / "lesion-8", "phone6": HERE.parent.parent / "lesion-phone6"}
each_pack = pytest.mark.parametrize(("name", "folder"), PACKS.items())


def shipped(folder: pathlib.Path) -> dict:
    if not (folder / "pack.json").exists():
        pytest.skip(f"models/{folder.name} is not there")
    return json.loads((folder / "pack.json").read_text())


def test_auc_counts_pairs_and_halves_ties():
    rng = np.random.default_rng(0)
    score, truth = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.4
    a, b = score[truth], score[~truth]
    want = ((a[:, None] > b) + 0.5 * (a[:, None] == b)).mean()
    assert metrics.auc(score, truth) == pytest.approx(want)
    assert np.isnan(metrics.auc(score, np.ones(60)))


def test_balanced_accuracy_ignores_class_sizes():
    label = np.array([0] * 98 + [1] * 2)
    assert metrics.balanced_accuracy(label, np.zeros(100, int)) == 0.5


def test_ece_is_the_gap_between_confidence_and_accuracy():
    p = np.tile([0.9, 0.1], (100, 1))
    label = np.array([0] * 60 + [1] * 40)
    assert metrics.ece(p, label) == pytest.approx(0.3)


def test_retrieval_finds_planted_pairs():
    rng = np.random.default_rng(3)
    base = rng.normal(size=(30, 16))
    e = np.concatenate([base, base + 0.05 * rng.normal(size=base.shape)])
    e /= np.linalg.norm(e, axis=1, keepdims=True)
    found = metrics.retrieval(e, np.tile(np.arange(30), 2))
    assert found["same_lesion_top1"] == 1.0 and found["pairs"] == 30
    assert found["same_lesion_auc"] > 0.99


def test_mahalanobis_scores_what_was_never_seen_higher():
    rng = np.random.default_rng(4)
    known = rng.normal(size=(500, 8)) * [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1]
    s = ood.fit_mahalanobis(known)
    near = ood.score(s, known)
    far = ood.score(s, known + [0, 0, 0, 0, 2, 0, 0, 0])
    limit = ood.threshold(near, np.ones(500), 0.97)
    assert np.median(far) > limit
    assert np.mean(near <= limit) == pytest.approx(0.97, abs=0.01)


def test_the_distance_learns_from_strangers_where_to_look():
    rng = np.random.default_rng(7)
    known = rng.normal(size=(800, 12))
    away = np.eye(12)[0] * 4.5
    strange, kinds = rng.normal(size=(90, 12)) + away, np.array(["a", "b", "c"] * 30)
    unseen = rng.normal(size=(200, 12)) + away

    def rejected(statistics: dict) -> float:
        return float(np.mean(ood.score(statistics, unseen) > ood.threshold(ood.score(statistics, known), np.ones(800))))

    assert rejected(ood.fit(known, strange, kinds)) > rejected(ood.fit_mahalanobis(known)) + 0.1


@pytest.mark.parametrize("shape", [(240, 320), (320, 240), (241, 320), (96, 96), (50, 33)])
def test_centre_square_takes_the_centre(shape):
    h, w = shape
    x = (np.arange(w, dtype=np.float32)[None, :] + 0.5) / w * 255
    picture = np.broadcast_to(x[..., None], (h, w, 3)).astype(np.uint8)
    out = dataset.centre_square(picture, 32)
    assert out.shape == (32, 32, 3)
    side = min(h, w)
    first, last = (w - side) / 2 / w * 255, (w + side) / 2 / w * 255
    assert first - 2 <= out[:, 0].min() and out[:, -1].max() <= last + 2
    assert abs(float(out.mean()) - (first + last) / 2) < 3


@pytest.mark.parametrize("shape", [(240, 320), (151, 201), (400, 300), (96, 96)])
def test_resampling_is_pillows_but_for_its_rounding_between_passes(shape):
    from PIL import Image

    picture = np.random.default_rng(8).integers(0, 256, (*shape, 3), dtype=np.uint8)
    side = min(shape)
    box = ((shape[1] - side) / 2, (shape[0] - side) / 2, (shape[1] + side) / 2, (shape[0] + side) / 2)
    ours = dataset.centre_square(picture, 96).astype(int)
    pillow = np.asarray(Image.fromarray(picture).resize((96, 96), Image.BILINEAR, box=box)).astype(int)
    assert np.abs(ours - pillow).max() <= 1
    assert abs((ours - pillow).mean()) < 0.05


def test_lesions_and_duplicates_stay_in_one_part(tmp_path):
    ham = tmp_path / "ham10000"
    ham.mkdir()
    fields = ["isic_id", "dx", "lesion_id", "source_split", "diagnosis_confirm_type", "age_approx", "sex", "anatom_site_general"]
    with (ham / "labels.csv").open("w") as f:
        w = csv.writer(f)
        w.writerow(fields)
        for i in range(900):
            w.writerow([f"P{i}", sources.HAM7[(i // 3) % 7], f"L{i // 3}", "ham10000_train", "", "", "", ""])
        w.writerow(["V1", "nv", "L5", "isic2018_val", "", "40.0", "male", "back"])
    (ham / "known_duplicates.csv").write_text("similarity,a,b,kind\n0.99,P0,P300,duplicate\n0.99,P30,P600,distinct\n")
    records = sources.ham7(tmp_path)
    parts: dict[int, set] = {}
    for r in records:
        parts.setdefault(r.group, set()).add(r.part)
    assert all(len(p) == 1 or p == {"calibration", "unused"} for p in parts.values())
    by_id = {r.isic_id: r for r in records}
    assert by_id["P0"].group == by_id["P300"].group and by_id["P30"].group != by_id["P600"].group
    assert by_id["V1"].part == "calibration" and by_id["P15"].part == "unused"
    share = np.mean([r.part == "test" for r in records])
    assert 0.15 < share < 0.25
    assert records == sources.ham7(tmp_path)


def tiny_model(path, kind=None, opset=17, side=8, labels=3):
    onnx = pytest.importorskip("onnx")
    h = onnx.helper
    kind = onnx.TensorProto.UINT8 if kind is None else kind
    graph = h.make_graph(
        [
            h.make_node("Cast", ["image"], ["f"], to=onnx.TensorProto.FLOAT),
            h.make_node("ReduceMean", ["f"], ["m"], axes=[1, 2], keepdims=0),
            h.make_node("Identity", ["m"], ["logits"]),
        ],
        "tiny",
        [h.make_tensor_value_info("image", kind, [1, side, side, 3])],
        [h.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, [1, labels])],
    )
    onnx.save(h.make_model(graph, opset_imports=[h.make_opsetid("", opset)]), path)
    return path


def test_a_strangers_model_packs_and_says_what_is_missing(tmp_path):
    pack = pytest.importorskip("pack")
    path = tiny_model(tmp_path / "m.onnx")
    description = {"id": "mine", "labels": [{"id": i} for i in "abc"]}
    made, missing = pack.build(description, {"fp32": path}, {}, tmp_path / "pack")
    assert made["outputs"] == {"logits": "logits"} and made["input"]["width"] == 8
    assert any("embedding" in m for m in missing) and any("mask" in m for m in missing)
    written = json.loads((tmp_path / "pack" / "pack.json").read_text())
    assert written == made
    assert written["variants"][0]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_the_sdk_would_refuse_is_not_packed(tmp_path):
    pack = pytest.importorskip("pack")
    onnx = pytest.importorskip("onnx")
    two = {"id": "mine", "labels": [{"id": "a"}, {"id": "b"}]}
    with pytest.raises(pack.PackError, match="labels: 2 given, logits has 3"):
        pack.build(two, {"fp32": tiny_model(tmp_path / "a.onnx")}, {}, tmp_path / "p")
    with pytest.raises(pack.PackError, match="opset 13"):
        pack.inspect(tiny_model(tmp_path / "b.onnx", opset=13))
    with pytest.raises(pack.PackError, match="UINT8"):
        pack.inspect(tiny_model(tmp_path / "c.onnx", kind=onnx.TensorProto.FLOAT))


@each_pack
def test_shipped_files_match_their_hashes(name, folder):
    pack = shipped(folder)
    for v in pack["variants"]:
        content = (folder / v["file"]).read_bytes()
        assert len(content) == v["bytes"] and hashlib.sha256(content).hexdigest() == v["sha256"]
        assert v["bytes"] <= 4_000_000
    assert [label["id"] for label in pack["labels"]] == list(sources.SOURCES[name].classes)
    assert [c["id"] for c in pack["captures"]] == list(sources.SOURCES[name].captures)
    assert pack["license"]["commercial_use"] == (name == "phone6")


@each_pack
def test_shipped_outputs_are_the_golden_ones_and_consistent(name, folder):
    runner = pytest.importorskip("runner")
    from PIL import Image

    pack = shipped(folder)
    golden = json.loads((folder / "golden" / "golden.json").read_text())
    size = pack["input"]["width"]
    pictures = [np.asarray(Image.open(folder / "golden" / c["file"]).convert("RGB")) for c in golden["cases"]]
    import golden as tool

    squares = [tool.pillow_square(picture, size) for picture in pictures]
    ours = [dataset.centre_square(picture, size) for picture in pictures]
    profiles = {c["id"]: c for c in pack["captures"]}
    for v in pack["variants"]:
        o, product = runner.run(folder / v["file"], squares), runner.run(folder / v["file"], ours)
        for i, case in enumerate(golden["cases"]):
            want, profile = case["variants"][v["name"]], profiles[case["capture"]]
            assert pack["captures"][tool.taken(product, i)] is profile
            p = tool.probabilities(profile, o["logits"][i])
            assert np.abs(p - list(want["probabilities"].values())).max() < 5e-3
            whole = list(case["pipeline"][v["name"]].values())
            assert np.abs(tool.probabilities(profile, product["logits"][i]) - whole).max() < 5e-3
            assert float(o["embedding"][i] @ np.array(want["embedding"])) > 0.999
        assert np.allclose(np.linalg.norm(o["embedding"], axis=1), 1, atol=1e-4)
        assert "mask" not in o or ((o["mask"] >= 0).all() and (o["mask"] <= 1).all())
        bias = o["logits"] - o["heatmap"].mean(axis=(2, 3))
        assert np.abs(bias - bias[0]).max() < 1e-3


@pytest.mark.parametrize("phone", [False, True])
def test_augmentation_is_reproducible_and_moves_mask_with_picture(phone):
    pytest.importorskip("cv2")
    torch = pytest.importorskip("torch")
    import augment

    pictures = torch.full((24, 240, 320, 3), 200, dtype=torch.uint8)
    masks = torch.zeros(24, 120, 160, dtype=torch.uint8)
    pictures[:, 80:160, 120:200] = 40
    masks[:, 40:80, 60:100] = 255

    def views():
        generator = torch.Generator().manual_seed(5)
        x, mask = augment.views(pictures, masks, 96, generator, torch.full((24,), phone))
        return augment.noisy(x, generator), mask

    (x, mask), (again, mask_again) = views(), views()
    assert torch.equal(x, again) and torch.equal(mask, mask_again)
    assert torch.equal(x, x.round()) and x.min() >= 0 and x.max() <= 255
    assert (mask.flatten(1).amax(1) > 0.5).all(), "the lesion in the middle stays in view"
    dark = torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 2) < 110
    assert (dark == (mask > 0.5)).float().mean(dim=(1, 2, 3)).median() > 0.97


def test_jpeg_changes_pictures_as_an_encoder_of_that_quality_does():
    cv2 = pytest.importorskip("cv2")
    torch = pytest.importorskip("torch")
    import augment

    rng = np.random.default_rng(2)
    smooth = cv2.resize(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8), (96, 96), interpolation=cv2.INTER_CUBIC)
    for quality in (35, 60, 90):
        _, packed = cv2.imencode(".jpg", smooth[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        want = cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1].astype(float)
        picture = torch.from_numpy(smooth).permute(2, 0, 1)[None].float()
        got = augment._jpeg(picture, torch.tensor([float(quality)]))[0].permute(1, 2, 0).clamp(0, 255).numpy()
        assert np.abs(got - want).mean() < 0.35 * np.abs(want - smooth).mean()


@pytest.mark.parametrize("captures", [1, 2])
def test_network_outputs_and_exact_heatmap(captures):
    torch = pytest.importorskip("torch")
    import network

    net = network.LesionNet(captures=captures).eval()
    x = torch.rand(2, 3, 96, 96) * 255
    with torch.no_grad():
        logits, embedding, mask, capture = net(x)
        again, embedding2, heatmap, probability, capture2 = net(x, export=True)
    assert mask.shape == (2, 1, 48, 48) and heatmap.shape == (2, 7, 6, 6)
    assert capture is None if captures == 1 else capture.shape == (2, captures) and torch.equal(capture, capture2)
    assert torch.allclose(logits, again, atol=1e-4) and torch.allclose(embedding, embedding2, atol=1e-4)
    assert torch.allclose(heatmap.mean((2, 3)) + net.head.bias, logits, atol=1e-4)
    assert ((probability >= 0) & (probability <= 1)).all()
    network.Attention.plain = not network.Attention.plain
    with torch.no_grad():
        assert torch.allclose(net(x)[0], logits, atol=1e-4)
    network.Attention.plain = not network.Attention.plain


def test_discriminant_finds_the_lesion_under_louder_noise():
    pytest.importorskip("torch")
    pytest.importorskip("cv2")
    import finish

    rng = np.random.default_rng(6)

    def draw(lesions):
        signal = np.repeat(rng.normal(size=(lesions, 6)), 3, axis=0)
        loud = rng.normal(size=(3 * lesions, 6)) * 4
        return np.concatenate([signal + 0.1 * rng.normal(size=signal.shape) + loud @ mixing, loud], axis=1), np.repeat(np.arange(lesions), 3)

    mixing = rng.normal(size=(6, 6))
    x, g = draw(200)
    weight, bias = finish.discriminant(x, g, size=6, ridge=1e-6)
    y, h = draw(60)
    e = y @ weight.T + bias
    unit = lambda v: v / np.linalg.norm(v, axis=1, keepdims=True)  # noqa: E731
    assert metrics.retrieval(unit(e), h)["same_lesion_top1"] > 0.9
    assert metrics.retrieval(unit(y), h)["same_lesion_top1"] < 0.5


@pytest.mark.parametrize("given", [[0.5, None], [0.5, 0.0], [1.0, 1.0], [0.5, "a lot"], [0.5, float("nan")]])
def test_frequencies_that_the_sdk_would_refuse_are_not_packed(given):
    pytest.importorskip("onnx")
    import pack

    labels = [{"id": name, "frequency": f} for name, f in zip("ab", given)]
    with pytest.raises(pack.PackError, match="frequenc"):
        pack.check_frequencies(labels)
    assert pack.check_frequencies([{"id": "a", "frequency": 0.3}, {"id": "b", "frequency": 0.7}])
    assert not pack.check_frequencies([{"id": "a"}, {"id": "b"}])


def test_the_class_that_stands_out_is_measured_against_its_frequency():
    p = np.array([[0.30, 0.65, 0.05], [0.05, 0.90, 0.05], [0.10, 0.60, 0.30]])
    assert metrics.standout(p, np.array([0.2, 0.7, 0.1])).tolist() == [0, 1, 2]
    assert metrics.standout(p, None).tolist() == [1, 1, 1]


def test_mobilevit_has_the_same_outputs():
    torch = pytest.importorskip("torch")
    import network

    net = network.build("mobilevit-xxs", 3).eval()
    with torch.no_grad():
        logits, embedding, heatmap, mask, _ = net(torch.rand(1, 3, 128, 128) * 255, export=True)
    assert logits.shape == (1, 3) and embedding.shape == (1, network.WIDTH)
    assert heatmap.shape == (1, 3, 4, 4) and mask.shape == (1, 1, 64, 64)


def test_contrast_prefers_the_same_lesion():
    torch = pytest.importorskip("torch")
    import losses

    group = torch.tensor([0, 0, 1, 1])
    empty = torch.zeros(0, 4)
    good = torch.eye(4)[[0, 0, 1, 1]]
    bad = torch.eye(4)[[0, 1, 0, 1]]
    none = torch.zeros(0, dtype=torch.long)
    assert losses.contrast(good, group, empty, none) < losses.contrast(bad, group, empty, none)


def test_distillation_is_least_where_the_student_agrees_and_keeps_its_gradient_when_warmer():
    torch = pytest.importorskip("torch")
    import losses

    opinion, prior = torch.tensor([[3.0, 1.0, -2.0]]), torch.tensor([[0.2, 0.5, 0.3]])
    for temperature in (1.0, 2.0, 4.0):
        loss = losses.distillation(opinion, opinion, prior, temperature)
        assert loss < losses.distillation(opinion.roll(1, 1), opinion, prior, temperature)
        student = opinion.clone().requires_grad_()
        losses.distillation(student, opinion, prior, temperature).backward()
        assert student.grad.abs().max() < 1e-6
    pull = []
    for temperature in (1.0, 8.0):
        student = (opinion + torch.tensor([[0.1, 0.0, 0.0]])).requires_grad_()
        losses.distillation(student, opinion, prior, temperature).backward()
        pull.append(float(student.grad.abs().max()))
    assert 0.2 < pull[1] / pull[0] < 5


def test_a_teacher_is_named_with_the_side_it_looks_at():
    pytest.importorskip("torch")
    import train

    assert train.Teachers("", "cpu").members == []
    with pytest.raises(SystemExit, match="checkpoint@side"):
        train.Teachers("LITE2/final.pt", "cpu")
