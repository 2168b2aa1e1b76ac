"""Write the tiny networks and the tiny model pack that the tests of crates/inference use.

    python models/tools/make_inference_fixtures.py crates/inference/tests/fixtures

Needs the packages `onnx` and `numpy`. The output is the same bytes on every run (fixed seed).
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = [helper.make_opsetid("", 17)]
CLASSES, DIM, SIDE, HEAT, MASK = 3, 4, 16, 4, 8


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def save(folder, name, nodes, inputs, outputs, constants=(), check=True):
    graph = helper.make_graph(list(nodes), name, list(inputs), list(outputs), list(constants))
    model = helper.make_model(graph, opset_imports=OPSET, ir_version=8, producer_name="skinkit-fixtures")
    if check:
        onnx.checker.check_model(model, full_check=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def float_network(folder):
    """x f32 [1,4] -> twice [1,4] = 2x, total [1,1] = sum x"""
    save(
        folder, "float",
        [
            helper.make_node("Mul", ["x", "two"], ["twice"]),
            helper.make_node("ReduceSum", ["x", "axes"], ["total"], keepdims=1),
        ],
        [value("x", [1, 4])], [value("twice", [1, 4]), value("total", [1, 1])],
        [constant("two", np.float32([2.0])), constant("axes", np.int64([1]))],
    )


def byte_network(folder):
    """image u8 [1,4,4,3] -> mean [1,3] in 0..1"""
    save(
        folder, "bytes",
        [
            helper.make_node("Cast", ["image"], ["as_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["as_float", "scale"], ["unit"]),
            helper.make_node("ReduceMean", ["unit"], ["mean"], axes=[1, 2], keepdims=0),
        ],
        [value("image", [1, 4, 4, 3], TensorProto.UINT8)], [value("mean", [1, 3])],
        [constant("scale", np.float32([1 / 255]))],
    )


def other_networks(folder):
    """Networks that must be refused, or that misbehave."""
    save(folder, "dynamic", [helper.make_node("Relu", ["x"], ["y"])],
         [value("x", [1, "n"])], [value("y", [1, "n"])])
    save(folder, "batch", [helper.make_node("Relu", ["x"], ["y"])],
         [value("x", ["n", 4])], [value("y", ["n", 4])])
    save(folder, "two_inputs", [helper.make_node("Add", ["a", "b"], ["y"])],
         [value("a", [1, 4]), value("b", [1, 4])], [value("y", [1, 4])])
    save(folder, "double_input", [helper.make_node("Relu", ["x"], ["y"])],
         [value("x", [1, 4], TensorProto.DOUBLE)], [value("y", [1, 4], TensorProto.DOUBLE)])
    save(folder, "integer_output", [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.INT32)],
         [value("x", [1, 4])], [value("y", [1, 4], TensorProto.INT32)])
    save(folder, "unknown_op", [helper.make_node("SkinKitNoSuchOperator", ["x"], ["y"])],
         [value("x", [1, 4])], [value("y", [1, 4])], check=False)


def pack_network(folder, name, classes=CLASSES, bad_numbers=False, captures=0):
    """A network with every output of a model pack: a 4x4 pooled picture, a linear layer, a map for each output."""
    rng = np.random.default_rng(7)
    step = SIDE // HEAT
    bias = rng.normal(0, 0.1, classes).astype(np.float32)
    if bad_numbers:
        bias[0] = np.nan
    nodes = [
        helper.make_node("Cast", ["image"], ["as_float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["as_float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Mul", ["planes", "scale"], ["unit"]),
        helper.make_node("AveragePool", ["unit"], ["pooled"], kernel_shape=[step, step], strides=[step, step]),
        helper.make_node("Conv", ["pooled", "w_features"], ["features_raw"], kernel_shape=[1, 1]),
        helper.make_node("Relu", ["features_raw"], ["features"]),
        helper.make_node("Conv", ["features", "w_heads"], ["heatmap"], kernel_shape=[1, 1]),
        helper.make_node("ReduceMean", ["features"], ["token"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["token", "w_linear", "b_linear"], ["logits"], transB=1),
        helper.make_node("ReduceL2", ["token"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Max", ["length", "epsilon"], ["safe_length"]),
        helper.make_node("Div", ["token", "safe_length"], ["embedding"]),
        helper.make_node("AveragePool", ["unit"], ["small"], kernel_shape=[SIDE // MASK] * 2, strides=[SIDE // MASK] * 2),
        helper.make_node("ReduceMean", ["small"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["half", "grey"], ["darkness"]),
        helper.make_node("Mul", ["darkness", "ten"], ["steep"]),
        helper.make_node("Sigmoid", ["steep"], ["mask"]),
    ]
    heads = rng.normal(0, 2, (classes, DIM)).astype(np.float32)
    constants = [
        constant("scale", np.float32([1 / 255])),
        constant("w_features", np.abs(rng.normal(0, 1, (DIM, 3, 1, 1))).astype(np.float32)),
        constant("w_heads", heads[:, :, None, None]),
        constant("w_linear", heads),
        constant("b_linear", bias),
        constant("epsilon", np.float32([[1e-6]])),
        constant("half", np.float32([0.5])),
        constant("ten", np.float32([10.0])),
    ]
    outputs = [
        value("logits", [1, classes]), value("embedding", [1, DIM]),
        value("heatmap", [1, classes, HEAT, HEAT]), value("mask", [1, 1, MASK, MASK]),
    ]
    if captures:
        # Bright pictures are the first capture's, dark ones the last's.
        nodes += [
            helper.make_node("ReduceMean", ["unit"], ["light"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Reshape", ["light", "one_by_one"], ["light_row"]),
            helper.make_node("Gemm", ["light_row", "w_capture", "b_capture"], ["capture"], transB=1),
        ]
        constants += [
            constant("one_by_one", np.int64([1, 1])),
            constant("w_capture", np.linspace(10, -10, captures, dtype=np.float32)[:, None]),
            constant("b_capture", np.linspace(-5, 5, captures, dtype=np.float32)),
        ]
        outputs.append(value("capture", [1, captures]))
    return save(folder, name, nodes, [value("image", [1, SIDE, SIDE, 3], TensorProto.UINT8)], outputs, constants)


def describe(path):
    data = path.read_bytes()
    return {"file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def tiny_pack(folder):
    """A pack of format 1."""
    folder.mkdir(exist_ok=True)
    network = describe(pack_network(folder, "model"))
    (folder / "LICENSE").write_text("CC0-1.0: random numbers made by a script, for tests only.\n")
    pack = {
        "format": 1, "id": "tiny", "version": "0.0.1", "title": "Random numbers for tests",
        "license": {"id": "CC0-1.0", "commercial_use": True, "attribution": "The SkinKit developers", "file": "LICENSE"},
        "intended_use": "Tests of the SDK.", "limitations": "The weights are random: its answers mean nothing.",
        "input": {"name": "image", "width": SIDE, "height": SIDE, "layout": "NHWC", "dtype": "u8", "colour": "RGB",
                  "crop": {"rule": "centre_square", "scale": 1.0}},
        "outputs": {"logits": "logits", "embedding": "embedding", "heatmap": "heatmap", "mask": "mask"},
        "embedding_dim": DIM, "heatmap_size": [HEAT, HEAT], "mask_size": [MASK, MASK],
        "variants": [{"name": "fp32", **network, "precision": "fp32", "engines": ["onnxruntime", "embedded"]}],
        "labels": [{"id": "a", "name": "Label A"}, {"id": "b", "name": "Label B", "snomed_ct": "400096001"},
                   {"id": "c", "name": "Label C", "icd10": "D22"}],
        "calibration": {"temperature": 1.5, "fitted_on": "nothing"},
        "conformal": {"method": "lac", "alpha": 0.1, "threshold": 0.7, "fitted_on": "nothing"},
        "ood": {"method": "energy", "threshold": 100.0},
        "embedding_noise": None,
        "training": {"data": "none", "pictures": 0, "lesions": 0, "command": "make_inference_fixtures.py", "seed": 7},
        "evaluation": {"set": "none", "n": 0},
    }
    (folder / "pack.json").write_text(json.dumps(pack, indent=2) + "\n")


def two_captures_pack(folder):
    """A pack of format 2: two captures, answers."""
    tiny_pack(folder)
    network = describe(pack_network(folder, "model", captures=2))
    pack = json.loads((folder / "pack.json").read_text())
    for field in ("calibration", "conformal", "ood", "embedding_noise"):
        del pack[field]
    pack["format"] = 2
    pack["id"] = "tiny-two-captures"
    pack["outputs"]["capture"] = "capture"
    pack["variants"][0].update(network)
    pack["captures"] = [
        {
            "id": "dermoscope", "frequencies": [0.2, 0.5, 0.3],
            "calibration": {"method": "vector", "scale": [0.5, 0.25, 0.5], "bias": [-1.6, -0.7, -1.2], "fitted_on": "nothing"},
            "conformal": {"method": "lac-by-class", "alpha": 0.1, "thresholds": [0.9, 0.6, 0.8], "fitted_on": "nothing"},
            "ood": {"method": "energy", "threshold": 100.0},
            "embedding_noise": {"same_lesion": {"mean": 0.9, "sd": 0.05}, "pairs": 3, "fitted_on": "nothing"},
        },
        {
            "id": "close_up", "frequencies": [0.4, 0.6, 0.0],
            "calibration": {"method": "vector", "scale": [0.3, 0.3, 0.3], "bias": [-0.9, -0.5, None], "fitted_on": "nothing"},
            "conformal": {"method": "lac-by-class", "alpha": 0.2, "thresholds": [0.7, 0.7, 1.0], "fitted_on": "nothing"},
            "ood": {"method": "energy", "threshold": -100.0},
            "embedding_noise": {"same_lesion": {"mean": 0.7, "sd": 0.1}, "pairs": 2, "fitted_on": "nothing"},
        },
    ]
    pack["context"] = {
        "capture": "close_up", "image_weight": 0.5, "bias": [0.1, -0.1, 0.0],
        "terms": [
            {"id": "itches", "kind": "yes_no", "yes": [0.7, -0.2, 0.0], "no": [-0.3, 0.1, 0.0]},
            {"id": "age", "kind": "number", "knots": [20, 40, 80], "values": [[0, 1, 0], [1, 0, 0], [3, -2, 0]]},
            {"id": "site", "kind": "choice", "options": {"face": [0.5, 0.0, 0.0], "lower leg": [-0.5, 0.25, 0.0]}},
        ],
        "conformal": {"method": "lac-by-class", "alpha": 0.1, "thresholds": [0.6, 0.6, 1.0], "fitted_on": "nothing"},
    }
    (folder / "pack.json").write_text(json.dumps(pack, indent=2) + "\n")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    float_network(folder)
    byte_network(folder)
    other_networks(folder)
    tiny_pack(folder / "pack")
    two_captures_pack(folder / "pack2")
    pack_network(folder, "four_classes", classes=4)
    pack_network(folder, "not_numbers", bad_numbers=True)


if __name__ == "__main__":
    main()
