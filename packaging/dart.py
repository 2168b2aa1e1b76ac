"""Packs and validates the Dart package.

    dart.py pack OUT         writes OUT/skinkit-VERSION.tar.gz, as `dart pub publish` would upload it
    dart.py check ARCHIVE    says what is wrong with an archive and exits with 1, or lists what is in it

The same inputs give the same bytes. Not checked, for want of a Dart SDK: what `dart pub publish --dry-run` would say. On iOS
the package finds SkinKit's Swift package in its folder beside this one: before it goes to a registry, ios/skinkit/Package.swift
must name that package's address.
"""

import gzip
import io
import posixpath
import re
import sys
import tarfile
from pathlib import Path

from aar import version

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bindings/dart"
# Tests that need this repository stay here.
LEFT_OUT = {"check"}
WANTED = ["pubspec.yaml", "README.md", "CHANGELOG.md", "LICENSE", "lib/skinkit.dart", "android/build.gradle",
          "ios/skinkit/Package.swift"]


def entries():
    """{name: bytes} of the package."""
    found = {}
    for file in sorted(PACKAGE.rglob("*")):
        name = file.relative_to(PACKAGE)
        if file.is_file() and name.parts[0] not in LEFT_OUT and not any(part.startswith(".") for part in name.parts):
            found[name.as_posix()] = file.read_bytes()
    # What pub wants beside it, from the repository's root; pub knows one licence file.
    found["CHANGELOG.md"] = (ROOT / "CHANGELOG.md").read_bytes()
    licences = [(ROOT / name).read_text() for name in ["LICENSE-MIT", "LICENSE-APACHE"]]
    found["LICENSE"] = ("SkinKit is MIT OR Apache-2.0, as you like.\n\n" + "\n\n".join(licences)).encode()
    return found


def archive(files):
    """A gzipped tar of {name: bytes}."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as out:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            out.addfile(entry, io.BytesIO(files[name]))
    return gzip.compress(tar.getvalue(), mtime=0)


def check(path):
    """What is wrong with an archive: sentences."""
    with tarfile.open(path, "r:gz") as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar.getmembers() if entry.isfile()}
    for name in WANTED:
        if name not in files:
            yield f"{name} is missing"
    if any(name not in files for name in WANTED):
        return
    pubspec = files["pubspec.yaml"].decode()
    if not re.search(r"^name: skinkit$", pubspec, re.M):
        yield "pubspec.yaml: the name is not skinkit"
    if not re.search(rf"^version: {re.escape(version())}$", pubspec, re.M):
        yield f"pubspec.yaml: the version is not Cargo.toml's {version()}"
    if f'dev.skinkit:skinkit-android:{version()}"' not in files["android/build.gradle"].decode():
        yield f"android/build.gradle does not bring the AAR of version {version()}"
    # lib/ is what others may import: what it imports must be there, its own or of a package that pubspec.yaml names.
    for name, data in files.items():
        if not name.endswith(".dart"):
            continue
        for wanted in re.findall(r"^(?:import|export|part) '([^']+)'", data.decode(), re.M):
            if wanted.startswith("package:"):
                package = wanted.removeprefix("package:").partition("/")[0]
                if package != "skinkit" and not re.search(rf"^  {package}:", pubspec, re.M):
                    yield f"{name} imports {wanted}, which pubspec.yaml does not name"
            elif not wanted.startswith("dart:"):
                if posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted)) not in files:
                    yield f"{name} imports {wanted}, which is not in the archive"
    yield from (f"{name}: not text" for name, data in files.items() if b"\0" in data)


def main(arguments):
    match arguments:
        case ["pack", out]:
            path = Path(out) / f"skinkit-{version()}.tar.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive(entries()))
        case ["check", path]:
            path = Path(path)
        case _:
            raise SystemExit(__doc__)
    wrong = list(check(path))
    for problem in wrong:
        print(f"error: {problem}", file=sys.stderr)
    with tarfile.open(path) as tar:
        for entry in tar.getmembers():
            print(f"{entry.size:>10}  {entry.name}")
    print(f"{path.stat().st_size:>10}  {path.name}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
