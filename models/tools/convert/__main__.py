"""Rebuilds the landmark networks from their public packages.

    python models/tools/convert WORK [--out models/landmarks] [--only NAME ...] [--check]

WORK is a scratch folder outside the checkout. With --check nothing in the
checkout changes: the networks are rebuilt in WORK and compared with MANIFEST.json.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

import canonical_face
import catalogue
import convert
import manifest
import sources

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="convert", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "models" / "landmarks")
    parser.add_argument("--only", nargs="+", choices=sorted(catalogue.BY_NAME), metavar="NAME")
    parser.add_argument("--check", action="store_true", help="compare with the committed hashes instead of writing")
    parser.add_argument("--canonical-face", type=pathlib.Path, metavar="FILE", help="also write the canonical face mesh as Rust")
    arguments = parser.parse_args()

    networks = [catalogue.BY_NAME[name] for name in arguments.only] if arguments.only else [n for n in catalogue.NETWORKS if n.committed]
    found = sources.fetch(arguments.work, networks)
    out = arguments.work / "networks" if arguments.check else arguments.out
    out.mkdir(parents=True, exist_ok=True)
    committed = {}
    if arguments.check:
        entries = json.loads((arguments.out / manifest.NAME).read_text())["networks"]
        committed = {entry["file"]: entry["sha256"] for entry in entries}
    differing = 0
    for network in networks:
        path = convert.convert(network, found, arguments.work, out)
        digest = sources.sha256(path)
        verdict = ""
        if arguments.check:
            same = committed.get(path.name) == digest
            differing += not same
            verdict = " same" if same else f" DIFFERS from {committed.get(path.name)}"
        print(f"{path.name:34} {path.stat().st_size:9} {digest}{verdict}", flush=True)
    if not arguments.check:
        manifest.write(out, [network for network in networks if network.committed])
    if arguments.canonical_face:
        canonical_face.write(found / canonical_face.SOURCE, arguments.canonical_face)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
