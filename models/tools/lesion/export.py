"""Checkpoint -> one fp32 ONNX file: u8 RGB NHWC in, logits, embedding, heatmap and mask out.

    python export.py --checkpoint RUN/final.pt --out RUN/export/model.fp32.onnx
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import onnx
import torch

import network

OUTPUTS = ["logits", "embedding", "heatmap", "mask", "capture"]
OPSET = 17


class FromBytes(torch.nn.Module):
    """The network behind the pack's input contract: u8 [1,H,W,3]."""

    def __init__(self, net: torch.nn.Module, names: list[str]):
        super().__init__()
        self.net, self.names = net, names

    def forward(self, image):
        values = dict(zip(OUTPUTS, self.net(image.float().permute(0, 3, 1, 2), export=True)))
        return tuple(values[name] for name in self.names)


def load(checkpoint: pathlib.Path, weights: str = "average") -> torch.nn.Module:
    """The averaged (default) or raw weights of a checkpoint, in evaluation mode."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=False)
    values = state[weights]
    captures = len(values["capture.bias"]) if "capture.bias" in values else 1
    net = network.build(state["config"].get("network", "hybrid"), len(values["head.bias"]), captures)
    if "discriminant.weight" in values:
        net.discriminant = torch.nn.Linear(*reversed(values["discriminant.weight"].shape))
    net.load_state_dict(values)
    return net.eval()


def available(net: torch.nn.Module) -> list[str]:
    """The outputs that a network has."""
    return [name for name in OUTPUTS if name != "capture" or getattr(net, "capture", None) is not None]


def export(net: torch.nn.Module, path: pathlib.Path, size: int, names: list[str]) -> None:
    network.Attention.plain = True
    path.parent.mkdir(parents=True, exist_ok=True)
    image = torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8)
    torch.onnx.export(
        FromBytes(net, names).eval(), (image,), str(path), input_names=["image"], output_names=names,
        opset_version=OPSET, dynamo=False, do_constant_folding=True,
    )
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    model.producer_name, model.producer_version, model.doc_string = "skinkit", "1", ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, path)


def agree(net: torch.nn.Module, path: pathlib.Path, size: int, names: list[str]) -> float:
    """Largest difference between torch and ONNX Runtime over a few noise pictures."""
    import onnxruntime as ort

    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for seed in range(3):
        image = np.random.default_rng(seed).integers(0, 256, (1, size, size, 3), dtype=np.uint8)
        with torch.no_grad():
            want = FromBytes(net, names).eval()(torch.from_numpy(image))
        for a, b in zip(want, session.run(names, {"image": image})):
            worst = max(worst, float(np.abs(a.numpy() - b).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--weights", choices=("average", "model"), default="average")
    parser.add_argument("--without", action="append", default=[], choices=OUTPUTS[1:], help="an output that was not trained")
    args = parser.parse_args()
    torch.set_num_threads(1)
    net = load(args.checkpoint, args.weights)
    names = [name for name in available(net) if name not in args.without]
    export(net, args.out, args.size, names)
    worst = agree(net, args.out, args.size, names)
    print(f"{args.out}: {args.out.stat().st_size} bytes, differs from torch by at most {worst:.2e}")
    if worst > 2e-3:
        raise SystemExit("the exported graph does not agree with the checkpoint: do not ship it")


if __name__ == "__main__":
    main()
