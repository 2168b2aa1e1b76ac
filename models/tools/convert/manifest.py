"""MANIFEST.json: what each committed network is, where it came from, what its bytes hash to."""

from __future__ import annotations

import json
import pathlib

import catalogue
import sources

NAME = "MANIFEST.json"


def write(out: pathlib.Path, converted: list[catalogue.Network]) -> None:
    """Adds or replaces the entries of `converted`, keeping the others."""
    import onnx

    path = out / NAME
    entries = {}
    if path.exists():
        entries = {entry["file"]: entry for entry in json.loads(path.read_text())["networks"]}
    for network in converted:
        file = out / f"{network.name}.onnx"
        graph = onnx.load(file).graph
        entries[file.name] = {
            "file": file.name,
            "bytes": file.stat().st_size,
            "sha256": sources.sha256(file),
            "licence": "Apache-2.0",
            "copyright": "Google LLC, The MediaPipe Authors",
            "package": network.package,
            "source": f"{network.tflite}.tflite",
            "source_sha256": network.sha256,
            "preprocessing": network.preprocessing,
            "inputs": [_port(value) for value in graph.input],
            "outputs": [_port(value) for value in graph.output],
        }
    order = [f"{network.name}.onnx" for network in catalogue.NETWORKS]
    networks = [entries[name] for name in order if name in entries]
    path.write_text(json.dumps({"networks": networks}, indent=1) + "\n")


def _port(value) -> dict:
    return {"name": value.name, "shape": [d.dim_value for d in value.type.tensor_type.shape.dim]}
