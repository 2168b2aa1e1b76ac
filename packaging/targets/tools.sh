#!/usr/bin/env bash
# Gets what the checks of Android's and Apple's targets need and prints its folder: Debian's rustc with the source of its
# standard library, clang, lld and LLVM's tools; headers and libunwind's source out of the PyPI package ziglang; stubs of
# Android's libraries that hold the symbols of symbols-api24.txt and nothing else; a libunwind for Android.
#
# Exit status 3: this machine cannot (not Debian, not root); the reason is on stderr.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cache="${SKINKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skinkit}"
place="$cache/targets"
packages=(rustc-web rust-web-src clang-22 lld-22 llvm-22)
zig="ziglang==0.17.1 --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54"

cannot() {
    echo "no check of targets: $1" >&2
    exit 3
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot "the recipe is for Linux on x86-64"
# Both are Debian's, of one version; rustup's compiler has no source of the standard library with its dependencies.
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
    command -v apt-get >/dev/null || cannot "not a Debian machine; needed are Debian's ${missing[*]}"
    [ "$(id -u)" = 0 ] || cannot "not root; install ${missing[*]}"
    {
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q
        apt-get install -y -q --no-install-recommends "${missing[@]}"
    } >&2 || cannot "apt has no ${missing[*]} (they come from Debian 12's security archive)"
fi

mkdir -p "$place"
exec 9> "$place.lock"
flock 9
if [ "$(cat "$place/zig/edition" 2>/dev/null || true)" != "$zig" ]; then
    work="$(mktemp -d "$place/part.XXXXXX")"
    trap 'rm -rf "$work"' EXIT
    echo "$zig" > "$work/requirements.txt"
    {
        "${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
            --only-binary=:all: --platform manylinux_2_12_x86_64 --dest "$work" --requirement "$work/requirements.txt"
        "${PYTHON:-python3}" - "$work" <<'PYTHON'
import pathlib, sys, zipfile
work = pathlib.Path(sys.argv[1])
wanted = ("libunwind/", "libc/include/any-darwin-any/", "libc/include/generic-musl/", "libc/include/aarch64-linux-musl/",
          "libc/include/aarch64-linux-any/", "libc/include/any-linux-any/")
with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
    for name in wheel.namelist():
        path = name.removeprefix("ziglang/lib/")
        if path.startswith(wanted) and not name.endswith("/"):
            out = work / "zig" / path
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(wheel.read(name))
PYTHON
    } >&2
    echo "$zig" > "$work/zig/edition"
    rm -rf "$place/zig"
    mv "$work/zig" "$place/zig"
fi

# Made anew each time: they take a second, and follow the list.
stubs="$place/android"
rm -rf "$stubs"
mkdir -p "$stubs"
"${PYTHON:-python3}" "$here/stubs.py" "$here/symbols-api24.txt" "$stubs"
for list in "$stubs"/*.ifs; do
    llvm-ifs-22 --input-format=IFS --output-elf="${list%.ifs}.so" "$list"
done
headers=(-nostdlibinc -isystem "$place/zig/libc/include/aarch64-linux-musl" -isystem "$place/zig/libc/include/generic-musl"
    -isystem "$place/zig/libc/include/aarch64-linux-any" -isystem "$place/zig/libc/include/any-linux-any"
    # musl's headers, Android's name.
    -D__errno_location=__errno)
unwind="$place/zig/libunwind"
objects=()
for source in "$unwind"/src/{libunwind.cpp,UnwindLevel1.c,UnwindLevel1-gcc-ext.c,UnwindRegistersSave.S,UnwindRegistersRestore.S}; do
    object="$stubs/$(basename "$source").o"
    language=()
    [ "${source##*.}" != cpp ] || language=(-fno-rtti -std=c++17)
    clang-22 --target=aarch64-linux-android24 -O2 -fPIC -fno-exceptions -funwind-tables -w -D_LIBUNWIND_IS_NATIVE_ONLY \
        -DNDEBUG -D_GNU_SOURCE "${language[@]}" "${headers[@]}" -I "$unwind/include" -c "$source" -o "$object"
    objects+=("$object")
done
llvm-ar-22 rcs "$stubs/libunwind.a" "${objects[@]}"

# What cargo calls. rustc takes a linker whose name ends in -clang for a clang.
cat > "$stubs/android-clang" <<WRAPPER
#!/bin/sh
# -z defs: a symbol that is in no stub ends the link.
exec clang-22 --target=aarch64-linux-android24 -fuse-ld=lld -B"$stubs" -nostartfiles -L"$stubs" -Wl,-z,defs "\$@"
WRAPPER
ln -sf "$(command -v ld.lld-22)" "$stubs/ld.lld"
{
    echo '#!/bin/sh'
    echo "exec clang-22 --target=aarch64-linux-android24 ${headers[*]} \"\$@\""
} > "$stubs/android-cc"
for kind in iPhoneOS iPhoneSimulator; do
    # Empty: what reads SDKROOT wants a folder of this name, and the archive needs nothing that is in the real one.
    mkdir -p "$place/apple/$kind.sdk"
    simulator=""
    [ "$kind" = iPhoneOS ] || simulator=-simulator
    {
        echo '#!/bin/sh'
        echo "exec clang-22 --target=arm64-apple-ios15.0$simulator -nostdlibinc -isystem $place/zig/libc/include/any-darwin-any \"\$@\""
    } > "$place/apple/$kind-cc"
done
# An archive is not linked. The engine's crate makes a dynamic library of itself beside what Rust takes, which nothing uses:
# where there is no linker for Apple it is left empty.
cat > "$place/apple/no-linker" <<'WRAPPER'
#!/bin/sh
while [ $# -gt 1 ]; do
    [ "$1" != -o ] || { : > "$2"; exit 0; }
    shift
done
exit 1
WRAPPER
chmod +x "$stubs/android-clang" "$stubs/android-cc" "$place"/apple/*-cc "$place/apple/no-linker"
echo "$place"
