"""What the packaging needs to know of a shared library's file."""

import struct

MACHINES = {0xB7: "arm64-v8a", 0x28: "armeabi-v7a", 0x3E: "x86_64", 0x03: "x86"}
PT_LOAD, PT_DYNAMIC, DT_NEEDED, DT_STRTAB, DT_SONAME = 1, 2, 1, 5, 14


class Elf:
    """A little-endian ELF file's machine, segments and dynamic names; ValueError for anything else."""

    def __init__(self, data):
        if data[:4] != b"\x7fELF" or data[5] != 1:
            raise ValueError("it is no little-endian ELF file")
        self.wide = data[4] == 2
        (machine,) = struct.unpack_from("<H", data, 18)
        self.abi = MACHINES.get(machine, f"machine {machine}")
        if self.wide:
            (table,), (size, count) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<HH", data, 54)
        else:
            (table,), (size, count) = struct.unpack_from("<I", data, 28), struct.unpack_from("<HH", data, 42)
        self.segments = [self._segment(data, table + index * size) for index in range(count)]
        self.alignments = [s["align"] for s in self.segments if s["type"] == PT_LOAD]
        self.soname, self.needed = self._names(data)

    def _segment(self, data, at):
        if self.wide:
            kind, _, offset, address, _, length, _, align = struct.unpack_from("<IIQQQQQQ", data, at)
        else:
            kind, offset, address, _, length, _, _, align = struct.unpack_from("<IIIIIIII", data, at)
        return {"type": kind, "offset": offset, "address": address, "length": length, "align": align}

    def _names(self, data):
        entries, form = [], "<qQ" if self.wide else "<iI"
        for segment in self.segments:
            if segment["type"] == PT_DYNAMIC:
                end = segment["offset"] + segment["length"]
                entries = list(struct.iter_unpack(form, data[segment["offset"] : end]))
        strings = next((value for tag, value in entries if tag == DT_STRTAB), 0)
        for segment in self.segments:
            if segment["type"] == PT_LOAD and 0 <= strings - segment["address"] < segment["length"]:
                strings += segment["offset"] - segment["address"]
                break

        def text(at):
            return data[strings + at : data.index(b"\0", strings + at)].decode()

        sonames = [text(value) for tag, value in entries if tag == DT_SONAME]
        return (sonames or [None])[0], [text(value) for tag, value in entries if tag == DT_NEEDED]
