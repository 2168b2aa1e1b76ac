"""Stubs of Android's libraries, and what a library that was linked with them needs.

    stubs.py LIST OUT              writes OUT/libX.ifs for llvm-ifs of each `[libX]` in the list
    stubs.py needs LIST LIBRARY    says which of the list's symbols LIBRARY no longer needs; fails where it needs others
"""

import re
import subprocess
import sys
from pathlib import Path

HEAD = """--- !ifs-v1
IfsVersion: 3.0
SoName: {name}.so
Target: {{ ObjectFormat: ELF, Arch: AArch64, Endianness: little, BitWidth: 64 }}
Symbols:
"""
# Everything else in the list is a function.
DATA = {"environ", "stdin", "stdout", "stderr"}


def read(path):
    """{library: names} of a list: `[library]` and then names, several a line; `#` begins a comment."""
    found = {}
    for line in Path(path).read_text().splitlines():
        line = line.partition("#")[0].strip()
        if head := re.fullmatch(r"\[(\w+)\]", line):
            names = found.setdefault(head[1], [])
        elif line:
            names += line.split()
    return found


def write(path, out):
    """An .ifs file for each library."""
    for library, names in read(path).items():
        lines = [
            f"  - {{ Name: {name}, Type: {'Object, Size: 8' if name in DATA else 'Func'} }}\n" for name in sorted(names)
        ]
        (Path(out) / f"{library}.ifs").write_text(HEAD.format(name=library) + "".join(lines) + "...\n")


def needs(path, library):
    """(needed and not in the list, in the list and not needed)."""
    said = subprocess.run(
        ["llvm-nm-22", "--dynamic", "--undefined-only", library], check=True, capture_output=True, text=True
    )
    # `U name@VERSION`; weak ones (`w`) may be absent, and the standard library asks before it calls them.
    symbols = [line.split() for line in said.stdout.splitlines()]
    needed = {name.partition("@")[0] for kind, name in symbols if kind == "U"}
    known = {name for names in read(path).values() for name in names}
    return sorted(needed - known), sorted(known - needed)


def main(arguments):
    match arguments:
        case ["needs", path, library]:
            foreign, idle = needs(path, library)
            if idle:
                print(f"in {Path(path).name} and no longer needed: {' '.join(idle)}")
            if foreign:
                print(f"error: not in {Path(path).name}: {' '.join(foreign)}", file=sys.stderr)
            return bool(foreign)
        case [path, out]:
            return write(path, out)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
