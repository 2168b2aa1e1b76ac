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


#: Where a class that the pack lacks starts from: squamous cell carcinoma from its own precursor.
NEAREST = {"scc": "akiec"}


def constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Initializers by name; those behind a Cast (fp16 weights), an Identity (equal ones) or a Mul (bytes and their scale)
    under its output too; integer matrices (NAME_quantized) as NAME."""
    values = {i.name: numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
        elif node.op_type == "Mul" and all(name in values for name in node.input):
            values[node.output[0]] = values[node.input[0]] * values[node.input[1]]
    for name in [n for n in values if n.endswith("_quantized")]:
        name = name.removesuffix("_quantized")
        values[name] = (values[f"{name}_quantized"] - values[f"{name}_zero_point"]) * values[f"{name}_scale"]
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
    """Fills `net` (all but `embed`) from an export of any precision; whatever has no counterpart is an error."""
    graph = onnx.load(path).graph
    values = constants(graph)
    state = net.state_dict()
    modules = dict(net.named_modules())
    loaded: dict[str, torch.Tensor] = {}

    def put(name: str, value: np.ndarray) -> None:
        if state[name].shape != value.shape:
            raise ValueError(f"{path}: {name} is {value.shape}; the network's is {tuple(state[name].shape)}")
        loaded[name] = torch.tensor(value)

    products = {node.input[1].removesuffix("_quantized") for node in graph.node if node.op_type in ("MatMul", "MatMulInteger")}
    for name, value in values.items():
        if name in products:
            continue
        name = name.removeprefix("net.")
        if name in state:
            put(name, value)
    for node in graph.node:
        at = module_path(node.name)
        matrix = node.input[1].removesuffix("_quantized") if node.op_type in ("MatMul", "MatMulInteger") else ""
        # The head's weight is a parameter used outside its module; `discriminant` takes the place of `embed`.
        if matrix in values and at != "discriminant":
            put(f"{at or 'head'}.weight", values[matrix].T)
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
    missing = [n for n in state if n not in loaded and not n.startswith(("embed.", "capture.")) and not n.endswith("num_batches_tracked")]
    if missing:
        raise ValueError(f"{path}: no {', '.join(missing)} in the graph; is it an export of this network?")
    net.load_state_dict(loaded, strict=False)


def load_pack(net: network.LesionNet, pack: pathlib.Path, arrays: dataset.Arrays) -> str:
    """Fills `net` from a pack's first variant, without the class frequencies that finish.py of format 1 had put
    into the head's bias. The training set may have more classes than the pack. Returns the pack's id and version."""
    facts = json.loads((pack / "pack.json").read_text())
    labels = [label["id"] for label in facts["labels"]]
    if not set(labels) <= set(arrays.classes):
        raise ValueError(f"{pack}: labels are {labels}; the training set's are {arrays.classes}")
    shipped = network.build(facts["training"]["config"]["network"], len(labels), len(facts.get("captures", [0])))
    load_onnx(shipped, pack / facts["variants"][0]["file"])
    if facts["format"] == 1:
        log_prior = np.log([label["frequency"] for label in facts["labels"]])
        with torch.no_grad():
            shipped.head.bias -= torch.tensor(log_prior - log_prior.mean(), dtype=torch.float32)
    state = shipped.state_dict()
    rows = [labels.index(NEAREST.get(c, c) if c not in labels else c) for c in arrays.classes]
    for name in ("head.weight", "head.bias"):
        state[name] = state[name][rows]
    own = net.state_dict()
    net.load_state_dict({k: state[k] if k in state and not k.startswith("embed.") else v for k, v in own.items()})
    return f"{facts['id']} {facts['version']}"


def differences(net: nn.Module, path: pathlib.Path, pictures: list[np.ndarray]) -> dict[str, float]:
    """Largest difference of each output from ONNX Runtime's, over u8 pictures [S,S,3]; the embedding left out."""
    import export
    import runner

    names = [n for n in export.available(net) if n != "embedding"]
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
    path = args.pack / facts["variants"][0]["file"]
    net = network.build(facts["training"]["config"]["network"], len(facts["labels"]), len(facts.get("captures", [0])))
    load_onnx(net, path)
    side = facts["input"]["width"]
    rng = np.random.default_rng(5)
    smooth = np.linspace(20, 235, side)[:, None, None] + 20 * rng.standard_normal((side, side, 3))
    pictures = [rng.integers(0, 256, (side, side, 3), dtype=np.uint8), smooth.clip(0, 255).astype(np.uint8)]
    worst = differences(net, path, pictures)
    print(worst)
    # An integer product rounds its input too, which the torch network does not.
    if max(worst.values()) > (1e-3 if facts["variants"][0]["precision"] in ("fp32", "w8", "w16") else 0.05):
        raise SystemExit("the torch network does not agree with the pack: do not go on from it")


if __name__ == "__main__":
    main()
