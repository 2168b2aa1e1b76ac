"""Weights of an exported network -> the torch network, so that a run can go on from a shipped pack.

    python warm.py --pack ../../lesion-ham7

Prints how far the torch network's outputs are from the pack's own. An export folds batch norm into the
convolutions: here each filter gets the norm sqrt(2) of a fresh one and its batch norm, with fixed statistics, the
rest of the scale and the bias. The export drops `embed` (finish.py's discriminant took its place): it starts anew.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

import data as dataset
import network


def constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Initialisers by name; those behind a Cast (fp16 weights), an Identity (equal ones) or a Mul (bytes and their scale) under its output too."""
    values = {i.name: numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
        elif node.op_type == "Mul" and all(name in values for name in node.input):
            values[node.output[0]] = values[node.input[0]] * values[node.input[1]]
    return values


def module_path(node: str) -> str:
    """`/net/decoder/mix4/mix4.1/mix4.1.0/Conv` -> `decoder.mix4.1.0`: a segment repeats the sequences it is in."""
    parts: list[str] = []
    for part in node.strip("/").split("/")[1:-1]:
        if parts and part.startswith(parts[-1] + "."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def load_onnx(net: network.LesionNet, path: pathlib.Path) -> None:
    """Fills `net` (all but `embed`) from a fp32, w16 or w8 export; whatever has no counterpart is an error."""
    graph = onnx.load(path).graph
    values = constants(graph)
    state = net.state_dict()
    modules = dict(net.named_modules())
    loaded: dict[str, torch.Tensor] = {}

    def put(name: str, value: np.ndarray) -> None:
        if state[name].shape != value.shape:
            raise ValueError(f"{path}: {name} is {value.shape}; the network's is {tuple(state[name].shape)}")
        loaded[name] = torch.tensor(value)

    for name, value in values.items():
        name = name.removeprefix("net.")
        if name in state:
            put(name, value)
    for node in graph.node:
        at = module_path(node.name)
        if node.op_type == "MatMul" and node.input[1] in values:
            # The head's weight is a parameter used outside its module.
            put(f"{at or 'head'}.weight", values[node.input[1]].T)
        elif node.op_type == "Conv" and modules[at].bias is None:
            norm = at.rpartition(".")[0] + ".1"
            weight, bias = (values[v] for v in node.input[1:3])
            scale = np.linalg.norm(weight.reshape(len(weight), -1), axis=1) / np.sqrt(2)
            scale[scale == 0] = 1
            put(f"{at}.weight", weight / scale.reshape(-1, 1, 1, 1))
            put(f"{norm}.weight", scale)
            put(f"{norm}.bias", bias)
            put(f"{norm}.running_mean", np.zeros_like(bias))
            put(f"{norm}.running_var", np.full_like(bias, 1 - modules[norm].eps))
    missing = [n for n in state if n not in loaded and not n.startswith("embed.") and not n.endswith("num_batches_tracked")]
    if missing:
        raise ValueError(f"{path}: no {', '.join(missing)} in the graph; is it an export of this network?")
    net.load_state_dict(loaded, strict=False)


def load_pack(net: network.LesionNet, pack: pathlib.Path, arrays: dataset.Arrays) -> str:
    """Fills `net` from a pack's w8 or w16 variant, without the class frequencies that finish.py had put
    into the head's bias. Returns the pack's id and version."""
    facts = json.loads((pack / "pack.json").read_text())
    labels = tuple(label["id"] for label in facts["labels"])
    if labels != arrays.classes:
        raise ValueError(f"{pack}: labels are {labels}; the training set's are {arrays.classes}")
    load_onnx(net, pack / whole(facts))
    log_prior = np.log([label["frequency"] for label in facts["labels"]])
    with torch.no_grad():
        net.head.bias -= torch.tensor(log_prior - log_prior.mean(), dtype=torch.float32)
    return f"{facts['id']} {facts['version']}"


def whole(facts: dict) -> str:
    """File name of the variant that computes in floating point, its weights rounded in storage only."""
    return next(v["file"] for v in facts["variants"] if v["precision"] in ("w8", "w16"))


def differences(net: nn.Module, path: pathlib.Path, pictures: list[np.ndarray]) -> dict[str, float]:
    """Largest difference of each output from ONNX Runtime's, over u8 pictures [S,S,3]; the embedding left out."""
    import export
    import runner

    names = [n for n in export.OUTPUTS if n != "embedding"]
    want = runner.run(path, pictures)
    worst = dict.fromkeys(names, 0.0)
    for i, picture in enumerate(pictures):
        with torch.no_grad():
            got = dict(zip(export.OUTPUTS, export.FromBytes(net, export.OUTPUTS).eval()(torch.from_numpy(picture[None]))))
        for name in names:
            worst[name] = max(worst[name], float(np.abs(got[name][0].numpy() - want[name][i]).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=pathlib.Path, required=True)
    args = parser.parse_args()
    facts = json.loads((args.pack / "pack.json").read_text())
    path = args.pack / whole(facts)
    net = network.build(facts["training"]["config"]["network"], len(facts["labels"]))
    load_onnx(net, path)
    side = facts["input"]["width"]
    rng = np.random.default_rng(5)
    smooth = np.linspace(20, 235, side)[:, None, None] + 20 * rng.standard_normal((side, side, 3))
    pictures = [rng.integers(0, 256, (side, side, 3), dtype=np.uint8), smooth.clip(0, 255).astype(np.uint8)]
    worst = differences(net, path, pictures)
    print(worst)
    if max(worst.values()) > 1e-3:
        raise SystemExit("the torch network does not agree with the pack: do not go on from it")


if __name__ == "__main__":
    main()
