#!/usr/bin/env bash
# Builds SkinKit for machines that this one is not, as far as Linux can: see tools.sh for how.
#
#     packaging/targets/check.sh types TARGET   type-checks all crates for aarch64-linux-android, aarch64-apple-ios or
#                                               aarch64-apple-ios-sim
#     packaging/targets/check.sh android        links libskinkit_ffi.so for arm64-v8a: 16 KB pages, API 24's symbols only
#     packaging/targets/check.sh ios            builds libskinkit_ffi.a for phone and simulator, and an XCFramework of them
#
# What comes out is a check and is NOT FOR SHIPPING: SQLite was compiled against another libc's headers, and nothing of it
# has run. A release builds with the NDK and Xcode: .github/workflows.
#
# SKINKIT_TARGETS: where cargo builds; a folder of its own, or the other compiler would make cargo build its usual one anew.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
repo="$(cd "$here/../.." && pwd)"
place="$("$here/tools.sh")"
out="${SKINKIT_TARGETS:-$repo/target/targets}"
python="${PYTHON:-python3}"
cd "$repo"

export CARGO_TARGET_DIR="$out"
# Debian's compiler and the source beside it are of one version; -Zbuild-std asks for a nightly or this word.
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_AARCH64_LINUX_ANDROID_LINKER="$place/android/android-clang"
export CC_aarch64_linux_android="$place/android/android-cc" AR_aarch64_linux_android=llvm-ar-22
export AR_aarch64_apple_ios=llvm-ar-22 AR_aarch64_apple_ios_sim=llvm-ar-22
export CC_aarch64_apple_ios="$place/apple/iPhoneOS-cc" CC_aarch64_apple_ios_sim="$place/apple/iPhoneSimulator-cc"
export IPHONEOS_DEPLOYMENT_TARGET=15.0

cargo_for() {
    local command=$1 target=$2
    shift 2
    case "$target" in
        *-ios-sim) export SDKROOT="$place/apple/iPhoneSimulator.sdk" ;;
        *-ios) export SDKROOT="$place/apple/iPhoneOS.sdk" ;;
    esac
    cargo "$command" --locked -Zbuild-std --target "$target" "$@"
}

# The crates of the SDK; benches, examples and developers' tools run where developers are.
crates=()
for manifest in crates/*/Cargo.toml; do
    crates+=(--package "$(sed -n 's/^name = "\(.*\)"/\1/p' "$manifest" | head -n 1)")
done

case "${1:-}" in
    types)
        cargo_for check "${2:?a target}" "${crates[@]}"
        ;;
    android)
        library="$out/aarch64-linux-android/dist/libskinkit_ffi.so"
        build=(rustc aarch64-linux-android --profile dist --package skinkit-ffi --lib --crate-type cdylib)
        # For the ledger of sizes: SDK code alone.
        cargo_for "${build[@]}" --no-default-features
        mkdir -p "$out/code-alone"
        cp "$library" "$out/code-alone/"
        cargo_for "${build[@]}"
        "$python" "$here/stubs.py" needs "$here/symbols-api24.txt" "$library"
        "$python" packaging/aar.py library arm64-v8a "$library"
        ;;
    ios)
        # Whether it builds is the question: no time goes into making it small or fast.
        export CARGO_PROFILE_DIST_OPT_LEVEL=0 CARGO_PROFILE_DIST_LTO=off CARGO_PROFILE_DIST_CODEGEN_UNITS=16
        # Nor is anything stripped: rustc would call a tool that Debian has under another name.
        export CARGO_TARGET_AARCH64_APPLE_IOS_RUSTFLAGS=-Cstrip=none CARGO_TARGET_AARCH64_APPLE_IOS_SIM_RUSTFLAGS=-Cstrip=none
        export CARGO_TARGET_AARCH64_APPLE_IOS_LINKER="$place/apple/no-linker" CARGO_TARGET_AARCH64_APPLE_IOS_SIM_LINKER="$place/apple/no-linker"
        for target in aarch64-apple-ios aarch64-apple-ios-sim; do
            cargo_for rustc "$target" --profile dist --package skinkit-ffi --lib --crate-type staticlib
            ls -l "$out/$target/dist/libskinkit_ffi.a"
        done
        "$python" packaging/swift/xcframework.py make "$out" "$out/CSkinKit.xcframework"
        ;;
    *)
        sed -n '2,/^set/p' "$0" | sed 's/^# \{0,1\}//;/^set/d' >&2
        exit 2
        ;;
esac
