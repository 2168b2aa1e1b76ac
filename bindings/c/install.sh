#!/usr/bin/env bash
# Lays out the C library for use: bash bindings/c/install.sh FOLDER_OF_THE_LIBRARY PREFIX
set -euo pipefail

from=${1:?the folder with libskinkit_ffi, for example target/dist}
prefix=${2:?where to install, for example /usr/local}
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml")

mkdir -p "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/cmake/SkinKit"
prefix=$(cd "$prefix" && pwd)
cp "$here/include/skinkit.h" "$prefix/include/"
found=0
for library in libskinkit_ffi.so libskinkit_ffi.dylib libskinkit_ffi.a; do
    if [ -f "$from/$library" ]; then
        cp "$from/$library" "$prefix/lib/"
        found=1
    fi
done
[ "$found" = 1 ] || { echo "no libskinkit_ffi in $from: build it as bindings/c/README.md says" >&2; exit 1; }

private="-lpthread -ldl -lm"
[ "$(uname)" = Darwin ] && private="-framework Security -framework CoreFoundation"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" -e "s|@PRIVATE@|$private|" \
    "$here/skinkit.pc.in" >"$prefix/lib/pkgconfig/skinkit.pc"
cp "$here/cmake/SkinKitConfig.cmake" "$prefix/lib/cmake/SkinKit/"
sed "s|@VERSION@|$version|" "$here/cmake/SkinKitConfigVersion.cmake.in" \
    >"$prefix/lib/cmake/SkinKit/SkinKitConfigVersion.cmake"
