"""The validator accepts what the packer makes and refuses what is spoilt."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import aar  # noqa: E402


def jar(names=aar.CLASSES + ["skinkit/UniffiLib.class", "skinkit/IntegrityCheckingUniffiLib.class"], release=55):
    """A jar of classes with nothing in them but a header."""
    return aar.archive({name: b"\xca\xfe\xba\xbe\0\0" + release.to_bytes(2, "big") for name in names})


def library(folder, *flags):
    """A shared library of this machine without libc; what C compilers call x86_64."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "libskinkit_ffi.so"
    base = ["cc", "-shared", "-nostdlib", "-fPIC", "-x", "c", "/dev/null", "-o", out]
    subprocess.run([*base, *(flags or ["-Wl,-soname,libskinkit_ffi.so,-z,max-page-size=16384"])], check=True)
    return out


@pytest.fixture
def packed(tmp_path):
    (tmp_path / "classes.jar").write_bytes(jar())
    return aar.pack(tmp_path / "classes.jar", tmp_path / "out")


def spoilt(packed, **changes):
    """The archive with other bytes for some entries."""
    with zipfile.ZipFile(packed) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    for name, data in changes.items():
        entries[name] = data
    packed.write_bytes(aar.archive({name: data for name, data in entries.items() if data is not None}))
    return " ".join(aar.check(packed))


def test_a_packed_archive_is_accepted_and_the_same_again(packed, tmp_path):
    assert aar.check(packed) == []
    again = aar.pack(tmp_path / "classes.jar", tmp_path / "again")
    assert again.read_bytes() == packed.read_bytes()
    names = {file.name for file in packed.parent.iterdir()}
    stem = packed.stem
    assert names == {f"{stem}.aar", f"{stem}.pom", f"{stem}-sources.jar", f"{stem}-javadoc.jar"}
    pom = packed.with_suffix(".pom").read_text()
    for text in ["Apache-2.0", "The SkinKit developers", "onnxruntime-android", "<packaging>aar</packaging>"]:
        assert text in pom
    with zipfile.ZipFile(packed.with_name(f"{stem}-sources.jar")) as file:
        assert {"skinkit/Kits.kt", "skinkit/skinkit_ffi.kt", "skinkit/android/Frames.kt"} <= set(file.namelist())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"proguard.txt": None}, "proguard.txt is missing"),
        ({"proguard.txt": b"-keep class skinkit.Gone { *; }"}, "skinkit.Gone"),
        ({"classes.jar": jar(aar.CLASSES[1:])}, "skinkit/SkinKit.class is missing"),
        ({"classes.jar": jar([*aar.CLASSES, "androidx/camera/core/ImageProxy.class"])}, "is not SkinKit's"),
        ({"classes.jar": jar(release=65)}, "more than Java 11"),
        ({"AndroidManifest.xml": b'<manifest package="other"/>'}, "package is not dev.skinkit"),
        ({"jni/arm64-v8a/libskinkit_ffi.so": b"text"}, "no little-endian ELF"),
        ({"jni/mips/libskinkit_ffi.so": b""}, "not jni/ABI"),
    ],
)
def test_a_spoilt_archive_is_refused(packed, changes, said):
    assert said in spoilt(packed, **changes)


def test_libraries_are_read(packed, tmp_path):
    if sys.platform != "linux":
        pytest.skip("needs a compiler that makes ELF files")
    good = library(tmp_path / "good").read_bytes()
    abi = aar.Elf(good).abi
    assert spoilt(packed, **{f"jni/{abi}/libskinkit_ffi.so": good}) == ""
    other = next(name for name in aar.ABIS if name != abi)
    assert f"it is for {abi}" in spoilt(packed, **{f"jni/{other}/libskinkit_ffi.so": good})
    small = library(tmp_path / "small", "-Wl,-soname,libskinkit_ffi.so,-z,max-page-size=4096").read_bytes()
    assert "16 KB pages" in spoilt(packed, **{f"jni/{abi}/libskinkit_ffi.so": small})
    nameless = library(tmp_path / "nameless", "-Wl,-z,max-page-size=16384").read_bytes()
    assert "SONAME is None" in spoilt(packed, **{f"jni/{abi}/libskinkit_ffi.so": nameless})
    needy = library(tmp_path / "needy", "-Wl,-soname,libskinkit_ffi.so,-z,max-page-size=16384,--no-as-needed", "-lc")
    assert "which Android does not have" in spoilt(packed, **{f"jni/{abi}/libskinkit_ffi.so": needy.read_bytes()})
