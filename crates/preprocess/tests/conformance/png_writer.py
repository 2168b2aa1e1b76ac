"""A small PNG writer: every color type, depth, interlacing and chunk; and ICC profiles of matrix and curves."""

import struct
import zlib

import numpy as np

PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def lines(samples, depth):
    """Samples (height, width, channels) as filtered lines; filters take turns."""
    height, width, channels = samples.shape
    if depth == 16:
        rows = samples.astype(">u2").reshape(height, -1).view(np.uint8)
    elif depth == 8:
        rows = samples.astype(np.uint8).reshape(height, -1)
    else:
        bits = (samples.reshape(height, -1, 1) >> np.arange(depth - 1, -1, -1)) & 1
        rows = np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)
    step, out = max(1, channels * depth // 8), b""
    above = np.zeros(rows.shape[1], np.uint8)
    for y, row in enumerate(rows):
        left = np.concatenate([np.zeros(step, np.uint8), row])[: len(row)]
        kind = y % 3
        out += bytes([kind]) + (row - [np.zeros_like(row), left, above][kind]).astype(np.uint8).tobytes()
        above = row
    return out


def png(samples, color_type, depth, interlaced=False, before=b"", after=b""):
    height, width, _ = samples.shape
    if interlaced:
        parts = (samples[y::dy, x::dx] for x, y, dx, dy in PASSES)
        data = b"".join(lines(part, depth) for part in parts if part.size)
    else:
        data = lines(samples, depth)
    head = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", zlib.compress(data))
    return out + after + chunk(b"IEND", b"")


def fixed(values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


SRGB_CURVE = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + fixed([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])
LINEAR_CURVE = b"curv" + bytes(4) + struct.pack(">I", 0)
# Colorants relative to D50.
SRGB = [(0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)]
P3 = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]


def gamma_curve(gamma):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def icc(colorants, curve, space=b"RGB "):
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed([0.9642, 1.0, 0.8249])}
    if space == b"RGB ":
        for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants):
            tags[name] = b"XYZ " + bytes(4) + fixed(values)
        for name in (b"rTRC", b"gTRC", b"bTRC"):
            tags[name] = curve
    else:
        tags[b"kTRC"] = curve
    return profile(space, b"XYZ ", b"mntr", tags)


def profile(space, connection, kind, tags):
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value
    version = bytes.fromhex("04300000" if connection == b"XYZ " else "02400000")
    head = struct.pack(">I", start + len(data)) + b"    " + version + kind + space + connection
    head += bytes(12) + b"acsp" + bytes(28) + fixed([0.9642, 1.0, 0.8249])
    return head + bytes(128 - len(head)) + table + data


def lab(xyz):
    """CIE Lab under D50."""
    ratio = xyz / np.array([0.9642, 1.0, 0.8249])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def icc_table(space, to_xyz, grid):
    """A profile of nothing but a table (lut16Type) from device codes 0 to 1 to Lab."""
    channels = {b"RGB ": 3, b"CMYK": 4}[space]
    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * channels, indexing="ij")
    values = lab(to_xyz(np.stack(axes, -1)))
    codes = np.rint(np.clip(np.stack([values[..., 0] * 652.8, *((values[..., 1:] + 128) * 256).transpose(-1, *range(channels))], -1), 0, 65535))
    ramp = struct.pack(">2H", 0, 65535)
    table = b"mft2" + bytes(4) + bytes([channels, 3, grid, 0]) + fixed([1, 0, 0, 0, 1, 0, 0, 0, 1]) + struct.pack(">2H", 2, 2)
    table += ramp * channels + codes.astype(">u2").tobytes() + ramp * 3
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed([0.9642, 1.0, 0.8249]), b"A2B0": table}
    return profile(space, b"Lab ", b"scnr" if space == b"RGB " else b"prtr", tags)


def linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def to_srgb(pixels, colorants, curve):
    """8-bit pixels of a space of these colorants and this curve (code 0 to 1 to light), as sRGB."""
    light = curve(pixels.astype(float) / 255)
    matrix = np.linalg.inv(np.array(SRGB).T) @ np.array(colorants).T
    return np.rint(encoded(light @ matrix.T) * 255).astype(np.uint8)
