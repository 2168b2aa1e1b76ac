"""A quick look at checkpoints, before any fit or export: figures of class-balanced logits on some parts of the data.

    python look.py --data DATA --cache CACHE --fold 3 --parts test RUN3/final.pt
    python look.py --data DATA --cache CACHE --parts calibration,monitor RUN/final.pt OTHER/final.pt

For choices between networks and settings: on folds 1 to 4, or on the calibration pictures; fold 0 is for evaluate.py.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import torch

import data as dataset
import export
import metrics
import network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--fold", type=int, default=0, help="the fold that the checkpoints were not trained on")
    parser.add_argument("--parts", default="calibration,monitor")
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("checkpoints", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(2)
    network.Attention.plain = args.device == "cpu"
    arrays = dataset.load_arrays(args.data, args.cache, args.set, args.fold)
    for path in args.checkpoints:
        net = export.load(path).to(args.device, memory_format=torch.channels_last)
        found = metrics.quick(net, arrays, tuple(args.parts.split(",")), args.device, args.size)
        print(json.dumps({"checkpoint": str(path), "fold": args.fold, "parts": args.parts, **found}), flush=True)


if __name__ == "__main__":
    main()
