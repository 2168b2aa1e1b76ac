"""One network: .tflite -> ONNX, slimmed, named, rewritten."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import catalogue

# The converter logs a page per graph otherwise.
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
OPSET = "17"


def convert(network: catalogue.Network, sources: pathlib.Path, work: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """Writes `out/NAME.onnx` and returns its path; `work` keeps every step for a person to look at."""
    import onnx

    import graph

    source = sources / f"{network.tflite}.tflite"
    if network.needs_repair:
        import repair

        repaired = _folder(work / "repaired") / source.name
        repair.repair(source, repaired)
        source = repaired
    raw = _folder(work / "raw") / f"{network.name}.onnx"
    slim = _folder(work / "slim") / f"{network.name}.onnx"
    _run("tf2onnx.convert", "--tflite", str(source), "--opset", OPSET, "--output", str(raw))
    shape = ("--input-shapes", network.fixed_shape) if network.fixed_shape else ()
    _run("onnxslim", str(raw), str(slim), *shape)
    model = graph.canonical(onnx.load(slim), network)
    onnx.save(model, _folder(work / "plain") / f"{network.name}.onnx")
    destination = out / f"{network.name}.onnx"
    onnx.save(graph.with_planes(graph.with_half_weights(graph.without_prelu(model))), destination)
    return destination


def _folder(path: pathlib.Path) -> pathlib.Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _run(module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
