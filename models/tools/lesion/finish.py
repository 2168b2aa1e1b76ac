"""The embedding of a trained network, in closed form.

    python finish.py --data DATA --cache CACHE --checkpoint RUN/final.pt --out RUN/export/finished.pt

The network's pooled features at every stage (network.describe) are projected so
that pictures of one lesion fall together and lesions fall apart: whitened by the
scatter within lesions (as one kind of capture shows them) and under augmentation,
then rotated to the directions that spread lesions most, each scaled by spread**POWER.
Everything folds into one linear layer.

The logits stay class-balanced: the classes' frequencies belong to a capture's
calibration (calibrate.py). Ridge, size and power were chosen on calibration
pictures, not on the test fold.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import torch

import augment
import data as dataset
import export
import network
import record

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
    phone = torch.tensor([r.capture == record.CLOSE_UP for r in arrays.records])
    for part in np.array_split(rows, max(1, len(rows) // 32)):
        pictures, masks = torch.from_numpy(arrays.pictures[part]), torch.from_numpy(arrays.masks[part])
        x = augment.noisy(augment.views(pictures, masks, size, generator, phone[part])[0], generator)
        views += list(x.permute(0, 2, 3, 1).byte().numpy())
    return views


def chosen_for_fit(arrays: dataset.Arrays, views: np.ndarray, most: int) -> np.ndarray:
    """Training rows, up to `most` of each set and capture: lesions with several pictures first, whole."""
    rng = np.random.default_rng(13)
    several = np.bincount(views[arrays.indices("train")], minlength=views.max() + 1) > 1
    taken: list[int] = []
    train = arrays.indices("train")
    for domain in sorted({arrays.records[i].domain for i in train}):
        rows = np.array([i for i in train if arrays.records[i].domain == domain])
        order = rng.permutation(views.max() + 1)[views[rows]] + np.where(several[views[rows]], 0, views.max() + 1)
        taken += list(rows[np.argsort(order, kind="stable")][:most])
    return np.array(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    dataset.add_arguments(parser)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--fitted", type=int, default=1000, help="at most so many training pictures of each set and capture")
    parser.add_argument("--augmented", type=int, default=1000, help="about how many of these are also seen augmented")
    parser.add_argument("--dump", type=pathlib.Path, help="features as .npz, for trying other settings")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.set_num_threads(2)
    network.Attention.plain = args.device == "cpu"
    arrays = dataset.load(args)
    net = export.load(args.checkpoint).to(args.device, memory_format=torch.channels_last)
    # One view of a lesion by a dermatoscope and one by a phone are two kinds of picture, not noise of one kind.
    views = arrays.groups * len(arrays.source.captures) + arrays.captures
    train = chosen_for_fit(arrays, views, args.fitted)
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    weights = state["average"]

    seen = features(net, [arrays.square(i, args.size) for i in train], args.device)
    chosen = np.arange(len(train))[:: max(1, round(len(train) / args.augmented))]
    changes = features(net, augmented(arrays, train[chosen], args.size), args.device) - seen[chosen]
    if args.dump:
        np.savez(args.dump, seen=seen, changes=changes, seen_group=views[train])
    weight, bias = discriminant(seen, views[train], changes)
    weights["discriminant.weight"] = torch.tensor(weight, dtype=torch.float32)
    weights["discriminant.bias"] = torch.tensor(bias, dtype=torch.float32)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({k: state[k] for k in ("average", "step", "elapsed", "config")}, args.out)


if __name__ == "__main__":
    main()
