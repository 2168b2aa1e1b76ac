#!/usr/bin/env bash
# Puts Swift 6 where the tests find it: a Debian trixie folder in the cache, made with this machine's own Debian mirror.
#
#     packaging/swift/toolchain.sh           makes it if need be and prints the folder
#     packaging/swift/toolchain.sh run CMD…  runs a command in it, which sees the repository at /repo, $SKINKIT_WORK at
#                                            /work and the cache at /cache
#
# A Swift 6 on PATH is taken instead (then `run` just runs, and nothing is printed for a folder but "/").
# Exit status 3: this machine can neither (not Debian, not root); the reason is on stderr.
set -euo pipefail

repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="${SKINKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skinkit}"
place="$cache/swift-trixie"
packages="swiftlang libc6-dev libstdc++-14-dev"
# Raise it when the folder must be made anew.
edition="1 $packages"

cannot() {
    echo "no Swift 6: $1" >&2
    exit 3
}

on_path() {
    command -v swift >/dev/null && swift --version 2>/dev/null | grep -qE 'Swift version ([6-9]|[1-9][0-9])'
}

# The first Debian archive (not its security part) that apt is set up with; the machine's own words, no host named here.
mirror() {
    apt-get indextargets --format '$(REPO_URI)|$(LABEL)' 'Created-By: Packages' | sed -n 's/|Debian$//p' | head -n 1
}

# In mounts of their own, which end with the command: nothing is left mounted.
inside() {
    local root=$1
    shift
    mkdir -p "$root/repo" "$root/work" "$root/cache"
    SKINKIT_ROOT="$root" SKINKIT_REPO="$repo" SKINKIT_CACHE="$cache" SKINKIT_WORK="${SKINKIT_WORK:-}" unshare --mount --fork bash -c '
        set -e
        mount --make-rprivate /
        mount -t proc proc "$SKINKIT_ROOT/proc"
        mount --rbind /dev "$SKINKIT_ROOT/dev"
        mount --bind "$SKINKIT_REPO" "$SKINKIT_ROOT/repo"
        mount --bind "$SKINKIT_CACHE" "$SKINKIT_ROOT/cache"
        if [ -n "$SKINKIT_WORK" ]; then mount --bind "$SKINKIT_WORK" "$SKINKIT_ROOT/work"; fi
        SKINKIT_CACHE=/cache exec chroot "$SKINKIT_ROOT" "$@"
    ' inside "$@"
}

make_it() {
    [ "$(uname -s)" = Linux ] || cannot "install Xcode 16 or newer"
    command -v apt-get >/dev/null || cannot "not a Debian machine; install Swift 6 and put it on PATH"
    [ "$(id -u)" = 0 ] || cannot "making the toolchain folder needs root; or put Swift 6 on PATH"
    command -v unshare >/dev/null || cannot "unshare (util-linux) is missing"
    export DEBIAN_FRONTEND=noninteractive
    {
        if ! command -v debootstrap >/dev/null; then
            apt-get update -q
            apt-get install -y -q --no-install-recommends debootstrap
        fi
        local source part="$place.part"
        source="$(mirror)"
        [ -n "$source" ] || { apt-get update -q; source="$(mirror)"; }
        [ -n "$source" ] || cannot "apt knows no Debian archive"
        rm -rf "$part"
        mkdir -p "$part"
        debootstrap --variant=minbase --include=ca-certificates trixie "$part" "$source"
        # Settings such as a proxy; the sources stay debootstrap's.
        cp -r /etc/apt/apt.conf.d/. "$part/etc/apt/apt.conf.d/" 2>/dev/null || true
        inside "$part" /usr/bin/env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends $packages
        rm -rf "$part"/var/cache/apt/archives/*.deb "$part"/var/lib/apt/lists/*
        inside "$part" /usr/bin/swift --version
        echo "$edition" > "$part/skinkit-toolchain"
        rm -rf "$place"
        mv "$part" "$place"
    } >&2
}

if on_path; then
    if [ "${1:-}" = run ]; then
        shift
        cd "$repo"
        exec "$@"
    fi
    echo /
    exit 0
fi
if [ "$(cat "$place/skinkit-toolchain" 2>/dev/null || true)" != "$edition" ]; then
    mkdir -p "$cache"
    exec 9> "$place.lock"
    flock 9
    [ "$(cat "$place/skinkit-toolchain" 2>/dev/null || true)" = "$edition" ] || make_it
    exec 9>&-
fi
if [ "${1:-}" = run ]; then
    shift
    inside "$place" "$@"
else
    echo "$place"
fi
