#!/usr/bin/env bash
# Tests the Swift package against the library in $SKINKIT_WORK/debug and runs the README's snippet.
#
#     SKINKIT_WORK=target packaging/swift/test.sh
#
# Exit status 3: there is no Swift 6 here (toolchain.sh says why on stderr).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
SKINKIT_WORK="$(cd "${SKINKIT_WORK:?the folder that cargo builds into}" && pwd)"
export SKINKIT_WORK
place="$("$here/toolchain.sh")"
if [ "$place" = / ]; then
    repo="$(cd "$here/../.." && pwd)" work="$SKINKIT_WORK"
else
    repo=/repo work=/work
fi
exec "$here/toolchain.sh" run env HOME=/tmp PATH="${PATH}:/usr/bin" LD_LIBRARY_PATH="$work/debug" \
    DYLD_LIBRARY_PATH="$work/debug" SKINKIT_ON_PATH=1 bash -euo pipefail -c '
    cd "$1"
    package=(--package-path bindings/swift --scratch-path "$2/swift" --disable-sandbox -Xlinker "-L$2/debug")
    swift build "${package[@]}" --build-tests
    swift test "${package[@]}" --skip-build
    if [ "$(uname -s)" = Linux ]; then packaging/swift/typecheck.sh "$2/swift/debug/Modules"; fi
    scratch="$(mktemp -d)"
    trap "rm -rf \"$scratch\"" EXIT
    said="$("$2/swift/debug/QuickStart" "$scratch")"
    echo "$said"
    [ "$(grep -c "^lesion-.*set: \[\"nv\"\]" <<<"$said")" = 2 ] && grep -q "^similarity: 0\.9.*noMeasurableChange" <<<"$said"
    [ "$(ls "$scratch"/heatmap-*.png | wc -l)" = 2 ]
    echo "QuickStart: passed"
' test "$repo" "$work"
