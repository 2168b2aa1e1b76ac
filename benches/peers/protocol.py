"""One program, many implementations, timed when asked: benches/src/protocol.rs says how."""

import json
import sys
import time
from pathlib import Path

import numpy as np

HD = (1920, 1080)
PHOTO = (4000, 3000)
SIDE = 224
MODEL_SIDE = 192


def arguments():
    """The folder with the pictures, and the one with the models."""
    return Path(sys.argv[1]), Path(sys.argv[2])


def serve(implementations):
    """Answers until stdin ends; `implementations` are (task, name, function that returns a few numbers)."""
    for _, _, run in implementations:
        run()
    print(json.dumps([[task, name] for task, name, _ in implementations]), flush=True)
    for line in sys.stdin:
        index, count = map(int, line.split())
        run = implementations[index][2]
        wall, cpu = [], []
        for _ in range(count):
            used, started = time.process_time_ns(), time.perf_counter_ns()
            result = run()
            wall.append((time.perf_counter_ns() - started) / 1e6)
            cpu.append((time.process_time_ns() - used) / 1e6)
        result = np.asarray(result, dtype=float).ravel().tolist()
        print(json.dumps({"wall_ms": wall, "cpu_ms": cpu, "result": result}), flush=True)


def raw(path, size, channels=3):
    """Pixels of a raw RGB file."""
    return np.fromfile(path, np.uint8).reshape(size[1], size[0], channels)


def nv12(path, size):
    """Luma (height x width) and chroma (height/2 x width/2 x 2) of a raw NV12 file, and both as one array."""
    width, height = size
    both = np.fromfile(path, np.uint8).reshape(height * 3 // 2, width)
    return both[:height], both[height:].reshape(height // 2, width // 2, 2), both


def middle(height, width):
    """Left, top and side of the middle square."""
    side = min(height, width)
    return (width - side) // 2, (height - side) // 2, side


class Lesion:
    """The lesion model in ONNX Runtime, set up as SkinKit sets it up: one thread, no spinning."""

    def __init__(self, models):
        import onnxruntime as ort

        folder = models / "lesion-ham7"
        self.temperature = json.loads((folder / "pack.json").read_text())["calibration"]["temperature"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(folder / "model.int8.onnx", options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def probabilities(self, rgb):
        """`rgb` is the model's input, 192 x 192 x 3 bytes."""
        # SkinKit computes all outputs: so does this.
        outputs = self.session.run(None, {self.input: rgb[None]})
        logits = outputs[[o.name for o in self.session.get_outputs()].index("logits")][0] / self.temperature
        odds = np.exp(logits - logits.max())
        return odds / odds.sum()
