"""Two closed-form steps on a trained network: the embedding is fitted, and probabilities follow the classes' frequencies.

    python finish.py --data DATA --cache CACHE --checkpoint RUN/final.pt --out RUN/export/finished.pt

Embedding: the network's pooled features at every stage (network.describe) are
projected so that pictures of one lesion fall together and lesions fall apart:
whitened by the scatter within lesions and under augmentation (by the latter alone
where a set has no lesion ids), then rotated to
the directions that spread lesions most, each scaled by spread**POWER. Everything
folds into one linear layer.

Class prior: training balances the classes, which makes a rare one several times too
likely. The log frequencies of the training pictures go back into the head's bias (Menon
et al. 2021, arXiv:2007.07314), so that a probability is what it says among such pictures;
they go into the pack as well, for whoever wants the classes to count the same again.

Ridge, size and power are chosen on calibration pictures, not on the test fold.
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
    features: np.ndarray, group: np.ndarray, changes: np.ndarray | None = None,
    size: int = SIZE, ridge: float = RIDGE, power: float = POWER,
):
    """Weight [size,F] and bias [size]. Some groups need two rows or more, unless there are changes.

    changes: what augmentation did to the features of some pictures, [M,F].
    """
    mean, sd = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / sd
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    centre = np.zeros((len(counts), x.shape[1]))
    np.add.at(centre, inverse, x)
    spread = x - (centre / counts[:, None])[inverse]
    within = spread.T @ spread / max(1, len(x) - len(counts))
    if changes is not None:
        change = changes / sd
        within += AUGMENTED * (change.T @ change) / len(change) / 2
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


def augmented(arrays: dataset.Arrays, rows: np.ndarray, size: int) -> list[np.ndarray]:
    """One view of each picture, u8 [size,size,3]."""
    generator = torch.Generator().manual_seed(23)
    views: list[np.ndarray] = []
    for part in np.array_split(rows, max(1, len(rows) // 32)):
        pictures, masks = torch.from_numpy(arrays.pictures[part]), torch.from_numpy(arrays.masks[part])
        x = augment.noisy(augment.views(pictures, masks, size, generator)[0], generator)
        views += list(x.permute(0, 2, 3, 1).byte().numpy())
    return views


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--augmented", type=int, default=2500, help="about how many training pictures are also seen augmented")
    parser.add_argument("--dump", type=pathlib.Path, help="features as .npz, for trying other settings")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.set_num_threads(2)
    network.Attention.plain = args.device == "cpu"
    arrays = dataset.load(args)
    net = export.load(args.checkpoint).to(args.device, memory_format=torch.channels_last)
    train = arrays.indices("train")
    held = arrays.indices("calibration", "monitor")
    held_features = features(net, [dataset.centre_square(arrays.pictures[i], args.size) for i in held], args.device)
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    weights = state["average"]

    log_prior = np.log(arrays.frequency())
    weights["head.bias"] = weights["head.bias"] + torch.tensor(log_prior - log_prior.mean(), dtype=torch.float32)

    seen = features(net, [dataset.centre_square(arrays.pictures[i], args.size) for i in train], args.device)
    chosen = np.arange(len(train))[:: max(1, round(len(train) / args.augmented))]
    changes = features(net, augmented(arrays, train[chosen], args.size), args.device) - seen[chosen]
    if args.dump:
        np.savez(args.dump, seen=seen, changes=changes, seen_group=arrays.groups[train],
                 held=held_features, held_group=arrays.groups[held], held_label=arrays.labels[held])
    weight, bias = discriminant(seen, arrays.groups[train], changes)
    embedding = held_features @ weight.T + bias
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    print("embedding on the calibration pictures:", metrics.retrieval(embedding, arrays.groups[held]))
    weights["discriminant.weight"] = torch.tensor(weight, dtype=torch.float32)
    weights["discriminant.bias"] = torch.tensor(bias, dtype=torch.float32)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({k: state[k] for k in ("average", "step", "elapsed", "config")}, args.out)


if __name__ == "__main__":
    main()
