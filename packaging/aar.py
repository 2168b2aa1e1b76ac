"""Packs and validates the Android archive.

    aar.py pack CLASSES_JAR OUT [JNI]   writes OUT/dev/skinkit/skinkit-android/VERSION/: .aar, .pom, -sources.jar,
                                        -javadoc.jar. JNI holds ABI/libskinkit_ffi.so for each ABI that was built.
    aar.py check AAR                    says what is wrong with an archive and exits with 1, or lists what is in it.
    aar.py library ABI FILE             says what is wrong with one library and exits with 1, or how large it is.

The same inputs give the same bytes: entries are sorted, have one date and one mode.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
import zipfile
from pathlib import Path

from elf import Elf

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KOTLIN = ROOT / "bindings/kotlin"
ABIS = ["arm64-v8a", "armeabi-v7a", "x86", "x86_64"]
# What Android itself has for API 24; ONNX Runtime is loaded by name at run time.
SYSTEM = {"libc.so", "libm.so", "libdl.so", "liblog.so", "libandroid.so"}
PAGE = 16 * 1024
METADATA = "META-INF/com/android/build/gradle/aar-metadata.properties"
CLASSES = ["skinkit/SkinKit.class", "skinkit/KitsKt.class", "skinkit/Live.class", "skinkit/android/KeystoreKey.class"]
# The first that Maven Central is known to hold; not resolved where SkinKit is developed.
ONNXRUNTIME = "1.27.0"
POM = "{http://maven.apache.org/POM/4.0.0}"


def archive(entries):
    """A zip of {name: bytes}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # Libraries lie uncompressed, so that Android may map them out of the archive.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".so") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, entries[name])
    return out.getvalue()


def parent_pom():
    """The Maven build's own facts: one place for versions, licences and people."""
    return xml.parse(KOTLIN / "pom.xml").getroot()


def version():
    """SkinKit's version, which Cargo.toml and pom.xml must agree on."""
    cargo = re.search(r'\[workspace\.package\]\nversion = "(.+)"', (ROOT / "Cargo.toml").read_text())[1]
    maven = parent_pom().find(POM + "version").text
    if cargo != maven:
        raise SystemExit(f"Cargo.toml says version {cargo}, bindings/kotlin/pom.xml says {maven}")
    return cargo


def pom():
    """The POM of the archive."""
    parent = parent_pom()
    properties = {p.tag.removeprefix(POM): p.text for p in parent.find(POM + "properties")}
    xml.register_namespace("", POM[1:-1])
    project = xml.Element(POM + "project")

    def add(to, **texts):
        for tag, text in texts.items():
            xml.SubElement(to, POM + tag).text = text

    add(project, modelVersion="4.0.0", groupId="dev.skinkit", artifactId="skinkit-android", version=version())
    add(project, packaging="aar", name="SkinKit for Android")
    for tag in ["description", "url", "licenses", "developers", "scm"]:
        project.append(parent.find(POM + tag))
    dependencies = xml.SubElement(project, POM + "dependencies")
    for group, artifact, which, kind in [
        ("org.jetbrains.kotlin", "kotlin-stdlib", properties["kotlin.version"], "jar"),
        ("org.jetbrains.kotlinx", "kotlinx-coroutines-core", properties["coroutines.version"], "jar"),
        ("net.java.dev.jna", "jna", properties["jna.version"], "aar"),
        ("com.microsoft.onnxruntime", "onnxruntime-android", ONNXRUNTIME, "aar"),
    ]:
        dependency = xml.SubElement(dependencies, POM + "dependency")
        add(dependency, groupId=group, artifactId=artifact, version=which, type=kind, scope="compile")
    xml.indent(project, "    ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(project) + b"\n"


def pack(classes, out, jni=None):
    """Writes the archive and what a registry wants beside it; returns the archive's path."""
    licences = {f"META-INF/{name}": (ROOT / name).read_bytes() for name in ["LICENSE-MIT", "LICENSE-APACHE"]}
    entries = licences | {
        "AndroidManifest.xml": (HERE / "AndroidManifest.xml").read_bytes(),
        "R.txt": b"",
        "classes.jar": Path(classes).read_bytes(),
        "proguard.txt": (HERE / "proguard.txt").read_bytes(),
        METADATA: b"aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=24\n",
    }
    for abi in ABIS:
        library = Path(jni or "nowhere") / abi / "libskinkit_ffi.so"
        if library.is_file():
            entries[f"jni/{abi}/libskinkit_ffi.so"] = library.read_bytes()
    sources = dict(licences)
    for part in ["generated", "main", "android"]:
        folder = KOTLIN / "src" / part / "kotlin"
        sources |= {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.kt")}
    folder = Path(out) / "dev/skinkit/skinkit-android" / version()
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"skinkit-android-{version()}"
    (folder / f"{stem}.aar").write_bytes(archive(entries))
    (folder / f"{stem}.pom").write_bytes(pom())
    (folder / f"{stem}-sources.jar").write_bytes(archive(sources))
    # Registries ask for one; the documentation is in the sources' KDoc.
    readme = {"README.md": (KOTLIN / "README.md").read_bytes()}
    (folder / f"{stem}-javadoc.jar").write_bytes(archive(licences | readme))
    return folder / f"{stem}.aar"


def check(path):
    """What is wrong with an archive: a list of sentences."""
    with zipfile.ZipFile(path) as file:
        if file.testzip():
            return [f"{file.testzip()} is damaged"]
        entries = {name: file.read(name) for name in file.namelist()}
    wanted = ["AndroidManifest.xml", "R.txt", "classes.jar", "proguard.txt", METADATA]
    wrong = [f"{name} is missing" for name in wanted if name not in entries]
    if wrong:
        return wrong
    return [
        *check_manifest(entries["AndroidManifest.xml"]),
        *check_classes(entries["classes.jar"], entries["proguard.txt"].decode()),
        *(problem for name, data in entries.items() if name.startswith("jni/") for problem in check_library(name, data)),
    ]


def check_manifest(data):
    """Its package and minSdk, and what Android's own tool says of it."""
    android = "{http://schemas.android.com/apk/res/android}"
    root = xml.fromstring(data)
    if root.get("package") != "dev.skinkit":
        yield "AndroidManifest.xml: the package is not dev.skinkit"
    if root.find("uses-sdk") is None or root.find("uses-sdk").get(android + "minSdkVersion") != "24":
        yield "AndroidManifest.xml: minSdkVersion is not 24"
    if root.findall(".//uses-permission"):
        yield "AndroidManifest.xml: a library asks for permissions"
    if not shutil.which("aapt"):
        print("SKIPPED: aapt is not installed (Debian: apt install aapt): the manifest was only parsed")
        return
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "AndroidManifest.xml"
        manifest.write_bytes(data)
        # Without a framework aapt knows no android: attributes, so they go.
        plain = re.sub(rb"<uses-sdk[^>]*/>", b"", data)
        manifest.write_bytes(plain)
        made = subprocess.run(
            ["aapt", "package", "-f", "-M", manifest, "-F", Path(folder) / "out.apk"], capture_output=True, text=True
        )
        if made.returncode:
            yield f"AndroidManifest.xml: aapt: {made.stderr.strip()}"


def check_classes(jar, proguard):
    """That the classes are there, only ours, and those that ProGuard is to keep exist."""
    with zipfile.ZipFile(io.BytesIO(jar)) as file:
        names = set(file.namelist())
        for name in names:
            if name.endswith(".class") and file.read(name)[6:8] > b"\x00\x37":
                yield f"{name} needs more than Java 11"
    yield from (f"classes.jar: {name} is missing" for name in CLASSES if name not in names)
    foreign = sorted(name for name in names if name.endswith(".class") and not name.startswith("skinkit/"))
    if foreign:
        yield f"classes.jar: {foreign[0]} is not SkinKit's"
    for name in re.findall(r"-keep class (skinkit\.[\w.$]+)", proguard):
        if name.replace(".", "/") + ".class" not in names:
            yield f"proguard.txt keeps {name}, which is not in classes.jar"


def check_library(name, data):
    """That a library is for its ABI, aligned for 16 KB pages, named, and needs only what Android has."""
    parts = name.split("/")
    if len(parts) != 3 or parts[1] not in ABIS or parts[2] != "libskinkit_ffi.so":
        yield f"{name}: not jni/ABI/libskinkit_ffi.so"
        return
    try:
        elf = Elf(data)
    except ValueError as error:
        yield f"{name}: {error}"
        return
    if elf.abi != parts[1]:
        yield f"{name}: it is for {elf.abi}"
    if not elf.alignments or min(elf.alignments) < PAGE:
        yield f"{name}: segments are aligned to {min(elf.alignments, default=0)} bytes, 16 KB pages need {PAGE}"
    if elf.soname != "libskinkit_ffi.so":
        yield f"{name}: its SONAME is {elf.soname}"
    if set(elf.needed) - SYSTEM:
        yield f"{name}: it needs {sorted(set(elf.needed) - SYSTEM)}, which Android does not have"


def library(abi, path):
    """What `check` says of a library, before it is in an archive."""
    wrong = list(check_library(f"jni/{abi}/libskinkit_ffi.so", Path(path).read_bytes()))
    for problem in wrong:
        print(f"error: {problem}", file=sys.stderr)
    elf = Elf(Path(path).read_bytes())
    print(f"{Path(path).stat().st_size:>10}  {path}: {abi}, aligned to {min(elf.alignments)}, needs {' '.join(elf.needed)}")
    raise SystemExit(bool(wrong))


def main(arguments):
    match arguments:
        case ["library", abi, path]:
            library(abi, path)
        case ["pack", classes, out, *jni]:
            path = pack(classes, out, *jni)
        case ["check", path]:
            path = Path(path)
        case _:
            raise SystemExit(__doc__)
    wrong = check(path)
    for problem in wrong:
        print(f"error: {problem}", file=sys.stderr)
    with zipfile.ZipFile(path) as file:
        for entry in file.infolist():
            print(f"{entry.file_size:>10}  {entry.filename}")
        abis = [name.split("/")[1] for name in file.namelist() if name.startswith("jni/")]
    print(f"{path.stat().st_size:>10}  {path.name}; libraries for: {', '.join(abis) or 'none (built with the NDK)'}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
