"""Averages a run's weights with those of the pack it went on from.

    python soup.py --data DATA --cache CACHE --checkpoint RUN/final.pt --pack ../../lesion-ham7 --out RUN/souped.pt

A short run from good weights gains on some pictures and forgets others; a point between the two ends often does
better than either (Wortsman et al. 2022, arXiv:2109.01903), at no cost to the network's size. The share is chosen on
the calibration pictures, by the cross-entropy of the class-balanced logits averaged class by class.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import torch

import calibrate
import data as dataset
import export
import metrics
import network
import warm

SHARES = (0.0, 0.5, 0.75, 1.0)


def blend(old: dict[str, torch.Tensor], new: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """old + share (new - old). `embed` is the new one's: an exported network has none."""
    return {
        name: value if name.startswith("embed.") or not value.is_floating_point() else torch.lerp(old[name], value, share)
        for name, value in new.items()
    }


def judge(net: network.LesionNet, pictures: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """Figures of class-balanced logits; pictures u8 [N,S,S,3]."""
    rows = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(pictures), 32):
            x = torch.from_numpy(pictures[start : start + 32]).permute(0, 3, 1, 2).float()
            _, tokens = net.encode(x.contiguous(memory_format=torch.channels_last))
            rows.append(net.head(tokens.mean(dim=1)).float().numpy())
    logits = np.concatenate(rows)
    p = metrics.softmax(logits, calibrate.temperature(logits, label))
    surprise = -np.log(p[np.arange(len(label)), label] + 1e-9)
    return {
        "cross_entropy": float(np.mean([surprise[label == c].mean() for c in np.unique(label)])),
        "balanced_accuracy": metrics.balanced_accuracy(label, p.argmax(axis=1)),
        "macro_auc": metrics.macro_auc(p, label),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--pack", type=pathlib.Path, required=True, help="where the run went on from (train.py --init)")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    args = parser.parse_args()
    network.Attention.plain = True
    arrays = dataset.load(args)
    held = arrays.indices("calibration", "monitor")
    pictures = np.stack([arrays.square(i, args.size) for i in held])
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    net = export.load(args.checkpoint).to(memory_format=torch.channels_last)
    warm.load_pack(net, args.pack, arrays)
    old, new = {k: v.clone() for k, v in net.state_dict().items()}, state["average"]
    found = {}
    for share in SHARES:
        net.load_state_dict(blend(old, new, share))
        found[share] = judge(net, pictures, arrays.labels[held])
        print(share, {k: round(v, 4) for k, v in found[share].items()}, flush=True)
    best = min(found, key=lambda share: found[share]["cross_entropy"])
    print(f"share of the run in the weights: {best}")
    state["config"]["soup"] = str(best)
    torch.save({**state, "average": blend(old, new, best)}, args.out)


if __name__ == "__main__":
    main()
