"""The canonical face mesh (468 vertices with texture coordinates, 898 triangles) as Rust tables.

It is a protocol buffer inside face_landmarker.task (mediapipe.face_geometry
GeometryPipelineMetadata); three of its fields are all that is needed, so the
wire format is read here instead of through generated code.
"""

from __future__ import annotations

import pathlib
import struct

SOURCE = "geometry_pipeline_metadata_landmarks.binarypb"
VERTICES, TRIANGLES = 468, 898
#: Position and texture coordinate, interleaved.
FLOATS_PER_VERTEX = 5

HEADER = """\
//! MediaPipe's canonical face mesh. Written by `models/tools/convert`; do not edit.
//!
//! Source: `geometry_pipeline_metadata_landmarks.binarypb` in `face_landmarker.task`,
//! (c) The MediaPipe Authors, Apache-2.0 (see `models/landmarks/LICENSE`).
"""


def write(source: pathlib.Path, destination: pathlib.Path) -> None:
    """Reads the metadata, writes `VERTICES`, `TEXTURE` and `TRIANGLES`."""
    vertices, triangles = read(source.read_bytes())
    lines = [HEADER]
    lines.append("/// Vertices in the canonical frame: x to the subject's left, y up, z towards the camera; centimetres.")
    lines += _table("VERTICES: [[f32; 3]; 468]", [v[:3] for v in vertices], 4)
    lines.append("/// Texture coordinates, `0..1`, v downwards.")
    lines += _table("TEXTURE: [[f32; 2]; 468]", [(v[3], v[4]) for v in vertices], 6)
    lines.append("/// Corners of each triangle, as vertex numbers.")
    lines += _table("TRIANGLES: [[u16; 3]; 898]", triangles, 8)
    destination.write_text("\n".join(lines))


def read(data: bytes) -> tuple[list[tuple], list[tuple]]:
    """`GeometryPipelineMetadata` -> vertices (x, y, z, u, v) and triangles."""
    floats: list[float] = []
    indices: list[int] = []
    mesh = next(value for field, value in _fields(data) if field == 1)
    for field, value in _fields(mesh):
        if field == 3:
            floats += struct.unpack(f"<{len(value) // 4}f", value) if isinstance(value, bytes) else [value]
        elif field == 4:
            indices += _packed(value) if isinstance(value, bytes) else [value]
    if len(floats) != VERTICES * FLOATS_PER_VERTEX or len(indices) != TRIANGLES * 3:
        raise ValueError(f"{len(floats)} vertex floats and {len(indices)} indices: not the mesh that was expected")
    vertices = [tuple(floats[i : i + FLOATS_PER_VERTEX]) for i in range(0, len(floats), FLOATS_PER_VERTEX)]
    triangles = [tuple(indices[i : i + 3]) for i in range(0, len(indices), 3)]
    return vertices, triangles


def _table(declaration: str, rows: list[tuple], per_line: int) -> list[str]:
    cells = ["[" + ", ".join(_number(x) for x in row) + "]" for row in rows]
    lines = ["#[rustfmt::skip]", f"pub static {declaration} = ["]
    lines += ["    " + ", ".join(cells[i : i + per_line]) + "," for i in range(0, len(cells), per_line)]
    return [*lines, "];", ""]


def _number(x: float | int) -> str:
    if isinstance(x, int):
        return str(x)
    # Five places are a tenth of a micrometre, and no more digits than a single-precision float has.
    text = f"{x:.5f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _fields(data: bytes):
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        elif wire == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            raise ValueError(f"wire type {wire} at byte {at}")
        yield field, value


def _packed(data: bytes) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
