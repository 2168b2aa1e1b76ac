"""Makes a MediaPipe .tflite convertible by stock tools, changing no number in it.

- DENSIFY: a sparse constant becomes a dense float16 constant and the operation goes.
- Custom `Convolution2DTransposeBias` becomes the builtin TRANSPOSE_CONV and an ADD of the bias.
"""

from __future__ import annotations

import pathlib
import struct

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

TYPES = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.INT8: np.int8,
}
#: The custom operation's own padding enum -> the builtin one.
PADDING = {1: schema.Padding.SAME, 2: schema.Padding.VALID}


def repair(source: pathlib.Path, destination: pathlib.Path) -> None:
    """Reads `source`, replaces what stock tools refuse, writes `destination`."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(source.read_bytes()), 0))
    graph = model.subgraphs[0]
    kept = []
    for op in graph.operators:
        code = model.operatorCodes[op.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) == schema.BuiltinOperator.DENSIFY:
            _densify(model, graph, op)
        elif code.customCode == b"Convolution2DTransposeBias":
            kept.extend(_transposed_convolution(model, graph, op))
        else:
            kept.append(op)
    graph.operators = kept
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    destination.write_bytes(bytes(builder.Output()))


def _densify(model, graph, op) -> None:
    source, target = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    raw = np.asarray(model.buffers[source.buffer].data, np.uint8).tobytes()
    dense = dense_from_sparse(source, np.frombuffer(raw, TYPES[source.type]))
    target.buffer = source.buffer = _add_buffer(model, dense)
    target.type = source.type
    source.sparsity = None


def dense_from_sparse(tensor, values: np.ndarray) -> np.ndarray:
    """TFLite's sparse layout (FormatConverter::SparseToDense) walked level by level."""
    sparsity = tensor.sparsity
    order = list(sparsity.traversalOrder)
    block_map = [] if sparsity.blockMap is None else [int(d) for d in np.atleast_1d(sparsity.blockMap)]
    shape = [int(n) for n in tensor.shape]
    rank = len(shape)
    levels = sparsity.dimMetadata
    block = [1] * rank
    for i, dimension in enumerate(block_map):
        block[dimension] = levels[rank + i].denseSize
    dense = np.zeros(shape, values.dtype)
    index = [0] * len(order)
    taken = 0

    def place() -> None:
        nonlocal taken
        at = [0] * rank
        for level, dimension in enumerate(order):
            if dimension >= rank:
                at[block_map[dimension - rank]] += index[level]
            elif dimension in block_map:
                at[dimension] += index[level] * block[dimension]
            else:
                at[dimension] = index[level]
        dense[tuple(at)] = values[taken]
        taken += 1

    def walk(level: int, parent: int) -> None:
        if level == len(order):
            place()
            return
        metadata = levels[level]
        if metadata.format == schema.DimensionType.DENSE:
            for i in range(metadata.denseSize):
                index[level] = i
                walk(level + 1, parent * metadata.denseSize + i)
        else:
            segments, indices = _values(metadata.arraySegments), _values(metadata.arrayIndices)
            for i in range(int(segments[parent]), int(segments[parent + 1])):
                index[level] = int(indices[i])
                walk(level + 1, i)

    walk(0, 0)
    if taken != len(values):
        raise ValueError(f"sparse tensor used {taken} of its {len(values)} values")
    return dense


def _transposed_convolution(model, graph, op):
    padding, stride_width, stride_height = struct.unpack("<3i", bytes(bytearray(op.customOptions))[:12])
    x, weight, bias = (int(v) for v in op.inputs)
    y = int(op.outputs[0])
    shape = [int(n) for n in graph.tensors[y].shape]
    shape_buffer = _add_buffer(model, np.array(shape, np.int32))
    shape_tensor = _add_tensor(graph, b"deconv_shape", [4], schema.TensorType.INT32, shape_buffer)
    unbiased = _add_tensor(graph, b"deconv_nobias", shape, schema.TensorType.FLOAT32)

    convolution = schema.OperatorT()
    convolution.opcodeIndex = _opcode(model, schema.BuiltinOperator.TRANSPOSE_CONV)
    convolution.inputs = np.array([shape_tensor, weight, x], np.int32)
    convolution.outputs = np.array([unbiased], np.int32)
    convolution.builtinOptionsType = schema.BuiltinOptions.TransposeConvOptions
    options = schema.TransposeConvOptionsT()
    options.padding = PADDING[padding]
    options.strideW, options.strideH = stride_width, stride_height
    convolution.builtinOptions = options

    add = schema.OperatorT()
    add.opcodeIndex = _opcode(model, schema.BuiltinOperator.ADD)
    add.inputs = np.array([unbiased, bias], np.int32)
    add.outputs = np.array([y], np.int32)
    add.builtinOptionsType = schema.BuiltinOptions.AddOptions
    add.builtinOptions = schema.AddOptionsT()
    return convolution, add


def _values(array) -> np.ndarray:
    return np.asarray(array.values) if hasattr(array, "values") else np.asarray(array)


def _add_buffer(model, array: np.ndarray) -> int:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def _add_tensor(graph, name: bytes, shape: list[int], kind: int, buffer: int = 0) -> int:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, np.array(shape, np.int32), kind, buffer
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def _opcode(model, builtin: int) -> int:
    for i, code in enumerate(model.operatorCodes):
        if code.builtinCode == builtin and code.customCode is None:
            return i
    code = schema.OperatorCodeT()
    code.builtinCode, code.version = builtin, 1
    # Codes past 127 live only in the wide field.
    code.deprecatedBuiltinCode = min(builtin, 127)
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1
