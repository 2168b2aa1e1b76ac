#!/usr/bin/env bash
# Builds SkinKit for 64-bit ARM Linux, standard library included, and runs test suites under QEMU's user mode.
#
#     packaging/targets/arm.sh build CRATE...             builds the crates' tests
#     packaging/targets/arm.sh test CRATE [ARGUMENTS]     runs one crate's tests; ARGUMENTS as for `cargo test`
#
# The instruction set is that of a phone; libc, allocator and threads are those of Debian. Times mean nothing under QEMU.
# SKINKIT_TARGETS: where cargo builds. SKINKIT_ARM_RUNTIME: ONNX Runtime's library for aarch64; without it the embedded engine
# runs everything, and tests that need ONNX Runtime are skipped and say so.
#
# Exit status 3: this machine cannot (not Debian, not root); the reason is on stderr.
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
packages=(rustc-web rust-web-src gcc-aarch64-linux-gnu libc6-dev-arm64-cross libstdc++6-arm64-cross qemu-user)

cannot() {
    echo "no tests for ARM: $1" >&2
    exit 3
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot "the recipe is for Linux on x86-64"
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
    } >&2 || cannot "apt has no ${missing[*]} (the compiler comes from Debian 12's security archive)"
fi

cd "$repo"
target=aarch64-unknown-linux-gnu
export CARGO_TARGET_DIR="${SKINKIT_TARGETS:-$repo/target/targets}"
# Debian's compiler and the source beside it are of one version; -Zbuild-std asks for a nightly compiler or for this variable.
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar
export CFLAGS_aarch64_unknown_linux_gnu=-fno-asynchronous-unwind-tables
[ -z "${SKINKIT_ARM_RUNTIME:-}" ] || export ORT_DYLIB_PATH="$SKINKIT_ARM_RUNTIME"

case "${1:-}" in
    build)
        shift
        crates=()
        for crate in "$@"; do crates+=(--package "$crate"); done
        cargo test --locked -Zbuild-std --target "$target" --no-run "${crates[@]}"
        ;;
    test)
        crate="${2:?a crate}"
        shift 2
        # Not doctests: rustdoc would be the other compiler's.
        cargo test --locked -Zbuild-std --target "$target" --package "$crate" --lib --bins --tests "$@"
        ;;
    *)
        sed -n '2,/^set/p' "$0" | sed 's/^# \{0,1\}//;/^set/d' >&2
        exit 2
        ;;
esac
