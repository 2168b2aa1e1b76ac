"""Runs an exported model over pictures with ONNX Runtime: numpy in, numpy out."""

from __future__ import annotations

import pathlib
import time

import numpy as np
import onnxruntime as ort

OUTPUTS = ("logits", "embedding", "heatmap", "mask", "capture")


def session(path: pathlib.Path, threads: int = 1) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run(path: pathlib.Path, pictures: list[np.ndarray], threads: int = 1) -> dict[str, np.ndarray]:
    """pictures: uint8 [S,S,3] at the model's own size. Returns each output stacked over pictures."""
    s = session(path, threads)
    names = [o.name for o in s.get_outputs() if o.name in OUTPUTS]
    gathered: dict[str, list] = {n: [] for n in names}
    for picture in pictures:
        for name, value in zip(names, s.run(names, {"image": picture[None]})):
            gathered[name].append(value[0])
    return {n: np.stack(v) for n, v in gathered.items()}


def latency(paths: dict[str, pathlib.Path], pictures: dict[str, np.ndarray], threads: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds (p10, p50) a run for each model on its picture; they take turns, so load hits all alike."""
    sessions = {name: session(path, threads) for name, path in paths.items()}
    feeds = {name: {"image": pictures[name][None]} for name in paths}
    times: dict[str, list[float]] = {name: [] for name in paths}
    for name, s in sessions.items():
        for _ in range(3):
            s.run(None, feeds[name])
    for _ in range(rounds):
        for name, s in sessions.items():
            start = time.perf_counter()
            s.run(None, feeds[name])
            times[name].append((time.perf_counter() - start) * 1e3)
    return {name: tuple(float(v) for v in np.percentile(t, [10, 50])) for name, t in times.items()}
