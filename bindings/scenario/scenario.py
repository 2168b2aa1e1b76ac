"""The scenario over the C ABI by way of ctypes: python3 scenario.py LIBRARY SCRATCH, from the repository's root.

Prints a line a step: its name, a tab, the library's JSON. crates/ffi/tests/scenario.rs compares them.
"""

import ctypes as c
import json
import sys
from pathlib import Path


class Error(c.Structure):
    """A skinkit_error."""

    _fields_ = [("status", c.c_int32), ("reason", c.c_void_p), ("details", c.c_void_p)]


HANDLE, TEXT, ERROR = c.c_uint64, c.c_void_p, c.POINTER(Error)


class Library:
    """Calls functions of the library; a status other than 0 becomes an exception."""

    def __init__(self, path):
        self.c = c.CDLL(path)
        self.c.skinkit_status_name.restype = c.c_char_p
        self.c.skinkit_string_free.argtypes = [TEXT]

    def __call__(self, name, *arguments, out=()):
        """The values that a call gives through its last pointers, of the types `out`."""
        values = [kind() for kind in out]
        error = Error()
        status = getattr(self.c, "skinkit_" + name)(*arguments, *(c.byref(v) for v in values), c.byref(error))
        if status:
            self.c.skinkit_error_clear(c.byref(error))
            raise Refused(self.c.skinkit_status_name(status).decode())
        return [self.text(value) if kind is TEXT else value.value for kind, value in zip(out, values)]

    def text(self, value):
        """The JSON of a result, which is freed."""
        read = json.loads(c.string_at(value.value))
        self.c.skinkit_string_free(value)
        return read

    def error(self, *arguments, **more):
        """The kind of the error that a call must end with."""
        try:
            self(*arguments, **more)
        except Refused as refused:
            return str(refused)
        return "no error"


class Refused(Exception):
    """The name of a status."""


def main(library, scratch):
    scenario = json.loads(Path("bindings/scenario/scenario.json").read_text())
    call = Library(library)
    options = {"pack": scenario["pack"], "engine": scenario["engine"]}
    file = str(Path(scratch) / "scans.skinkit").encode()
    subject, site = scenario["subject"].encode(), scenario["site"].encode()
    key = (c.c_uint8 * 32)()
    call("key_generate", key, c.c_size_t(32))

    def text(value):
        return json.dumps(value).encode()

    def say(step, value):
        print(step, json.dumps(value), sep="\t")

    def photo(path):
        return HANDLE(call("photo_open", path.encode(), out=[HANDLE])[0])

    with_history = text(options | {"history": file.decode()})
    kit = HANDLE(call("open", with_history, key, c.c_size_t(32), out=[HANDLE])[0])
    photos = [photo(scan["photo"]) for scan in scenario["scans"]]
    none = HANDLE(0)
    say("pack", call("pack", kit, out=[TEXT])[0])
    say("analyse", call("analyze", kit, photos[0], text({"region": "lesion"}), none, out=[TEXT])[0])
    face = scenario["face"]
    say("face", call("analyze", kit, photo(face["photo"]), text({"region": face["region"]}), none, out=[TEXT])[0])
    large = scenario["large"]
    region = large["region"].encode()
    opened = HANDLE(call("photo_open_for", kit, large["photo"].encode(), region, out=[HANDLE])[0])
    say("large.size", call("photo_size", opened, out=[c.c_uint32, c.c_uint32]))
    say("large", call("analyze", kit, opened, text({"region": large["region"]}), none, out=[TEXT])[0])
    ids = []
    for number, (scan, picture) in enumerate(zip(scenario["scans"], photos), 1):
        request = {"site": scenario["site"], "subject": scenario["subject"], "taken_at": scan["taken_at"]}
        made, analysis = call("scan", kit, picture, text(request), none, out=[c.c_int64, TEXT])
        ids.append(made)
        say(f"scan.{number}", analysis)
    history = HANDLE(call("history", kit, out=[HANDLE])[0])
    say("compare", call("history_compare", history, subject, site, out=[TEXT])[0])
    say("history.sites", call("history_sites", history, subject, out=[TEXT])[0])
    say("history.scans", call("history_scans", history, subject, site, out=[TEXT])[0])
    call("history_erase", history, text({"kind": "scan", "scan": ids[0]}), out=[TEXT])
    say("erase.left", call("history_scans", history, subject, site, out=[TEXT])[0])
    say("erase.everything", call("history_erase", history, text({"kind": "everything"}), out=[TEXT])[0])
    say("erase.sites", call("history_sites", history, subject, out=[TEXT])[0])

    say("error.pack", call.error("open", text({"pack": "nowhere"}), None, c.c_size_t(0), out=[HANDLE]))
    say("error.photo", call.error("photo_open", b"nowhere.jpg", out=[HANDLE]))
    say("error.photo_for", call.error("photo_open_for", kit, b"nowhere.jpg", b"lesion", out=[HANDLE]))
    say("error.other_region", call.error("analyze", kit, opened, text({"region": "left_cheek"}), none, out=[TEXT]))
    other = (c.c_uint8 * 32)()
    say("error.key", call.error("history_open", file, other, c.c_size_t(32), 1, out=[HANDLE]))
    say("error.key_length", call.error("history_open", file, key, c.c_size_t(31), 1, out=[HANDLE]))
    say("error.region", call.error("analyze", kit, photos[0], text({"region": "nose"}), none, out=[TEXT]))
    say("error.scan", call.error("history_erase", history, text({"kind": "scan", "scan": 999}), out=[TEXT]))
    cancel = HANDLE(call("cancel_new", out=[HANDLE])[0])
    call("cancel", cancel)
    say("error.cancelled", call.error("analyze", kit, photos[0], text({"region": "lesion"}), cancel, out=[TEXT]))
    plain = HANDLE(call("open", text(options), None, c.c_size_t(0), out=[HANDLE])[0])
    request = text({"site": scenario["site"]})
    say("error.no_history", call.error("scan", plain, photos[0], request, none, out=[c.c_int64, TEXT]))
    for handle in (plain, kit, history):
        call("close", handle)
    say("error.closed", call.error("analyze", kit, photos[0], text({"region": "lesion"}), none, out=[TEXT]))


if __name__ == "__main__":
    main(*sys.argv[1:])
