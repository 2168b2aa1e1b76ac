"""A small JPEG writer that can do what encoders seldom do: any sampling, scans, component ids, markers and restarts.

ITU-T T.81 with the tables of its annex K. Coefficients come from numpy; pixels need not be exact, because whatever is
written is read by libjpeg-turbo for the reference.
"""

import struct

import numpy as np

ZIGZAG = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
]  # fmt: skip

LUMA = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
]  # fmt: skip

DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_SYMBOLS = list(range(12))
AC_COUNTS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D]
AC_SYMBOLS = list(bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9"
    "aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
))  # fmt: skip


def codes(counts, symbols):
    table, code, at = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[symbols[at]] = (code, length)
            code, at = code + 1, at + 1
        code <<= 1
    return table


DC, AC = codes(DC_COUNTS, DC_SYMBOLS), codes(AC_COUNTS, AC_SYMBOLS)
COSINES = np.array(
    [[(0.5 if u else 0.5**0.5 / 2) * np.cos((2 * x + 1) * u * np.pi / 16) for x in range(8)] for u in range(8)]
)


class Bits:
    def __init__(self):
        self.out, self.held, self.count = bytearray(), 0, 0

    def put(self, value, length):
        self.held, self.count = self.held << length | value, self.count + length
        while self.count >= 8:
            byte = self.held >> (self.count - 8) & 255
            self.out.append(byte)
            if byte == 255:
                self.out.append(0)
            self.count -= 8
        self.held &= (1 << self.count) - 1

    def flush(self):
        if self.count:
            self.put((1 << (8 - self.count)) - 1, 8 - self.count)

    def symbol(self, table, symbol):
        self.put(*table[symbol])

    def number(self, value, size):
        self.put(value if value > 0 else value + (1 << size) - 1, size)


def segment(marker, payload):
    return struct.pack(">BBH", 255, marker, len(payload) + 2) + payload


class Component:
    """One plane of samples at full size, averaged down by its sampling factors and transformed."""

    def __init__(self, plane, name, sampling, most, table):
        self.name, self.sampling = name, sampling
        (h, v), (hm, vm) = sampling, most
        height, width = plane.shape
        self.size = (-(-width * h // hm), -(-height * v // vm))
        self.blocks = [-(-side // 8) for side in self.size]
        mcus = [-(-width // (8 * hm)), -(-height // (8 * vm))]
        self.padded = (mcus[0] * h, mcus[1] * v)
        across, down = hm // h, vm // v
        full = np.pad(plane, ((0, 8 * vm * mcus[1] - height), (0, 8 * hm * mcus[0] - width)), mode="edge")
        small = full.reshape(full.shape[0] // down, down, full.shape[1] // across, across).mean((1, 3))
        tiles = small.reshape(self.padded[1], 8, self.padded[0], 8).transpose(0, 2, 1, 3) - 128
        raw = np.einsum("uy,abyx,vx->abuv", COSINES, tiles, COSINES)
        values = np.rint(raw / np.array(table).reshape(8, 8)).astype(int)
        self.coefficients = values.reshape(*values.shape[:2], 64)[:, :, ZIGZAG]


def write_scan(bits, components, script, most, restart, mcus, stop_at=None):
    """`script` is (Ss, Se, Ah, Al) or None for a sequential scan."""
    if len(components) == 1:
        only = components[0]
        units = [[(only, y, x)] for y in range(only.blocks[1]) for x in range(only.blocks[0])]
    else:
        units = []
        for row in range(mcus[1]):
            for column in range(mcus[0]):
                unit = []
                for component in components:
                    h, v = component.sampling
                    unit += [(component, row * v + y, column * h + x) for y in range(v) for x in range(h)]
                units.append(unit)
    last = {component.name: 0 for component in components}
    for number, unit in enumerate(units):
        if restart and number and number % restart == 0:
            bits.flush()
            bits.out += bytes([255, 0xD0 + (number // restart - 1) % 8])
            last = dict.fromkeys(last, 0)
        for component, y, x in unit:
            block = component.coefficients[y, x]
            start, end, high, low = script or (0, 63, 0, 0)
            if start == 0:
                if high:
                    bits.put(int(block[0]) >> low & 1, 1)
                else:
                    value = int(block[0]) >> low
                    difference = value - last[component.name]
                    last[component.name] = value
                    size = abs(difference).bit_length()
                    bits.symbol(DC, size)
                    if size:
                        bits.number(difference, size)
            if end == 0:
                continue
            if high:
                refine(bits, block, max(start, 1), end, low)
                continue
            run = 0
            for k in range(max(start, 1), end + 1):
                value = int(block[k])
                value = value >> low if value >= 0 else -(-value >> low)
                if value == 0:
                    run += 1
                    continue
                while run > 15:
                    bits.symbol(AC, 0xF0)
                    run -= 16
                size = abs(value).bit_length()
                bits.symbol(AC, run << 4 | size)
                bits.number(value, size)
                run = 0
            if run:
                bits.symbol(AC, 0)
    bits.flush()


def refine(bits, block, start, end, low):
    shifted = [abs(int(value)) >> low for value in block]
    new = [k for k in range(start, end + 1) if shifted[k] == 1]
    last_new = new[-1] if new else -1
    run, waiting = 0, []
    for k in range(start, end + 1):
        if shifted[k] == 0:
            run += 1
            continue
        while run > 15 and k <= last_new:
            bits.symbol(AC, 0xF0)
            for bit in waiting:
                bits.put(bit, 1)
            run, waiting = run - 16, []
        if shifted[k] > 1:
            waiting.append(shifted[k] & 1)
            continue
        bits.symbol(AC, run << 4 | 1)
        bits.put(int(block[k] > 0), 1)
        for bit in waiting:
            bits.put(bit, 1)
        run, waiting = 0, []
    if run or waiting:
        bits.symbol(AC, 0)
        for bit in waiting:
            bits.put(bit, 1)


def jpeg(
    planes,
    samplings,
    names=None,
    frame=0xC0,
    scans=None,
    restart=0,
    before=b"",
    after_frame=b"",
    quality=1.0,
    fill=False,
    end=b"\xff\xd9",
):
    """`scans` lists (component numbers, script); `before` is put after the start of the image."""
    names = names or list(range(1, len(planes) + 1))
    most = [max(s[axis] for s in samplings) for axis in (0, 1)]
    table = [min(255, max(1, round(value * quality))) for value in LUMA]
    height, width = planes[0].shape
    if len(planes) == 1:
        samplings, most = [(1, 1)], [1, 1]
    components = [Component(p.astype(float), n, s, most, table) for p, n, s in zip(planes, names, samplings)]
    mcus = [-(-width // (8 * most[0])), -(-height // (8 * most[1]))]
    out = b"\xff\xd8" + before
    out += segment(0xDB, bytes([0]) + bytes(table[at] for at in ZIGZAG))
    head = struct.pack(">BHHB", 8, height, width, len(planes))
    for name, (h, v) in zip(names, samplings):
        head += bytes([name, h << 4 | v, 0])
    out += segment(frame, head) + after_frame
    out += segment(0xC4, bytes([0]) + bytes(DC_COUNTS) + bytes(DC_SYMBOLS))
    out += segment(0xC4, bytes([0x10]) + bytes(AC_COUNTS) + bytes(AC_SYMBOLS))
    if restart:
        out += segment(0xDD, struct.pack(">H", restart))
    for numbers, script in scans or [(range(len(planes)), None)]:
        chosen = [components[number] for number in numbers]
        start, last, high, low = script or (0, 63, 0, 0)
        head = bytes([len(chosen)]) + b"".join(bytes([c.name, 0]) for c in chosen)
        bits = Bits()
        write_scan(bits, chosen, script, most, restart, mcus)
        out += (b"\xff\xff" if fill else b"") + segment(0xDA, head + bytes([start, last, high << 4 | low]))
        out += bytes(bits.out)
    return out + end
