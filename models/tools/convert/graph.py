"""ONNX graphs: stable names, and the three rewrites that make them small and fast."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import catalogue


def canonical(model: onnx.ModelProto, network: catalogue.Network) -> onnx.ModelProto:
    """Names everything by order of first use, so that two conversions give the same bytes.

    tf2onnx's own names differ from run to run.
    """
    graph = model.graph
    del graph.value_info[:]
    graph.name, graph.doc_string, model.doc_string = network.name, "", ""
    _rename_ports(graph, network)
    ports = {value.name for value in (*graph.input, *graph.output)}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    names: dict[str, str] = {}
    ordered = []
    for i, node in enumerate(graph.node):
        for name in node.input:
            if name in constants and name not in names:
                names[name] = f"w{len(ordered)}"
                ordered.append(constants[name])
        for name in node.output:
            if name and name not in ports and name not in names:
                names[name] = f"t{len(names) - len(ordered)}"
        node.name, node.doc_string = f"n{i}_{node.op_type}", ""
    for node in graph.node:
        _apply(node, names)
        attributes = sorted(node.attribute, key=lambda a: a.name)
        del node.attribute[:]
        node.attribute.extend(attributes)
    for tensor in ordered:
        tensor.name, tensor.doc_string = names[tensor.name], ""
    del graph.initializer[:]
    graph.initializer.extend(ordered)
    model.producer_name, model.producer_version = "tf2onnx 1.17.0 + onnxslim 0.1.98", ""
    del model.metadata_props[:]
    for key, value in (("source", "MediaPipe (Google), Apache-2.0"), ("tflite", network.tflite)):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model, full_check=True)
    return model


def without_prelu(model: onnx.ModelProto) -> onnx.ModelProto:
    """PRelu(x) -> x + (1-a)*Relu(-x), and channels padded by a convolution: the same numbers, but for rounding.

    ONNX Runtime keeps a network in its blocked layout from one convolution to the next. PRelu, and products with a
    value for each channel, take it out of it and back; depthwise convolutions of one pixel do not, and their Relu and
    their sum cost no pass of their own. So with the channels that a residual lacks: a convolution adds them as zeros.
    """
    graph = model.graph
    if not any(node.op_type == "PRelu" for node in graph.node):
        return model
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    channels = _channels(model)
    nodes = []

    def constant(name: str, value: np.ndarray) -> str:
        if name not in constants:
            constants[name] = np.ascontiguousarray(value, np.float32)
            graph.initializer.append(numpy_helper.from_array(constants[name], name))
        return name

    for node in graph.node:
        if node.op_type == "PRelu":
            x, y = node.input[0], node.output[0]
            slope = constants[node.input[1]].reshape(-1, 1, 1, 1)
            minus = constant(f"minus{len(slope)}", np.full_like(slope, -1))
            rest = constant(f"{y}_rest", 1 - slope)
            nodes += [
                _pointwise(x, minus, f"{y}_n", len(slope)),
                helper.make_node("Relu", [f"{y}_n"], [f"{y}_r"], f"{y}_relu"),
                _pointwise(f"{y}_r", rest, f"{y}_p", len(slope)),
                helper.make_node("Add", [x, f"{y}_p"], [y], f"{y}_add"),
            ]
        elif node.op_type == "Pad" and (more := _channels_added(node, constants)):
            x, y = node.input[0], node.output[0]
            count = channels[x]
            unit = np.eye(count + more, count, dtype=np.float32)[:, :, None, None]
            nodes.append(_pointwise(x, constant(f"unit{count}_{more}", unit), y, 1))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return model


def _pointwise(x: str, weights: str, y: str, groups: int) -> onnx.NodeProto:
    return helper.make_node("Conv", [x, weights], [y], f"{y}_conv", group=groups, kernel_shape=[1, 1])


def _channels(model: onnx.ModelProto) -> dict[str, int]:
    """The channels of every four-dimensional tensor."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {value.name: value.type.tensor_type.shape.dim for value in (*graph.input, *graph.value_info)}
    return {name: shape[1].dim_value for name, shape in shapes.items() if len(shape) == 4}


def _channels_added(node: onnx.NodeProto, constants: dict[str, np.ndarray]) -> int:
    """How many channels of zeros a Pad adds behind the others; 0 if it does anything else."""
    before_and_after = constants[node.input[1]].tolist()
    filled = len(node.input) > 2 and node.input[2] in constants and constants[node.input[2]].any()
    modes = [attribute.s for attribute in node.attribute if attribute.name == "mode"]
    more = before_and_after[5] if len(before_and_after) == 8 else 0
    only = before_and_after == [0, 0, 0, 0, 0, more, 0, 0]
    return more if only and not filled and modes in ([], [b"constant"]) else 0


def with_half_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores a weight as float16 + Cast where that is bit-exact: half the file, the same maths."""
    graph = model.graph
    kept, casts = [], []
    for tensor in graph.initializer:
        value = numpy_helper.to_array(tensor)
        half = value.astype(np.float16) if value.dtype == np.float32 and value.size >= 16 else None
        if half is not None and np.array_equal(half.astype(np.float32), value):
            kept.append(numpy_helper.from_array(half, f"{tensor.name}_h"))
            casts.append(
                helper.make_node(
                    "Cast", [f"{tensor.name}_h"], [tensor.name], to=TensorProto.FLOAT, name=f"cast_{tensor.name}"
                )
            )
        else:
            kept.append(tensor)
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(model, full_check=True)
    return model


def with_planes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Takes the picture plane by plane (NCHW), as its first convolution does, instead of turning it at each run.

    What samples a picture writes planes as easily as pixels.
    """
    graph = model.graph
    (picture,) = graph.input
    followers = [node for node in graph.node if picture.name in node.input]
    pads = [node for node in followers if node.op_type == "Pad"]
    name = pads[0].output[0] if pads else picture.name
    turns = [node for node in graph.node if name in node.input]
    if len(followers) != 1 or [node.op_type for node in turns] != ["Transpose"]:
        raise ValueError(f"{graph.name}: {picture.name} goes into {[node.op_type for node in (*followers, *turns)]}")
    (turn,) = turns
    (order,) = (list(attribute.ints) for attribute in turn.attribute if attribute.name == "perm")
    if order != [0, 3, 1, 2]:
        raise ValueError(f"{graph.name}: turned by {order}")
    for node in pads:
        (amounts,) = (tensor for tensor in graph.initializer if tensor.name == node.input[1])
        turned = numpy_helper.to_array(amounts).reshape(2, 4)[:, order].reshape(8)
        amounts.CopyFrom(numpy_helper.from_array(turned, amounts.name))
    graph.node.remove(turn)
    for node in graph.node:
        _apply(node, {turn.output[0]: name})
    sizes = picture.type.tensor_type.shape.dim
    for size, value in zip(sizes, [sizes[axis].dim_value for axis in order], strict=True):
        size.dim_value = value
    onnx.checker.check_model(model, full_check=True)
    return model


def _rename_ports(graph: onnx.GraphProto, network: catalogue.Network) -> None:
    if len(graph.input) != len(network.inputs) or len(graph.output) != len(network.outputs):
        found = [value.name for value in (*graph.input, *graph.output)]
        raise ValueError(f"{network.name}: expected {network.inputs} -> {network.outputs}, the graph has {found}")
    names = {}
    for ports, wanted in ((graph.input, network.inputs), (graph.output, network.outputs)):
        for value, name in zip(ports, wanted, strict=True):
            names[value.name] = name
            value.name = name
    for node in graph.node:
        _apply(node, names)


def _apply(node: onnx.NodeProto, names: dict[str, str]) -> None:
    for ports in (node.input, node.output):
        for i, name in enumerate(ports):
            ports[i] = names.get(name, name)
