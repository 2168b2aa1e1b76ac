"""Every call that the library exports to Swift and Kotlin is made by a test of that language.

The exported calls are read from the code that UniFFI generates. A call counts as tested where a test makes it by its name,
or makes a hand-written function that makes it. C and Dart have this test beside their own: crates/ffi/tests/c.rs and
bindings/dart/check.
"""

import re
from pathlib import Path

import pytest

BINDINGS = Path(__file__).resolve().parents[1] / "bindings"
# Made by the generated code itself when an object is made or freed; the interface that a host implements.
OWN = {"onUpdate", "onCapture", "onFailure"}


def text(folder, pattern):
    files = sorted((BINDINGS / folder).rglob(pattern))
    assert files, f"no {pattern} in {folder}"
    return "\n".join(file.read_text() for file in files)


def bodies(source, head):
    """(match, body) of each function whose head matches: the body ends where the next head begins."""
    found = list(re.finditer(head, source, re.M))
    ends = [match.start() for match in found[1:]] + [len(source)]
    return [(match, source[match.end() : end]) for match, end in zip(found, ends)]


def untested(exported, wrappers, tests):
    """Exported calls that no test makes. `wrappers`: (pattern of a call of the function, its body)."""
    tested = [body for call, body in wrappers if re.search(call, tests)]
    return sorted(
        name
        for name in exported
        if not re.search(rf"\b{name}\(", tests) and not any(re.search(rf"\b{name}\(", body) for body in tested)
    )


def swift_exports(generated):
    protocols = re.findall(r"^public protocol \w+Protocol: .*?^\}", generated, re.M | re.S)
    methods = re.findall(r"^    func (\w+)\(", "\n".join(protocols), re.M)
    makers = re.findall(r"^public static func `?(\w+)`?\(", generated, re.M)
    plain = re.findall(r"^public func (?!FfiConverter|uniffi)(\w+)\(", generated, re.M)
    return set(methods + makers + plain) - OWN


def swift_wrappers(source):
    # A function is known by its name and the label of its first argument: `erase(scan:`.
    head = r"^    public (?:static )?func (\w+)\((?:(\w+) ?)?.*$"
    for match, body in bodies(source, head):
        label = match[2] if match[2] not in (None, "_") else None
        yield rf"\b{match[1]}\({label or ''}", match[0] + body


def kotlin_exports(generated):
    interfaces = re.findall(r"^public interface \w+Interface \{.*?^\}", generated, re.M | re.S)
    methods = re.findall(r"^    fun `(\w+)`\(", "\n".join(interfaces), re.M)
    # Of companions, and at the top: both behind the end of a comment or an annotation.
    others = re.findall(r"(?:\*/|@Throws\(.*\)) fun `(\w+)`\(", generated)
    return set(methods + others) - OWN


def kotlin_wrappers(source):
    head = r"^\s*(?:suspend |override )?(?:fun|val) (?:\w+\.)?(?:Companion\.)?(\w+)\b.*$"
    for match, body in bodies(source, head):
        call = rf"\.{match[1]}\b" if " val " in f" {match[0].strip()} " else rf"\b{match[1]}\("
        yield call, match[0] + body


LANGUAGES = {
    "swift": lambda: (
        swift_exports(text("swift/Sources/SkinKit/Generated", "*.swift")),
        list(swift_wrappers("\n".join(file.read_text() for file in (BINDINGS / "swift/Sources/SkinKit").glob("*.swift")))),
        text("swift/Tests", "*.swift"),
    ),
    "kotlin": lambda: (
        kotlin_exports(text("kotlin/src/generated", "*.kt")),
        list(kotlin_wrappers(text("kotlin/src/main", "*.kt"))),
        text("kotlin/src/test", "*.kt"),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_exported_call_has_a_test(language):
    exported, wrappers, tests = LANGUAGES[language]()
    assert len(exported) > 45 and len(wrappers) > 25
    assert untested(exported, wrappers, tests) == []


def test_the_languages_export_the_same():
    swift, kotlin = (LANGUAGES[language]()[0] for language in ("swift", "kotlin"))
    assert swift == {name.removesuffix("Blocking") for name in kotlin}


def test_a_call_without_a_test_is_found():
    exported, wrappers, tests = LANGUAGES["swift"]()
    assert untested(exported | {"gone"}, wrappers, tests) == ["gone"]
    without = tests.replace(".thumbnail(of:", ".picture(of:")
    assert untested(exported, wrappers, without) == ["thumbnail"]
    exported, wrappers, tests = LANGUAGES["kotlin"]()
    without = tests.replace(".thumbnail(", ".picture(")
    assert untested(exported, wrappers, without) == ["thumbnailBlocking"]
