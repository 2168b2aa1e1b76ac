"""ONNX graphs: stable names, and the two exact rewrites that make them small and fast."""

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
    """PRelu(x) -> a*x + (1-a)*Relu(x), exactly.

    ONNX Runtime's PRelu is slow and breaks its blocked layout: two thirds of a mesh's time.
    """
    graph = model.graph
    if not any(node.op_type == "PRelu" for node in graph.node):
        return model
    constants = {tensor.name: tensor for tensor in graph.initializer}
    nodes, count = [], 0
    for node in graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        x, slope_name = node.input
        slope = numpy_helper.to_array(constants[slope_name]).reshape(1, -1, 1, 1)
        stem = f"pr{count}_"
        count += 1
        for name, value in ((f"{stem}a", slope), (f"{stem}b", 1 - slope)):
            graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        nodes += [
            helper.make_node("Relu", [x], [f"{stem}r"], f"{stem}relu"),
            helper.make_node("Mul", [x, f"{stem}a"], [f"{stem}p"], f"{stem}ma"),
            helper.make_node("Mul", [f"{stem}r", f"{stem}b"], [f"{stem}q"], f"{stem}mb"),
            helper.make_node("Add", [f"{stem}p", f"{stem}q"], [node.output[0]], f"{stem}add"),
        ]
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return model


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
