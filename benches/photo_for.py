"""What it saves to open a photo for its region: python3 benches/photo_for.py LIBRARY PHOTO [ROUNDS], from the repository's root.

Decodes and analyses PHOTO's close-up through the C ABI, opened whole and opened for the region in turn, with the embedded
engine on one thread; prints medians of CPU time, the median of the rounds' ratios, and the most memory that each took (Linux: it reads /proc).
"""

import ctypes as c
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

HANDLE = c.c_uint64
NONE = HANDLE(0)


class Kit:
    def __init__(self, library):
        self.c = c.CDLL(library)
        self.c.skinkit_string_free.argtypes = [c.c_void_p]
        self.kit = HANDLE()
        options = b'{"pack": "models/lesion-ham7", "engine": "embedded"}'
        self.call("open", options, None, c.c_size_t(0), c.byref(self.kit))

    def call(self, name, *arguments):
        if status := getattr(self.c, f"skinkit_{name}")(*arguments, None):
            sys.exit(f"skinkit_{name}: status {status}")

    def photo(self, path, whole):
        """CPU milliseconds of opening and analysing a photo."""
        photo, json = HANDLE(), c.c_void_p()
        started = time.process_time_ns()
        if whole:
            self.call("photo_open", path, c.byref(photo))
        else:
            self.call("photo_open_for", self.kit, path, b"lesion", c.byref(photo))
        opened = time.process_time_ns()
        self.call("analyse", self.kit, photo, b"lesion", NONE, c.byref(json))
        ended = time.process_time_ns()
        self.c.skinkit_string_free(json)
        self.call("close", photo)
        return (opened - started) / 1e6, (ended - opened) / 1e6


def held(what):
    """MB of memory that this process holds, or held at most."""
    line = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(line[1]) * 1024 / 1e6


def main(library, path, rounds="21", only=None):
    kit, path = Kit(library), path.encode()
    if only:
        before = held("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the most so far is what is held now
        kit.photo(path, only == "whole")
        print(held("VmHWM") - before)
        return
    names = {True: "whole", False: "for its region"}
    times = {whole: [] for whole in names}
    for turn in range(int(rounds) + 1):
        for whole in names if turn % 2 else reversed(names):
            taken = kit.photo(path, whole)
            if turn:
                times[whole].append(taken)
    for whole, name in names.items():
        opened, analysed = (statistics.median(part) for part in zip(*times[whole]))
        again = [sys.executable, __file__, library, path, rounds, "whole" if whole else "region"]
        memory = float(subprocess.run(again, check=True, capture_output=True).stdout)
        print(f"{name}: {opened:.1f} ms to open, {analysed:.1f} ms to analyse, {memory:.0f} MB more at most")
    ratios = [sum(small) / sum(large) for large, small in zip(times[True], times[False])]
    print(f"together: {statistics.median(ratios):.2f} of the time")


if __name__ == "__main__":
    main(*sys.argv[1:])
