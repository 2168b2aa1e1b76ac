"""The validator accepts what the packer makes and refuses what is spoilt."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import dart  # noqa: E402


def said(tmp_path, files):
    path = tmp_path / "package.tar.gz"
    path.write_bytes(dart.archive(files))
    return " ".join(dart.check(path))


def test_a_packed_archive_is_accepted_and_the_same_again(tmp_path):
    files = dart.entries()
    assert said(tmp_path, files) == ""
    assert dart.archive(files) == dart.archive(dict(reversed(files.items())))
    assert not any(name.startswith(("check/", ".")) for name in files)


@pytest.mark.parametrize(
    ("name", "change", "wrong"),
    [
        ("lib/src/call.dart", None, "is not in the archive"),
        ("LICENSE", None, "LICENSE is missing"),
        ("pubspec.yaml", (b"version: ", b"version: 9"), "the version is not"),
        ("pubspec.yaml", (b"  ffi: ", b"  fire: "), "which pubspec.yaml does not name"),
        ("android/build.gradle", (b"skinkit-android:", b"skinkit-android:9"), "does not bring the AAR"),
        ("README.md", (b"Dart", b"\0"), "not text"),
    ],
)
def test_a_spoilt_archive_is_refused(tmp_path, name, change, wrong):
    files = dart.entries()
    if change is None:
        del files[name]
    else:
        assert change[0] in files[name]
        files[name] = files[name].replace(*change)
    assert wrong in said(tmp_path, files)
