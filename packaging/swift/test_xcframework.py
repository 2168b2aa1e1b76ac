"""xcframework.py on small libraries made here: one that is right, and every fault by itself."""

import plistlib
import struct
import tempfile
import unittest
from pathlib import Path

import xcframework
from xcframework import Wrong


def macho(cpu=0x0100000C, platform=2):
    """A Mach-O object with nothing in it but the platform it is for."""
    command = struct.pack("<IIIIII", 0x32, 24, platform, 15 << 16, 17 << 16, 0)
    return struct.pack("<IIIIIIII", 0xFEEDFACF, cpu, 0, 1, 1, len(command), 0, 0) + command


def archive(*objects):
    """A static library as Apple's ar writes it: long names before the contents."""
    data = b"!<arch>\n"
    for index, content in enumerate(objects):
        name = f"object-{index}.o".encode().ljust(20, b"\0")
        content = name + content
        data += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"#1/20", 0, 0, 0, 0o644, len(content)) + content
        data += b"\n" * (len(content) % 2)
    return data


class XCFramework(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.target, self.out = Path(scratch.name) / "target", Path(scratch.name) / "CSkinKit.xcframework"
        self.library("aarch64-apple-ios", archive(macho(), macho()))
        self.library("aarch64-apple-ios-sim", archive(macho(platform=7)))

    def library(self, triple, data):
        file = self.target / triple / "dist" / xcframework.LIBRARY
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def made(self):
        return xcframework.make(self.target, self.out)

    def wrong(self, words):
        with self.assertRaises(Wrong) as raised:
            xcframework.check(self.out)
        self.assertIn(words, str(raised.exception))

    def edit(self, change):
        file = self.out / "Info.plist"
        info = plistlib.loads(file.read_bytes())
        change(info)
        file.write_bytes(plistlib.dumps(info))

    def test_what_is_made_is_right(self):
        self.assertEqual(self.made(), ["ios-arm64", "ios-arm64-simulator"])
        self.library("aarch64-apple-darwin", archive(macho(platform=1)))
        self.assertEqual(self.made()[-1], "macos-arm64")
        self.assertEqual(xcframework.main(["check", str(self.out)]), 0)

    def test_no_library_for_apple(self):
        with self.assertRaises(Wrong):
            xcframework.make(self.target / "empty", self.out)

    def test_code_of_another_platform(self):
        self.library("aarch64-apple-ios-sim", archive(macho(platform=2)))
        with self.assertRaises(Wrong) as raised:
            self.made()
        self.assertIn("ios-arm64-simulator", str(raised.exception))

    def test_code_of_another_machine(self):
        self.made()
        (self.out / "ios-arm64" / xcframework.LIBRARY).write_bytes(archive(macho(cpu=0x01000007)))
        self.wrong("x86_64")
        (self.out / "ios-arm64" / xcframework.LIBRARY).write_bytes(archive(b"\x7fELF" + bytes(60)))
        self.wrong("ELF")

    def test_libraries_that_are_none(self):
        self.made()
        library = self.out / "ios-arm64" / xcframework.LIBRARY
        whole = library.read_bytes()
        for data, words in [(b"", "!<arch>"), (whole[:-30], "cut off"), (archive(), "no Mach-O"), (b"!<arch>\n" + b"x" * 70, "damaged")]:
            library.write_bytes(data)
            self.wrong(words)
        library.unlink()
        self.wrong("is not there")

    def test_a_slice_that_is_missing(self):
        self.made()
        self.edit(lambda info: info["AvailableLibraries"].pop())
        self.wrong("no slice ios-arm64-simulator")

    def test_keys_of_the_plist(self):
        for change, words in [
            (lambda info: info.pop("CFBundlePackageType"), "CFBundlePackageType"),
            (lambda info: info.update(XCFrameworkFormatVersion="2"), "XCFrameworkFormatVersion"),
            (lambda info: info.update(AvailableLibraries=[]), "AvailableLibraries"),
            (lambda info: info["AvailableLibraries"][0].pop("HeadersPath"), "HeadersPath"),
            (lambda info: info["AvailableLibraries"][0].update(LibrayPath="x"), "LibrayPath"),
            (lambda info: info["AvailableLibraries"][1].pop("SupportedPlatformVariant"), "simulator"),
            (lambda info: info["AvailableLibraries"].append(info["AvailableLibraries"][0]), "two slices"),
        ]:
            self.made()
            self.edit(change)
            self.wrong(words)

    def test_no_plist(self):
        self.made()
        (self.out / "Info.plist").write_text("<plist>")
        self.wrong("Info.plist")
        (self.out / "Info.plist").unlink()
        self.wrong("Info.plist")

    def test_headers_and_module_map(self):
        self.made()
        module = self.out / "ios-arm64/Headers/CSkinKit/module.modulemap"
        right = module.read_text()
        module.write_text(right.replace("module CSkinKit", "framework module CSkinKit"))
        self.wrong("without framework")
        module.write_text(right.replace("export", 'use "_Builtin_stdbool"\n    export'))
        self.wrong("_Builtin_")
        module.unlink()
        self.wrong("module.modulemap")

    def test_a_folder_of_no_slice(self):
        self.made()
        (self.out / "ios-armv7").mkdir()
        self.wrong("ios-armv7")


if __name__ == "__main__":
    unittest.main()
