#!/usr/bin/env python3
"""Makes and checks the XCFramework of SkinKit's library; runs anywhere, needs nothing but Python.

    xcframework.py make TARGET OUT     of the static libraries that `cargo rustc --profile dist -p skinkit-ffi --lib
                                       --crate-type staticlib --target T` left in TARGET for Apple's targets, those that
                                       are there
    xcframework.py check FRAMEWORK

An XCFramework is a folder with an Info.plist and a folder a slice. SwiftPM says little about a wrong one: so this says
what is wrong: keys, paths, architectures and platforms of the machine code itself, headers and module map.
"""

import plistlib
import shutil
import struct
import sys
from pathlib import Path
from xml.parsers.expat import ExpatError

ROOT = Path(__file__).resolve().parents[2]
MODULE = "CSkinKit"
LIBRARY = "libskinkit_ffi.a"

# rustc target → slice, platform, variant, architecture.
TARGETS = {
    "aarch64-apple-ios": ("ios-arm64", "ios", None, "arm64"),
    "aarch64-apple-ios-sim": ("ios-arm64-simulator", "ios", "simulator", "arm64"),
    "aarch64-apple-darwin": ("macos-arm64", "macos", None, "arm64"),
}
# Without these an app cannot be built for a phone and for the simulator.
NEEDED = {"ios-arm64", "ios-arm64-simulator"}

# mach-o/loader.h: LC_BUILD_VERSION's platforms, and CPU types of mach/machine.h.
PLATFORMS = {1: ("macos", None), 2: ("ios", None), 7: ("ios", "simulator")}
CPUS = {0x0100000C: "arm64", 0x01000007: "x86_64"}
MODULE_MAP = f"""// Ours, not UniFFI's: its `use "_Builtin_stdbool"` breaks Xcode 26 and later.
module {MODULE} {{
    header "{MODULE}.h"
    export *
}}
"""


class Wrong(Exception):
    """What is wrong with a framework or library, and where."""


def members(archive):
    """The object files of a BSD or GNU static library: (name, bytes)."""
    data = Path(archive).read_bytes()
    if data[:8] != b"!<arch>\n":
        raise Wrong(f"{archive}: not a static library (no !<arch>)")
    at = 8
    while at + 60 <= len(data):
        name, size = data[at : at + 16].decode("ascii", "replace").strip(), data[at + 48 : at + 58].strip()
        if data[at + 58 : at + 60] != b"`\n" or not size.isdigit():
            raise Wrong(f"{archive}: damaged at byte {at}")
        size, body = int(size), at + 60
        if body + size > len(data):
            raise Wrong(f"{archive}: cut off in {name}")
        content = data[body : body + size]
        if name.startswith("#1/"):
            length = int(name[3:])
            name, content = content[:length].rstrip(b"\0").decode("utf-8", "replace"), content[length:]
        yield name, content
        at = body + size + size % 2


def machine(archive):
    """{(architecture, platform, variant)} of the Mach-O objects of a static library."""
    found = set()
    for name, data in members(archive):
        if data[:4] != b"\xcf\xfa\xed\xfe":
            if data[:4] == b"\x7fELF":
                raise Wrong(f"{archive}: {name} is ELF, not Mach-O: it was built for another system")
            continue
        cpu, _, _, commands = struct.unpack_from("<IIII", data, 4)
        at, platform = 32, None
        for _ in range(commands):
            kind, size = struct.unpack_from("<II", data, at)
            if kind == 0x32:
                platform = struct.unpack_from("<I", data, at + 8)[0]
            at += max(size, 8)
        if platform is not None:
            found.add((CPUS.get(cpu, hex(cpu)), *PLATFORMS.get(platform, (f"platform {platform}", None))))
    if not found:
        raise Wrong(f"{archive}: no Mach-O object that says its platform")
    return found


def check(framework):
    """Raises Wrong with the first fault; gives the names of the slices."""
    framework = Path(framework)
    file = framework / "Info.plist"
    try:
        info = plistlib.loads(file.read_bytes())
    except (OSError, plistlib.InvalidFileException, ExpatError, ValueError) as error:
        raise Wrong(f"{file}: {error}") from None
    for key, value in {"CFBundlePackageType": "XFWK", "XCFrameworkFormatVersion": "1.0"}.items():
        if info.get(key) != value:
            raise Wrong(f"{file}: {key} is {info.get(key)!r} and must be {value!r}")
    slices = info.get("AvailableLibraries")
    if not isinstance(slices, list) or not slices:
        raise Wrong(f"{file}: AvailableLibraries is empty")
    names = [entry.get("LibraryIdentifier") for entry in slices]
    if len(set(names)) != len(names):
        raise Wrong(f"{file}: two slices of one LibraryIdentifier")
    for entry in slices:
        check_slice(framework, entry)
    missing = NEEDED - set(names)
    if missing:
        raise Wrong(f"{framework}: no slice {', '.join(sorted(missing))}")
    strangers = {path.name for path in framework.iterdir()} - {*names, "Info.plist", "_CodeSignature"}
    if strangers:
        raise Wrong(f"{framework}: {', '.join(sorted(strangers))} is in no slice")
    return names


def check_slice(framework, entry):
    name = entry.get("LibraryIdentifier")
    known = {
        "LibraryIdentifier", "LibraryPath", "HeadersPath", "BinaryPath", "SupportedArchitectures", "SupportedPlatform",
        "SupportedPlatformVariant",
    }
    if strange := set(entry) - known:
        raise Wrong(f"slice {name}: unknown key {', '.join(sorted(strange))}")
    for key in ("LibraryIdentifier", "LibraryPath", "HeadersPath", "SupportedArchitectures", "SupportedPlatform"):
        if not entry.get(key):
            raise Wrong(f"slice {name}: {key} is missing")
    folder = framework / name
    library, headers = folder / entry["LibraryPath"], folder / entry["HeadersPath"]
    if not library.is_file():
        raise Wrong(f"slice {name}: {library} is not there")
    wanted = {(cpu, entry["SupportedPlatform"], entry.get("SupportedPlatformVariant"))
              for cpu in entry["SupportedArchitectures"]}
    found = machine(library)
    if found != wanted:
        raise Wrong(f"slice {name}: Info.plist says {sorted(map(str, wanted))}, the code is {sorted(map(str, found))}")
    # A folder of its own, or the headers of two UniFFI packages in one app would collide.
    module = headers / MODULE / "module.modulemap"
    if not (headers / MODULE / f"{MODULE}.h").is_file() or not module.is_file():
        raise Wrong(f"slice {name}: {headers / MODULE} lacks {MODULE}.h or module.modulemap")
    text = module.read_text()
    if f"module {MODULE} " not in text or "framework module" in text or "_Builtin" in text.split("\n", 1)[1]:
        raise Wrong(f"slice {name}: {module} must say `module {MODULE}`, without framework and _Builtin_")


def make(target, out):
    """Writes the framework anew and checks it."""
    target, out = Path(target), Path(out)
    found = {triple: target / triple / "dist" / LIBRARY for triple in TARGETS}
    found = {triple: library for triple, library in found.items() if library.is_file()}
    if not found:
        raise Wrong(
            f"no library for Apple in {target}: on a Mac, cargo rustc --profile dist -p skinkit-ffi --lib "
            "--crate-type staticlib --target "
            f"{' (and) '.join(TARGETS)}")
    if out.exists():
        shutil.rmtree(out)
    slices = []
    for triple, library in found.items():
        name, platform, variant, cpu = TARGETS[triple]
        headers = out / name / "Headers" / MODULE
        headers.mkdir(parents=True)
        shutil.copyfile(library, out / name / LIBRARY)
        shutil.copyfile(ROOT / f"bindings/swift/Sources/{MODULE}/include/{MODULE}.h", headers / f"{MODULE}.h")
        (headers / "module.modulemap").write_text(MODULE_MAP)
        entry = {
            "LibraryIdentifier": name,
            "LibraryPath": LIBRARY,
            "BinaryPath": LIBRARY,
            "HeadersPath": "Headers",
            "SupportedArchitectures": [cpu],
            "SupportedPlatform": platform,
        }
        slices.append(entry | ({"SupportedPlatformVariant": variant} if variant else {}))
    info = {"AvailableLibraries": slices, "CFBundlePackageType": "XFWK", "XCFrameworkFormatVersion": "1.0"}
    (out / "Info.plist").write_bytes(plistlib.dumps(info))
    return check(out)


def main(arguments):
    try:
        match arguments:
            case ["make", target, out]:
                print(f"{out}: {', '.join(make(target, out))}")
            case ["check", framework]:
                print(f"{framework}: {', '.join(check(framework))}")
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Wrong as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
