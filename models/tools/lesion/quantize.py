"""fp32 ONNX -> every candidate precision, and the table that decides between them.

    python quantize.py --data DATA --model RUN/export/model.fp32.onnx --out RUN/export

Figures are taken on the monitor and calibration pictures, never on the test fold. With --embedded PROGRAM, which is
`cargo build --release -p skinkit-inference --example latency`, the SDK's embedded engine is timed too.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import tempfile
from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization as q
from onnxruntime.quantization.shape_inference import quant_pre_process

import data as dataset
import metrics
import runner

#: Small and last: quantizing them saves bytes in the hundreds and costs accuracy.
KEPT = ("/net/MatMul", "/net/embed", "/net/capture", "/net/discriminant")


def prepare(source: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """Shape inference and constant folding, without which the quantizers see less."""
    quant_pre_process(str(source), str(out), skip_symbolic_shape=True)
    return out


def kept_nodes(model: onnx.ModelProto) -> list[str]:
    """MatMul/Gemm nodes that stay in floating point: the class and capture heads, the embedding, attention's own products.
    The quantizer makes a MatMul of a Gemm before it looks at the names."""
    constants = {i.name for i in model.graph.initializer}
    return [
        n.name + ("_MatMul" if n.op_type == "Gemm" else "")
        for n in model.graph.node
        if n.op_type in ("MatMul", "Gemm")
        and (n.name.startswith(KEPT) or not any(i in constants for i in n.input))
    ]


def dynamic_all(source: pathlib.Path, out: pathlib.Path) -> None:
    """The common recipe: every op that can be, unsigned, per tensor."""
    q.quantize_dynamic(str(source), str(out), weight_type=q.QuantType.QUInt8)


def dynamic_matmul(source: pathlib.Path, out: pathlib.Path, reduce_range: bool = False) -> None:
    """Signed per-channel weights on MatMul/Gemm with constant weights only."""
    q.quantize_dynamic(
        str(source), str(out), op_types_to_quantize=["MatMul", "Gemm"], per_channel=True,
        reduce_range=reduce_range, weight_type=q.QuantType.QInt8,
        nodes_to_exclude=kept_nodes(onnx.load(source)),
        extra_options={"MatMulConstBOnly": True},
    )


class Pictures(q.CalibrationDataReader):
    def __init__(self, pictures: list[np.ndarray]):
        self.rest = iter(pictures)

    def get_next(self):
        picture = next(self.rest, None)
        return None if picture is None else {"image": picture[None]}


def static_stem(source: pathlib.Path, out: pathlib.Path, pictures: list[np.ndarray]) -> None:
    """QDQ on the convolutional stem, ranges from real pictures; the decoder stays fp32."""
    model = onnx.load(source)
    nodes = [n.name for n in model.graph.node if n.name.startswith("/net/stem") and n.op_type in ("Conv", "Clip", "Add")]
    q.quantize_static(
        str(source), str(out), Pictures(pictures), quant_format=q.QuantFormat.QDQ, per_channel=True,
        op_types_to_quantize=["Conv", "Clip", "Add"], nodes_to_quantize=nodes,
        activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8,
        calibrate_method=q.CalibrationMethod.MinMax,
    )


def half_weights(source: pathlib.Path, out: pathlib.Path, least: int = 256) -> None:
    """fp32 initializers of at least `least` values become fp16 behind a Cast (folded away at load)."""
    model = onnx.load(source)
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < least:
            continue
        half = numpy_helper.to_array(tensor).astype(np.float16)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(half, f"{name}_f16"))
        casts.append(helper.make_node("Cast", [f"{name}_f16"], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def byte_weights(source: pathlib.Path, out: pathlib.Path, ops: tuple[str, ...] = ("Conv",), least: int = 30_000) -> None:
    """Weights of `ops` with at least `least` values become signed bytes, symmetric per output channel, behind a
    Cast and a Mul: storage only, which folds away at load (a DequantizeLinear would stay and run every time).

    The deep pointwise filters and the encoder's matrices, most of the bytes, lose nothing by it. With the small early
    filters too, the embedding's cosine to fp32 fell from 0.988 to 0.954 and one picture in 40 changed its class.
    """
    model = onnx.load(source)
    graph = model.graph
    axis = {}
    for n in graph.node:
        if n.op_type in ops and not n.name.startswith(KEPT):
            rows_are_outputs = n.op_type == "Conv" or any(a.name == "transB" and a.i for a in n.attribute)
            axis[n.input[1]] = 0 if rows_are_outputs else -1
    nodes = []
    for tensor in list(graph.initializer):
        if tensor.name not in axis or tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < least:
            continue
        value, name = numpy_helper.to_array(tensor), tensor.name
        others = tuple(i for i in range(value.ndim) if i != axis[name] % value.ndim)
        scale = np.abs(value).max(axis=others, keepdims=True) / 127
        scale[scale == 0] = 1
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(np.round(value / scale).astype(np.int8), f"{name}_i8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        nodes.append(helper.make_node("Cast", [f"{name}_i8"], [f"{name}_whole"], name=f"{name}_cast", to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{name}_whole", f"{name}_scale"], [name], name=f"{name}_mul"))
    nodes += list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def int8(source: pathlib.Path, out: pathlib.Path, narrow: bool = False) -> None:
    """Integer matrix products; the large pointwise filters stored as bytes and the other weights as fp16. What ships."""
    with tempfile.TemporaryDirectory() as folder:
        matmul, bytes_ = (pathlib.Path(folder) / name for name in ("matmul.onnx", "bytes.onnx"))
        dynamic_matmul(source, matmul, reduce_range=narrow)
        byte_weights(matmul, bytes_)
        half_weights(bytes_, out)


def int8_f16(source: pathlib.Path, out: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        matmul = pathlib.Path(folder) / "matmul.onnx"
        dynamic_matmul(source, matmul)
        half_weights(matmul, out)


def stem_int8(source: pathlib.Path, out: pathlib.Path, pictures: list[np.ndarray]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stem, both = (pathlib.Path(folder) / name for name in ("stem.onnx", "both.onnx"))
        static_stem(source, stem, pictures)
        dynamic_matmul(stem, both)
        half_weights(both, out)


def w8(source: pathlib.Path, out: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bytes_ = pathlib.Path(folder) / "bytes.onnx"
        byte_weights(source, bytes_, ("Conv", "MatMul", "Gemm"))
        half_weights(bytes_, out)


def build(source: pathlib.Path, out: pathlib.Path, pictures: Callable[[], list[np.ndarray]], names: list[str]) -> dict[str, pathlib.Path]:
    """Writes the candidates of those names (all where none is given); returns name -> file. pictures: for static ranges."""
    files = {"fp32": source}
    with tempfile.TemporaryDirectory() as folder:
        ready = prepare(source, pathlib.Path(folder) / "ready.onnx")
        recipes: dict[str, Callable[[pathlib.Path], None]] = {
            "dynamic-all": lambda path: dynamic_all(ready, path),
            "dynamic-matmul": lambda path: dynamic_matmul(ready, path),
            "int8": lambda path: int8(ready, path),
            "int8-f16": lambda path: int8_f16(ready, path),
            "int8-narrow": lambda path: int8(ready, path, narrow=True),
            "static-stem": lambda path: stem_int8(ready, path, pictures()),
            "w16": lambda path: half_weights(source, path),
            "w8": lambda path: w8(source, path),
        }
        for name in names or recipes:
            if name != "fp32":
                files[name] = out / f"model.{name}.onnx"
                recipes[name](files[name])
    return files


def embedded_latency(program: pathlib.Path, files: dict[str, pathlib.Path], rounds: int) -> dict[str, list[float] | str]:
    """Milliseconds (p10, p50) of each variant on the embedded engine, or why it does not run there."""
    command = [str(program), "embedded", str(rounds), *map(str, files.values())]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {name: found[str(path)] for name, path in files.items()}


def compare(
    files: dict[str, pathlib.Path], arrays: dataset.Arrays, size: int, rounds: int,
    embedded: pathlib.Path | None = None,
) -> list[dict]:
    index = arrays.indices("monitor", "calibration")
    pictures = [arrays.square(i, size) for i in index]
    label = arrays.labels[index]
    outputs = {name: runner.run(path, pictures, threads=2) for name, path in files.items()}
    base = outputs["fp32"]
    keep = arrays.has_mask[index] if "mask" in base else np.zeros(len(index), bool)
    truth = np.stack([metrics.centre_mask(arrays.masks[i], base["mask"].shape[-1]) for i in index]) if keep.any() else None
    third = embedded_latency(embedded, files, rounds) if embedded else {}
    one, two = (runner.latency(files, dict.fromkeys(files, pictures[0]), threads, rounds) for threads in (1, 2))
    rows = []
    for name, path in files.items():
        o = outputs[name]
        p, p0 = metrics.softmax(o["logits"]), metrics.softmax(base["logits"])
        a = o["heatmap"].reshape(len(index), -1)
        b = base["heatmap"].reshape(len(index), -1)
        iou = metrics.overlap(o["mask"][:, 0] > 0.5, truth)[0][keep] if keep.any() else np.zeros(0)
        rows.append(
            {
                "variant": name,
                "bytes": path.stat().st_size,
                "ms_1_thread": [round(v, 2) for v in one[name]],
                "ms_2_threads": [round(v, 2) for v in two[name]],
                "ms_embedded": third.get(name),
                "balanced_accuracy": round(metrics.balanced_accuracy(label, p.argmax(1)), 4),
                "same_top1_as_fp32": round(float(np.mean(p.argmax(1) == p0.argmax(1))), 4),
                "mean_abs_dp": round(float(np.abs(p - p0).mean()), 5),
                "embedding_cosine": round(float((o["embedding"] * base["embedding"]).sum(1).mean()), 5),
                "mask_iou": round(float(iou.mean()), 4) if len(iou) else None,
                "cam_correlation": round(float(np.mean([np.corrcoef(x, y)[0, 1] for x, y in zip(a, b)])), 5),
            }
        )
    return rows


def milliseconds(times: list[float] | str | None) -> str:
    """`p10 / p50`; a dash where nothing was measured, `refused` where the engine cannot run the variant."""
    if times is None:
        return "–"
    return "refused" if isinstance(times, str) else " / ".join(f"{v:.1f}" for v in times)


def table(rows: list[dict]) -> str:
    """The comparison as Markdown."""
    lines = [
        "| variant | bytes | 1 thread, ms (p10 / p50) | 2 threads, ms | embedded engine, ms | balanced accuracy | same top-1 as fp32 | embedding cosine | mask IoU | CAM correlation |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        one, two, third = (milliseconds(r[k]) for k in ("ms_1_thread", "ms_2_threads", "ms_embedded"))
        lines.append(
            f"| {r['variant']} | {r['bytes']:,} | {one} | {two} | {third} | {r['balanced_accuracy']:.4f} | {r['same_top1_as_fp32']:.4f} "
            f"| {r['embedding_cosine']:.4f} | {'–' if r['mask_iou'] is None else format(r['mask_iou'], '.4f')} | {r['cam_correlation']:.4f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--ranges", type=int, default=128, help="training pictures that set the static ranges")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--embedded", type=pathlib.Path, help="the `latency` example of skinkit-inference, built")
    parser.add_argument("--build-only", metavar="NAMES", help="write these variants, with commas, and compare nothing")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    arrays = dataset.load(args)

    def pictures() -> list[np.ndarray]:
        train = np.random.default_rng(11).choice(arrays.indices("train"), args.ranges, replace=False)
        return [arrays.square(i, args.size) for i in train]

    files = build(args.model, args.out, pictures, args.build_only.split(",") if args.build_only else [])
    for name, path in files.items():
        print(name, path.stat().st_size)
    if args.build_only:
        return
    rows = compare(files, arrays, args.size, args.rounds, args.embedded)
    (args.out / "quantization.json").write_text(json.dumps(rows, indent=1))
    print(table(rows))


if __name__ == "__main__":
    main()
