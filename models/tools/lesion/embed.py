"""Fits the embedding on a trained network: a linear discriminant between lesions, in closed form.

    python embed.py --data DATA --cache CACHE --checkpoint RUN/final.pt --out RUN/export/embedded.pt

The network's pooled features at every stage (network.describe) are projected so
that pictures of one lesion fall together and lesions fall apart: whitened by the
scatter within lesions (and under augmentation), then rotated to the directions that spread lesions most,
each scaled by spread**POWER. Everything folds into one linear layer. Ridge, size
and power were chosen on the calibration pictures, not on the test fold.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import torch

import augment
import data as dataset
import export
import metrics
import network

SIZE, RIDGE, POWER = 128, 0.02, -0.15
#: Weight of the scatter under augmentation beside that of real second pictures: light and framing
#: change more on a phone than between two pictures of a clinic.
AUGMENTED = 1.0


def discriminant(
    features: np.ndarray, group: np.ndarray, augmented: np.ndarray | None = None,
    size: int = SIZE, ridge: float = RIDGE, power: float = POWER,
):
    """Weight [size,F] and bias [size]. Some groups need two rows or more.

    augmented: features [V,N,F] of V augmented views of the same N pictures.
    """
    mean, sd = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / sd
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    centre = np.zeros((len(counts), x.shape[1]))
    np.add.at(centre, inverse, x)
    spread = x - (centre / counts[:, None])[inverse]
    within = spread.T @ spread / max(1, len(x) - len(counts))
    for view in [] if augmented is None else augmented:
        change = (view - features) / sd
        within += AUGMENTED / len(augmented) * (change.T @ change) / len(x) / 2
    within += ridge * np.trace(within) / len(within) * np.eye(len(within))
    whiten = np.linalg.inv(np.linalg.cholesky(within))
    value, vector = np.linalg.eigh(whiten @ (x.T @ x / len(x)) @ whiten.T)
    value, vector = value[::-1][:size], vector[:, ::-1][:, :size]
    weight = (vector * value**power).T @ whiten / sd
    return weight, -weight @ mean


def features(net: network.LesionNet, pictures: list[np.ndarray], device: str) -> np.ndarray:
    rows = []
    with torch.no_grad(), torch.autocast(device, torch.bfloat16):
        for start in range(0, len(pictures), 48):
            x = torch.from_numpy(np.stack(pictures[start : start + 48])).permute(0, 3, 1, 2).float()
            rows.append(net.describe(*net.encode(x.to(device, memory_format=torch.channels_last))).cpu().numpy())
    return np.concatenate(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--views", type=int, default=1, help="augmented views a picture, beside the picture itself")
    parser.add_argument("--dump", type=pathlib.Path, help="features as .npz, for trying other settings")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.set_num_threads(2)
    network.Attention.plain = args.device == "cpu"
    arrays = dataset.load(args)
    net = export.load(args.checkpoint).to(args.device, memory_format=torch.channels_last)
    train = arrays.indices("train")
    seen = features(net, [dataset.centre_square(arrays.pictures[i], args.size) for i in train], args.device)
    augmented = []
    for view in range(args.views):
        pictures = [
            augment.view(np.random.default_rng([23, view, int(i)]), arrays.pictures[i], arrays.masks[i], args.size)[0] for i in train
        ]
        augmented.append(features(net, pictures, args.device))
    held = arrays.indices("calibration", "monitor")
    held_features = features(net, [dataset.centre_square(arrays.pictures[i], args.size) for i in held], args.device)
    if args.dump:
        np.savez(args.dump, seen=seen, augmented=np.stack(augmented), seen_group=arrays.groups[train], held=held_features, held_group=arrays.groups[held])
    weight, bias = discriminant(seen, arrays.groups[train], np.stack(augmented) if augmented else None)
    embedding = held_features @ weight.T + bias
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    print(metrics.retrieval(embedding, arrays.groups[held]))
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    state["average"]["discriminant.weight"] = torch.tensor(weight, dtype=torch.float32)
    state["average"]["discriminant.bias"] = torch.tensor(bias, dtype=torch.float32)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({k: state[k] for k in ("average", "step", "elapsed", "config")}, args.out)


if __name__ == "__main__":
    main()
