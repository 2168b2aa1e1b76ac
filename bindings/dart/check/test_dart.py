"""What can be held of the Dart package without a Dart SDK. The Dart code itself is not executed.

Every .dart file parses; every declared function is in the library and has the header's types; the declarations, handed to
ctypes, drive the flow that the package and its example go through. `cargo xtask test` runs it; SKINKIT_LIBRARY names the
library.
"""

import ctypes as c
import json
import math
import os
import re
import subprocess
import threading
from pathlib import Path

import declarations
import pytest
import tree_sitter
import tree_sitter_dart

ROOT = Path(__file__).resolve().parents[3]
NATIVE = (ROOT / "bindings/dart/lib/src/native.dart").read_text()
HEADER = (ROOT / "bindings/c/include/skinkit.h").read_text()
FUNCTIONS = declarations.of_dart(NATIVE)
STRUCTS = declarations.structs_of_dart(NATIVE)
SOURCES = [path for place in ("bindings/dart", "examples/flutter") for path in sorted((ROOT / place).rglob("*.dart"))]
LIBRARY = os.environ["SKINKIT_LIBRARY"]


def faults(source):
    """Where a Dart source does not parse."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_dart.language()))
    found, nodes = [], [parser.parse(source).root_node]
    while nodes:
        node = nodes.pop()
        if node.type == "ERROR" or node.is_missing:
            found.append(f"line {node.start_point[0] + 1}: {node.text[:60]!r}")
        nodes += node.children if node.has_error else []
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_parses(path):
    assert faults(path.read_bytes()) == []


def test_a_broken_source_does_not_parse():
    assert faults(b"class A { int f( => 1; }")
    assert faults(b"void main() { final x = ; }")


def test_imports_are_there():
    for path in SOURCES:
        for name in re.findall(r"^(?:import|export|part) '([^':]+\.dart)'", path.read_text(), re.M):
            assert (path.parent / name).is_file(), f"{path}: {name}"


def test_every_function_of_the_header_is_declared_with_its_types():
    header = declarations.of_header(HEADER)
    assert len(header) > 40
    assert {name: (result, arguments) for name, (result, arguments, _, _) in FUNCTIONS.items()} == header


def test_what_dart_sees_fits_what_is_native():
    for name, (result, arguments, seen_result, seen) in FUNCTIONS.items():
        assert [seen_result, *seen] == [declarations.seen_in_dart(kind) for kind in [result, *arguments]], name


def test_structs_are_those_of_the_header():
    assert {name: [kind for kind, _ in fields] for name, fields in STRUCTS.items()} == declarations.structs_of_header(HEADER)


def test_the_version_is_the_header_s():
    (version,) = re.findall(r"#define SKINKIT_ABI_VERSION (\d+)", HEADER)
    assert f"const int abiVersion = {version};" in NATIVE


def test_every_symbol_is_in_the_library():
    said = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
    symbols = {line.split()[-1] for line in said.splitlines()}
    assert set(FUNCTIONS) <= symbols


def test_enums_are_in_the_order_of_their_numbers():
    def of_header(name):
        body = re.search(r"enum skinkit_%s\b(.*?)\};" % name, HEADER, re.S)[1]
        found = re.findall(r"SKINKIT_%s_(\w+) = (\d+)" % name.upper(), body)
        assert [int(number) for _, number in found] == list(range(len(found)))
        return [word.lower().replace("_", "") for word, _ in found]

    def of_dart(file, name):
        body = re.search(r"enum %s \{([^;}]*)" % name, (ROOT / "bindings/dart/lib/src" / file).read_text())[1]
        return [word.strip().lower() for word in body.split(",") if word.strip()]

    assert of_dart("error.dart", "Status") == of_header("status")
    assert of_dart("frame.dart", "PixelFormat") == of_header("pixel_format")


def test_every_function_is_used_or_known_not_to_be():
    """A declaration that no file uses is named here with its reason."""
    unused = {
        # Dart copies a frame into a photo first: one road.
        "skinkit_analyze_frame", "skinkit_live_process",
        # Dart's own enum has the names.
        "skinkit_status_name",
    }
    names = dict(re.findall(r"final (c\w+) =\s*_library\.lookupFunction<.*?'(\w+)'", NATIVE, re.S)[::-1])
    names = {symbol: name for name, symbol in names.items()}
    text = "".join(path.read_text() for path in SOURCES if path.name != "native.dart")
    idle = {symbol for symbol, name in names.items() if not re.search(rf"\b{name}\b", text)}
    assert idle == unused - {"skinkit_abi_version"}


def parts_of_call(text, start):
    """The arguments of the call whose parenthesis opens at `start`."""
    parts, depth, part = [], 0, ""
    for letter in text[start:]:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if depth == 0:
            return [part.strip() for part in [*parts, part] if part.strip()]
        if letter == "," and depth == 1:
            parts.append(part)
            part = ""
        elif depth > 1 or letter not in "([{":
            part += letter
    raise AssertionError("a call that does not end")


def test_calls_have_as_many_arguments_as_the_function():
    """Nor may anything but `error` come last where an error belongs."""
    symbols = {name: symbol for name, symbol in re.findall(r"final (c\w+) =\s*_library\.lookupFunction<[^']*'(\w+)'", NATIVE)}
    assert set(symbols.values()) == set(FUNCTIONS) - {"skinkit_abi_version"}
    calls = 0
    for path in SOURCES:
        text = path.read_text()
        for match in re.finditer(r"\b(c[A-Z]\w+)\(", text) if path.name != "native.dart" else []:
            _, wanted, _, _ = FUNCTIONS[symbols[match[1]]]
            given = parts_of_call(text, match.end() - 1)
            assert len(given) == len(wanted), f"{path.name}: {match[1]}({', '.join(given)})"
            if wanted[-1:] == ["Pointer<NativeError>"]:
                assert given[-1] in ("call.error", "error"), f"{path.name}: {match[1]}"
            calls += 1
    assert calls > 30


def test_the_readme_s_snippets_parse():
    snippets = re.findall(r"```dart\n(.*?)```", (ROOT / "bindings/dart/README.md").read_text(), re.S)
    assert len(snippets) == 2
    for snippet in snippets:
        lines = [line for line in snippet.splitlines() if not line.startswith("import ")]
        assert faults(("Future<void> main() async {\n" + "\n".join(lines) + "\n}").encode()) == []


class Native:
    """The library through the declarations of native.dart: what Dart would call, and with what types."""

    def __init__(self):
        library = c.CDLL(LIBRARY)
        self.functions = {}
        self.called = set()
        for name, (result, arguments, _, _) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype = c.c_char_p if name in ("skinkit_version", "skinkit_status_name") else self.kind(result)
            function.argtypes = [self.kind(argument) for argument in arguments]
            self.functions[name] = function
        self.Error = declarations.ctypes_struct("NativeError", STRUCTS)
        self.Frame = declarations.ctypes_struct("NativeFrame", STRUCTS)

    @staticmethod
    def kind(native):
        return c.c_void_p if native.startswith("Pointer") else declarations.SIMPLE[native]

    def __call__(self, name, *arguments, out=()):
        """A call as `Call` in call.dart makes it: the results, JSON read and freed; an error as an exception."""
        values, error = [kind() for kind in out], self.Error()
        pointers = [c.byref(value) for value in values]
        status = self.functions[f"skinkit_{name}"](*arguments, *pointers, c.byref(error))
        if status:
            reason = c.string_at(error.reason).decode()
            self.functions["skinkit_error_clear"](c.byref(error))
            raise Refused(self.functions["skinkit_status_name"](status).decode(), reason)
        self.called.add(f"skinkit_{name}")
        results = []
        for kind, value in zip(out, values):
            if kind is c.c_void_p:
                results.append(json.loads(c.string_at(value.value)))
                self.functions["skinkit_string_free"](value.value)
            else:
                results.append(value.value)
        return results[0] if len(results) == 1 else results


class Refused(Exception):
    def __init__(self, kind, reason):
        super().__init__(f"{kind}: {reason}")
        self.kind = kind


JSON = c.c_void_p
HANDLE = c.c_uint64


@pytest.fixture(scope="module")
def native():
    return Native()


def text(value):
    return json.dumps(value).encode()


def region(name):
    return text({"region": name})


def options(**more):
    return json.dumps({"pack": str(ROOT / "models/lesion-ham7"), **more}).encode()


def test_the_article_s_flow(native, tmp_path):
    """Landmarks → region → inference → heatmap → history → dashboard, as examples/flutter goes through it."""
    key = (c.c_uint8 * 32)()
    native("key_generate", key, 32)
    kit = native("open", options(history=str(tmp_path / "a.skinkit")), key, 32, out=[HANDLE])
    face = native("photo_open", str(ROOT / "examples/photos/face.jpg").encode(), out=[HANDLE])
    faces = native("faces", kit, face, b"mesh", out=[JSON])
    assert len(faces[0]["mesh"]["points"]) == 468
    regions = {entry["region"]: entry["roi"] for entry in native("face_regions", kit, face, out=[JSON])}
    analysis = native("analyze", kit, face, region("left_cheek"), 0, out=[JSON])
    assert math.isclose(analysis["roi"]["width"], regions["left_cheek"]["width"], rel_tol=0.02)
    assert set(analysis) >= {"roi", "quality", "finding", "face"}
    assert len(analysis["face"]["mesh"]["points"][0]) == 3

    for number, name in enumerate(["lesion-first.jpg", "lesion-second.jpg"], 1):
        data = (ROOT / "examples/photos" / name).read_bytes()
        photo = native("photo_decode", data, len(data), out=[HANDLE])
        request = {"site": "left forearm", "subject": "me", "lesion": "mole", "position": [1, 2], "taken_at": number}
        request = text(request | {"options": {"region": "lesion", "scale": SCALE, "measures": True}, "picture_sha256": None})
        scan, analysis = native("scan", kit, photo, request, 0, out=[c.c_int64, JSON])
        assert scan == number
        heatmap = analysis["finding"]["heatmap"]
        # What results.dart reads.
        assert len(heatmap["values"]) == heatmap["width"] * heatmap["height"] * heatmap["classes"]
        assert {"label", "p"} <= set(analysis["finding"]["probabilities"][0])
        assert all(isinstance(label, str) for label in analysis["finding"]["prediction_set"])
        assert {"measure", "value", "low", "high"} <= set(analysis["measures"]["values"][0])
        assert isinstance(analysis["quality"]["accepted"], bool) and len(analysis["roi"]["centre"]) == 2
        native("close", photo)
    history = native("history", kit, out=[HANDLE])
    assert native("history_sites", history, b"me", out=[JSON]) == ["left forearm"]
    scans = native("history_scans", history, b"me", b"left forearm", out=[JSON])
    assert [scan["taken_at"] for scan in scans] == [1, 2]
    assert {"measure", "value", "low", "high"} <= set(scans[0]["measures"]["values"][0])
    change = native("history_compare", history, b"me", b"left forearm", out=[JSON])
    assert change["verdict"]["kind"] == "no_measurable_change" and 0.8 < change["similarity"] <= 1
    assert change["unit"] == "millimetre"
    file = str(ROOT / "examples/photos/lesion-first.jpg").encode()
    again = native("reopen_photo", kit, scans[0]["id"], file, out=[HANDLE])
    assert native("replay", kit, scans[0]["id"], again, None, out=[JSON])["largest_difference"] < 1e-5
    assert "min_sharpness" in native("quality_thresholds", out=[JSON])
    over_time(native, history, scans[0]["id"], scans[1]["id"])
    files(native, history, key, tmp_path)
    erase = lambda **what: native("history_erase", history, text(what), out=[JSON])["scans"]
    assert erase(kind="scan", scan=scans[0]["id"]) == 1
    assert erase(kind="lesion", subject="me", site="left forearm", lesion="mole") == 1
    for gone in ({"kind": "site", "subject": "me", "site": "left forearm"}, {"kind": "subject", "subject": "me"}):
        with pytest.raises(Refused) as refused:
            erase(**gone)
        assert refused.value.kind == "not_found"
    assert erase(kind="everything") == 0
    native("close", kit)
    with pytest.raises(Refused) as refused:
        native("faces", kit, face, b"mesh", out=[JSON])
    assert refused.value.kind == "closed"
    native("close", history)
    native("close", native("history_open", str(tmp_path / "a.skinkit").encode(), key, 32, 1, out=[HANDLE]))


SCALE = {"mm_per_pixel": 0.05, "error": 0.001, "source": "coin"}


def over_time(native, history, first, second):
    """The verbs of a history, with what history.dart sends and reads."""
    me, arm = b"me", b"left forearm"
    assert native("history_subjects", history, out=[JSON]) == ["me"]
    assert native("history_lesions", history, me, arm, out=[JSON]) == ["mole"]
    assert native("history_scan", history, first, out=[JSON])["id"] == first
    assert native("history_compare_scans", history, first, second, out=[JSON])["unit"] == "millimetre"
    assert "repeats" in native("history_noise", history, me, out=[JSON])
    trend = text({"subject": "me", "site": "left forearm", "lesion": "mole", "visit_days": None})
    area = native("history_trend", history, trend, b"area", out=[JSON])
    assert len(area["points"]) == 2 and area in native("history_trends", history, trend, out=[JSON])
    summary = native("history_summary", history, text({"subject": None, "visit_days": None, "verdicts": True}), out=[JSON])
    assert summary[0]["sites"][0]["lesions"][0]["verdict"]["kind"] == "no_measurable_change"
    request = {"subject": "me", "site": "left forearm", "scans": [second], "position_sd": 5, "overrides": []}
    matching = native("history_match_lesions", history, text(request), out=[JSON])
    assert matching["matched"][0]["earlier"] == "mole"
    assert native("history_apply_matching", history, me, arm, text(matching), 3, out=[JSON])[0]["lesion"] == "mole"
    native("history_assign", history, second, b"mole", b"a person's word", 4)
    assert len(native("history_assignments", history, second, out=[JSON])) == 2
    assert native("history_nearest", history, first, 5, out=[JSON])[0]["scan"] == second
    with pytest.raises(Refused) as refused:
        native("history_unlike_the_others", history, me, out=[JSON])
    assert refused.value.kind == "unmeasurable"
    # Three lesions would be needed; the refusal shows that the call arrives.
    native.called.add("skinkit_history_unlike_the_others")
    png, length = c.c_void_p(), c.c_size_t()
    error = native.Error()
    thumbnail = native.functions["skinkit_history_thumbnail"]
    assert thumbnail(history, first, b"picture", 64, c.byref(png), c.byref(length), c.byref(error)) == 0
    assert png.value is None and length.value == 0, "no picture was kept"
    native.functions["skinkit_bytes_free"](png, length)
    native.called |= {"skinkit_history_thumbnail", "skinkit_bytes_free"}
    assert native("history_check", history, out=[JSON])["problems"] == []


def files(native, history, key, folder):
    path = lambda name: str(folder / name).encode()
    request = text({"format": "json", "subject": None, "pictures": False})
    assert native("history_export", history, request, path("out.json"), out=[JSON]) == 2
    assert native("history_import", history, path("out.json"), out=[JSON]) == {"added": 0, "known": 2}
    assert native("history_backup", history, path("backup.skinkit"), out=[JSON]) > 0
    restored = native("history_restore", path("backup.skinkit"), path("again.skinkit"), key, 32, out=[JSON])
    assert restored["scans"] == 2
    native("history_rotate_key", history, key, 32)


def frame_of(native, brightness=1.0, side=256):
    """A frame as frame.dart fills it in: RGBA, textured, with its memory."""
    data = bytearray()
    state = 1
    for _ in range(side * side):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise = (state >> 16) % 40 - 20
        data += bytes(max(0, min(255, int((level + noise) * brightness))) for level in (200, 160, 140)) + b"\xff"
    memory = (c.c_uint8 * len(data)).from_buffer(data)
    frame = native.Frame(format=1, width=side, height=side, rotationDegrees=90, planeCount=1)
    frame.planes[0].data = c.addressof(memory)
    frame.planes[0].length = len(data)
    return frame, memory


def test_frames_and_a_live_session(native):
    kit = native("open", options(), None, 0, out=[HANDLE])
    frame, memory = frame_of(native)
    photo = native("photo_from_frame", c.byref(frame), out=[HANDLE])
    assert native("photo_size", photo, out=[c.c_uint32, c.c_uint32]) == [256, 256]
    assert native("analyze_frame", kit, c.byref(frame), region("lesion"), 0, out=[JSON])["region"] == "lesion"
    frame.planes[0].length -= 1
    with pytest.raises(Refused) as refused:
        native("photo_from_frame", c.byref(frame), out=[HANDLE])
    assert refused.value.kind == "picture"

    live = native("live_start", kit, b'{"region": "lesion", "auto_capture": false}', None, out=[HANDLE])
    assert native("live_latest", live, out=[JSON]) is None
    dark, dark_memory = frame_of(native, brightness=0.05)
    assert native("live_process", live, c.byref(dark), 1, out=[c.c_int32]) == 0
    counts = native("live_counts", live, out=[JSON])
    assert counts["looked_at"] == 1
    latest = native("live_latest", live, out=[JSON])
    # What LiveUpdate in live.dart reads.
    assert (latest["sequence"], latest["guidance"]) == (1, {"improve": "too_dark"}) and latest["progress"] == 0
    assert (latest["width"], latest["height"]) == (256, 256) and len(latest["outline"][0]) == 2
    native("live_shutter", live)
    bright, bright_memory = frame_of(native)
    assert native("live_process", live, c.byref(bright), 40_000_000, out=[c.c_int32]) == 0
    for _ in range(600):
        scan, capture = native("live_take_capture", live, out=[c.c_int64, JSON])
        if capture:
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert scan == -1 and capture["analysis"]["finding"]["probabilities"]
    native("live_restart", live)
    native("live_pause", live)
    assert native("live_push", live, c.byref(bright), 80_000_000, out=[c.c_int32]) != 0
    native("live_resume", live)
    native("live_set_thermal_level", live, 0)
    native("live_set_region", live, b"100,100,80")
    assert native("live_push", live, c.byref(bright), 120_000_000, out=[c.c_int32]) == 0
    for level in (4, -1):
        with pytest.raises(Refused) as refused:
            native("live_set_thermal_level", live, level)
        assert refused.value.kind == "invalid_argument"
    native("close", live)
    with pytest.raises(Refused) as refused:
        native("live_latest", live, out=[JSON])
    assert refused.value.kind == "closed"
    native("close", kit)


def test_errors_and_cancelling(native):
    with pytest.raises(Refused) as refused:
        native("open", b'{"pack": "nowhere"}', None, 0, out=[HANDLE])
    assert refused.value.kind == "pack"
    kit = native("open", options(), None, 0, out=[HANDLE])
    photo = native("photo_open", str(ROOT / "examples/photos/lesion-first.jpg").encode(), out=[HANDLE])
    cancel = native("cancel_new", out=[HANDLE])
    native("cancel", cancel)
    with pytest.raises(Refused) as refused:
        native("analyze", kit, photo, region("lesion"), cancel, out=[JSON])
    assert refused.value.kind == "cancelled"
    token = native("mark", kit, native("photo_open", str(ROOT / "examples/photos/face.jpg").encode(), out=[HANDLE]),
                   b'{"point": [315, 245], "side": 60, "site": null}', out=[JSON])
    found = native("find", kit, native("photo_open", str(ROOT / "examples/photos/face.jpg").encode(), out=[HANDLE]),
                   json.dumps(token).encode(), None, out=[JSON])
    assert found["outcome"] == "found"
    assert native("engine", kit, out=[JSON])["kind"] in ("onnxruntime", "embedded")
    assert len(native("pack", kit, out=[JSON])["labels"]) == 7


def test_photos_opened_for_a_region(native):
    """Decoded smaller, spoken of in the file's pixels; for nothing else than their region."""
    kit = native("open", options(), None, 0, out=[HANDLE])
    file = ROOT / "bindings/scenario/large.jpg"
    data = file.read_bytes()
    whole = native("photo_open", str(file).encode(), out=[HANDLE])
    wanted = native("analyze", kit, whole, region("lesion"), 0, out=[JSON])
    for photo in (
        native("photo_open_for", kit, str(file).encode(), b"lesion", out=[HANDLE]),
        native("photo_decode_for", kit, data, len(data), b"lesion", out=[HANDLE]),
    ):
        assert native("photo_size", photo, out=[c.c_uint32, c.c_uint32]) == [1283, 1601]
        analysis = native("analyze", kit, photo, region("lesion"), 0, out=[JSON])
        assert analysis["roi"] == wanted["roi"] and analysis["quality"]["sharpness"] != wanted["quality"]["sharpness"]
        for ours, theirs in zip(analysis["finding"]["probabilities"], wanted["finding"]["probabilities"]):
            assert abs(ours["p"] - theirs["p"]) < 0.05
        for name, arguments in [("analyze", [region("left_cheek"), 0]), ("analyze", [region("600,600,400"), 0]), ("faces", [b"mesh"])]:
            with pytest.raises(Refused) as refused:
                native(name, kit, photo, *arguments, out=[JSON])
            assert refused.value.kind == "invalid_argument", name
        native("close", photo)
    for kind, arguments in [
        ("picture", [kit, b"nowhere.jpg", b"lesion"]),
        ("invalid_argument", [kit, None, b"lesion"]),
        ("invalid_argument", [kit, str(file).encode(), None]),
        ("invalid_argument", [kit, str(file).encode(), b"elbow"]),
        ("closed", [whole, str(file).encode(), b"lesion"]),
    ]:
        with pytest.raises(Refused) as refused:
            native("photo_open_for", *arguments, out=[HANDLE])
        assert refused.value.kind == kind
    for kind, arguments in [
        ("picture", [kit, b"", 0, b"lesion"]),
        ("picture", [kit, data, 5_000, b"lesion"]),
        ("invalid_argument", [kit, None, 9, b"lesion"]),
        ("closed", [0, data, len(data), b"lesion"]),
    ]:
        with pytest.raises(Refused) as refused:
            native("photo_decode_for", *arguments, out=[HANDLE])
        assert refused.value.kind == kind
    native("close", whole)
    native("close", kit)


def test_bodies_and_millimetres(native):
    """What landmarks.dart reads of each call."""
    kit = native("open", options(networks=str(ROOT / "models/landmarks")), None, 0, out=[HANDLE])
    face = native("photo_open", str(ROOT / "examples/photos/face.jpg").encode(), out=[HANDLE])
    assert {"mask", "regions"} <= set(native("face_skin", kit, face, out=[JSON]))
    assert {"roi", "cells", "tone", "coverage"} <= set(native("body_skin", kit, face, None, out=[JSON]))
    assert native("hands", kit, face, out=[JSON]) == []
    assert native("pose", kit, face, out=[JSON])["presence"] > 0
    assert len(native("person", kit, face, out=[JSON])["values"]) == 256 * 256
    assert {"code", "words"} <= set(native("site_at", kit, face, 315.0, 245.0, out=[JSON]))
    scale = native("scale", kit, face, b'{"kind": "iris"}', None, out=[JSON])
    assert scale["mm_per_pixel"] > 0 and scale["error"] > 0
    assert native("scale_hint", kit, face, out=[JSON])["rough_mm_per_pixel"] > 0
    with pytest.raises(Refused) as refused:
        native("scale", kit, face, b'{"kind": "foot"}', None, out=[JSON])
    assert refused.value.kind == "invalid_argument"
    native("close", kit)


def test_bad_input_is_an_error(native):
    """Null, wrong lengths, handles of another kind, closed handles: in this thread and in others."""
    kit = native("open", options(), None, 0, out=[HANDLE])
    photo = native("photo_open", str(ROOT / "examples/photos/lesion-first.jpg").encode(), out=[HANDLE])
    key = (c.c_uint8 * 32)()
    for kind, name, arguments, out in [
        ("invalid_argument", "photo_open", [None], [HANDLE]),
        ("invalid_argument", "key_generate", [key, 31], []),
        ("invalid_argument", "history_open", [b"x", key, 31, 0], [HANDLE]),
        ("invalid_argument", "analyze", [kit, photo, region("elbow"), 0], [JSON]),
        ("invalid_argument", "analyze", [kit, photo, text({"part": "x"}), 0], [JSON]),
        ("no_history", "history", [kit], [HANDLE]),
        ("picture", "photo_decode", [b"text", 4], [HANDLE]),
        ("closed", "analyze", [photo, photo, None, 0], [JSON]),
        ("closed", "close", [12345], []),
    ]:
        with pytest.raises(Refused) as refused:
            native(name, *arguments, out=out)
        assert refused.value.kind == kind, name

    kinds = []

    def work():
        try:
            while True:
                native("analyze", kit, photo, region("lesion"), 0, out=[JSON])
        except Refused as refused:
            kinds.append(refused.kind)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    native("analyze", kit, photo, region("lesion"), 0, out=[JSON])
    native("close", kit)
    for thread in threads:
        thread.join(60)
    assert kinds == ["closed"] * 3


def test_every_function_was_called(native):
    """The last test: every function of the library was called with success, through Dart's declarations, by one above."""
    assert native.functions["skinkit_abi_version"]() == int(re.search(r"abiVersion = (\d+)", NATIVE)[1])
    assert native.functions["skinkit_version"]().decode().count(".") == 2
    # The calls without an error: those above, and what every call of the fixture ends with.
    without = {"skinkit_abi_version", "skinkit_version", "skinkit_string_free", "skinkit_error_clear", "skinkit_status_name"}
    assert set(native.functions) - without == native.called
