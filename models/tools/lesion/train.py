"""Trains the lesion network. Resumable; the learning rate follows a budget of minutes or steps.

    python train.py --data DATA --out RUN --minutes 91
    python train.py --data DATA --out RUN --steps 20000 --resume
    python train.py --data DATA --out RUN --minutes 80 --init ../../lesion-ham7   # goes on from a pack
    python train.py --data DATA --out RUN --minutes 12 --network hybrid-deep --views 256 --live --teachers A/final.pt@256,B/final.pt@256
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import math
import os
import pathlib
import sys
import time

import runtime

# Read at start-up, hence the re-exec.
if __name__ == "__main__" and sys.platform == "linux" and "MALLOC_TOP_PAD_" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **runtime.ENVIRONMENT})

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import augment
import data as dataset
import export
import losses
import metrics
import network
import record
import sources
import warm


class Batches:
    """Batch number -> rows of the arrays; deterministic in (seed, number).

    A domain (set and capture) draws its lesions with weight 1/sqrt(size of the class in that domain), times its
    emphasis. A lesion with several pictures gives two of them; another one view, or now and then two of the same picture.
    """

    def __init__(self, arrays: dataset.Arrays, views: int, twice: float, seed: int):
        groups: dict[tuple, list[int]] = {}
        owner = arrays.groups
        for i in arrays.indices("train", "extra"):
            groups.setdefault((arrays.records[i].domain, int(owner[i])), []).append(int(i))
        self.members = list(groups.values())
        self.domains = sorted({domain for domain, _ in groups})
        domain = np.array([self.domains.index(d) for d, _ in groups])
        label = arrays.labels[[m[0] for m in self.members]]
        count = np.zeros((len(self.domains), len(arrays.classes)))
        np.add.at(count, (domain, label), 1)
        emphasis = np.array([arrays.source.emphasis.get(d, 1.0) for d in self.domains])
        weight = emphasis[domain] / np.sqrt(count[domain, label])
        self.weight = weight / weight.sum()
        #: Share of each class among what each domain draws, [domains,C].
        self.prior = np.zeros_like(count)
        np.add.at(self.prior, (domain, label), self.weight)
        self.share = self.prior.sum(axis=1)
        self.prior /= self.share[:, None]
        self.views, self.twice, self.seed = views, twice, seed

    def rows(self, number: int) -> np.ndarray:
        rng = np.random.default_rng([self.seed, number])
        index = []
        for g in rng.choice(len(self.members), self.views, replace=False, p=self.weight):
            m = self.members[g]
            if len(m) > 1:
                index += list(rng.choice(m, 2, replace=False))
            else:
                index += [m[0]] * (1 + (rng.random() < self.twice))
        return np.array(index[: self.views])

    def generator(self, number: int) -> torch.Generator:
        """What the batch's views are drawn with."""
        return torch.Generator().manual_seed(int(np.random.default_rng([self.seed, number, 2]).integers(1 << 62)))


class Shelf:
    """The decoded pictures, on the device where that has its own memory."""

    def __init__(self, arrays: dataset.Arrays, device: str):
        self.device, self.labels, self.groups, self.captures = device, arrays.labels, arrays.groups, arrays.captures
        self.close_up = torch.tensor([r.capture == record.CLOSE_UP for r in arrays.records])
        self.has_mask, self.pictures, self.masks = arrays.has_mask, arrays.pictures, arrays.masks
        if device != "cpu":
            self.pictures, self.masks = (torch.from_numpy(np.array(v)).to(device) for v in (self.pictures, self.masks))

    def take(self, rows: np.ndarray) -> tuple[torch.Tensor, ...]:
        """Pictures, masks, whether a mask is known, labels, groups, captures."""
        taken = (torch.as_tensor(v[rows]) for v in (self.has_mask, self.labels, self.groups, self.captures))
        if self.device == "cpu":
            return torch.from_numpy(self.pictures[rows]), torch.from_numpy(self.masks[rows]), *taken
        where = torch.from_numpy(rows).to(self.device)
        return self.pictures[where], self.masks[where], *(v.to(self.device) for v in taken)


def resized(x: torch.Tensor, size: int) -> torch.Tensor:
    return x if x.shape[-1] == size else F.interpolate(x, size=(size, size), mode="bilinear", antialias=True)


class Teachers:
    """Trained networks, each with the side of the view that it looks at. `spec`: `checkpoint@side`, with commas."""

    def __init__(self, spec: str, device: str):
        self.members = []
        for part in filter(None, spec.split(",")):
            path, _, size = part.rpartition("@")
            if not path:
                raise SystemExit(f"--teachers {part}: write checkpoint@side")
            self.members.append((export.load(pathlib.Path(path)).to(device, memory_format=torch.channels_last), int(size)))
        self.size = max((size for _, size in self.members), default=0)

    @torch.no_grad()
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The mean of their logits."""
        with torch.autocast(x.device.type, torch.bfloat16):
            opinions = [net(resized(x, size).contiguous(memory_format=torch.channels_last))[0].float() for net, size in self.members]
        return sum(opinions) / len(opinions)


def mix(rng, x, mask, target):
    """CutMix or MixUp with the batch rolled past second views. Returns mask or None."""
    lam = float(rng.beta(1.0, 1.0))
    x2, y2 = x.roll(3, 0), target.roll(3, 0)
    if rng.random() < 0.5:
        size = x.shape[-1]
        side = int(size * math.sqrt(1 - lam)) // 2 * 2
        left, top = (int(v) // 2 * 2 for v in rng.integers(0, size - side + 1, 2))
        x, mask2 = x.clone(), mask.roll(3, 0)
        x[..., top : top + side, left : left + side] = x2[..., top : top + side, left : left + side]
        mask = mask.clone()
        cut = (..., slice(top // 2, (top + side) // 2), slice(left // 2, (left + side) // 2))
        mask[cut] = mask2[cut]
        lam = 1 - side * side / size / size
    else:
        lam = 0.5 + abs(lam - 0.5)
        x, mask = lam * x + (1 - lam) * x2, None
    return x, mask, lam * target + (1 - lam) * y2


def freeze_norms(part: nn.Module) -> None:
    """Batch-norm statistics stay as recalibrated: cheaper, and safe under weight averaging."""
    for m in part.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.eval()


def optimiser(model: nn.Module, decay: float, stem_rate: float):
    groups: dict[tuple[bool, bool], list] = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            groups.setdefault((name.startswith("stem"), p.ndim >= 2 and name != "position"), []).append(p)
    return torch.optim.AdamW(
        [
            {"params": ps, "base": stem_rate if stem else 1e-3, "weight_decay": decay if decays else 0.0}
            for (stem, decays), ps in groups.items()
        ],
        lr=0.0,
        betas=(0.9, 0.98),
        fused=True,
    )


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with the picture sets")
    parser.add_argument("--set", default="ham7", choices=sorted(sources.SOURCES))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="checkpoints and log.jsonl")
    parser.add_argument("--cache", type=pathlib.Path, help="decoded pictures (default OUT/cache)")
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float)
    budget.add_argument("--steps", type=int)
    parser.add_argument("--sizes", default="128:0.25,160:0.8,192:1", help="side:until which share of the budget")
    parser.add_argument("--network", default="hybrid", choices=network.NETWORKS)
    parser.add_argument("--init", type=pathlib.Path, help="what to go on from: a pack of the same classes and split (warm.py), or a checkpoint of the same network")
    parser.add_argument("--views", type=int, default=64, help="a batch")
    parser.add_argument("--twice", type=float, default=0.2, help="share of single-picture lesions that give two views")
    parser.add_argument("--rate", type=float, default=0.5, help="of the peak learning rates 3e-4 (stem) and 1e-3 (rest)")
    parser.add_argument("--mix", type=float, default=0.15, help="share of batches with CutMix or MixUp")
    parser.add_argument("--contrast", type=float, default=0.1, help="weight of the same-lesion loss")
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--ema", type=float, default=0.998)
    parser.add_argument("--frozen-blocks", type=int, default=3, help="stem blocks that stay as they are")
    parser.add_argument("--live", action="store_true", help="batch norms of the pretrained stem learn too: for large batches")
    parser.add_argument("--compile", action="store_true", help="torch.compile: a minute's wait, then faster steps on a GPU")
    parser.add_argument("--teachers", default="", help="checkpoint@side, with commas: the mean of their logits of the same view, seen at that side, is part of the target")
    parser.add_argument("--teacher-share", type=float, default=0.7, help="of the target; the rest is the label")
    parser.add_argument("--teacher-temperature", type=float, default=1.0, help="above 1, what teachers think of unlikely classes counts for more")
    parser.add_argument("--fold", type=int, help="hold this one out instead of fold 0, and report on it at the end: for choices (1 to 4)")
    parser.add_argument("--look", type=float, default=10, help="minutes between two looks at the monitor slice")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--resume", action="store_true")
    return parser


def main() -> None:
    parser = arguments()
    args = parser.parse_args()
    if args.init and args.network not in network.HYBRIDS:
        parser.error("--init goes on from a pack of a hybrid network")

    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    network.Attention.plain = args.device == "cpu"
    args.out.mkdir(parents=True, exist_ok=True)
    arrays = dataset.load_arrays(args.data, args.cache or args.out / "cache", args.set, args.fold or 0)
    sizes = [(int(s), float(u)) for s, u in (part.split(":") for part in args.sizes.split(","))]
    batches = Batches(arrays, args.views, args.twice, args.seed)
    shelf = Shelf(arrays, args.device)
    teachers = Teachers(args.teachers, args.device)
    priors = torch.tensor(batches.prior, dtype=torch.float32, device=args.device)
    domain_of = torch.tensor([batches.domains.index(r.domain) if r.domain in batches.domains else -1 for r in arrays.records])

    model = network.build(args.network, len(arrays.classes), len(arrays.source.captures))
    step, elapsed = 0, 0.0
    checkpoint = args.out / "last.pt"
    state = torch.load(checkpoint, map_location="cpu") if args.resume and checkpoint.exists() else None
    pretrained = args.network in network.HYBRIDS or args.network in network.TEACHERS
    origin = state["config"].get("origin", "") if state else ""
    if state is None and args.init and args.init.suffix == ".pt":
        model.load_state_dict(torch.load(args.init, map_location="cpu", weights_only=False)["average"])
    elif state is None and args.init:
        origin = warm.load_pack(model, args.init, arrays)
    elif state is None and pretrained:
        model.stem.load_imagenet()
    model.to(args.device, memory_format=torch.channels_last)
    model.train()
    if state is None and pretrained and not args.init:
        recalibrate(model, batches, shelf)
    # A folded network has lost its statistics everywhere, not only where they would be frozen anyway.
    still = model if origin else model.stem if pretrained and not args.live else None
    config = {k: str(v) for k, v in vars(args).items()} | {"origin": origin}
    if pretrained:
        for part in [model.stem.first, *model.stem.blocks[: args.frozen_blocks]]:
            part.requires_grad_(False)
    optimizer = optimiser(model, args.decay, 3e-4 if pretrained else 1e-3)
    average = copy.deepcopy(model).eval()
    if state is not None:
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, elapsed = state["step"], state["elapsed"]

    def log(**entry) -> None:
        line = json.dumps({"step": step, "minutes": round(elapsed / 60, 2), **entry})
        print(line, flush=True)
        with (args.out / "log.jsonl").open("a") as f:
            f.write(line + "\n")

    def save(name: str) -> None:
        temporary = args.out / f".{name}"
        torch.save(
            {
                "model": model.state_dict(), "average": average.state_dict(),
                "optimizer": optimizer.state_dict(), "step": step, "elapsed": elapsed,
                "config": config,
            },
            temporary,
        )
        temporary.replace(args.out / name)

    log(event="start", config={k: v for k, v in config.items() if k not in ("data", "out", "cache")},
        torch=torch.__version__, train=len(arrays.indices("train", "extra")), domains=[[*d, round(float(s), 4)] for d, s in zip(batches.domains, batches.share)], prior=batches.prior.round(4).tolist())
    run = torch.compile(model) if args.compile else model
    held = functools.partial(metrics.quick, average, arrays, device=args.device, size=sizes[-1][0])
    latest = [v for v in model.state_dict().values() if v.is_floating_point()]
    averaged = [v for v in average.state_dict().values() if v.is_floating_point()]
    memory = torch.zeros(0, network.WIDTH, device=args.device)
    memory_group = torch.zeros(0, dtype=torch.long, device=args.device)
    sums: dict[str, list[torch.Tensor]] = {}
    since = last_log = last_save = last_look = time.monotonic()
    seen = 0
    first = step + 1  # waits for the compiler
    classes = len(arrays.classes)
    while True:
        progress = step / args.steps if args.steps else elapsed / 60 / args.minutes
        if progress >= 1:
            break
        size = next(s for s, until in sizes if progress < until or until >= 1)
        rate = min(1.0, progress / 0.03) * 0.5 * (1 + math.cos(math.pi * progress)) + 1e-3
        for group in optimizer.param_groups:
            group["lr"] = group["base"] * args.rate * rate
        rows = batches.rows(step)
        pictures, masks, masked, label, owner, taken = shelf.take(rows)
        generator = batches.generator(step)
        x, mask = augment.views(pictures, masks, max(size, teachers.size), generator, shelf.close_up[rows])
        rng = np.random.default_rng([args.seed, step, 1])
        mixing = progress > 0.03 and progress < 0.95 and rng.random() < args.mix
        target = F.one_hot(label, classes).float()
        prior = priors[domain_of[rows].to(args.device)]
        if mixing:
            x, mask, both = mix(rng, x, mask, torch.cat([target, prior], dim=1))
            target, prior = both.split(classes, dim=1)
            masked = masked & masked.roll(3, 0)
        opinion = teachers(augment.noisy(x, generator)) if teachers.members else None
        x = augment.noisy(resized(x, size), generator).contiguous(memory_format=torch.channels_last)
        mask = None if mask is None else resized(mask, size // 2)
        model.train()
        if still is not None:
            freeze_norms(still)
        with torch.autocast(args.device, torch.bfloat16):
            logits, embedding, predicted, capture = run(x)
        parts = {"ce": losses.cross_entropy(logits, target, prior)}
        if opinion is not None:
            parts["ce"] = (1 - args.teacher_share) * parts["ce"]
            parts["teachers"] = args.teacher_share * losses.distillation(logits, opinion, prior, args.teacher_temperature)
        if capture is not None and not mixing:
            parts["capture"] = 0.2 * F.cross_entropy(capture.float(), taken)
        if not mixing:
            parts["contrast"] = args.contrast * losses.contrast(embedding, owner, memory, memory_group)
            memory = torch.cat([embedding.detach(), memory])[:1024]
            memory_group = torch.cat([owner, memory_group])[:1024]
        if mask is not None and predicted is not None and masked.any():
            parts["mask"] = 0.5 * losses.overlap(predicted[masked], mask[masked])
        loss = sum(parts.values())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        if torch.isfinite(norm):
            optimizer.step()
        decay = min(args.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(averaged, latest, 1 - decay)
        step += 1
        seen += len(label)
        now = time.monotonic()
        if not args.compile or step > first:
            elapsed += now - since
        since = now
        for k, v in parts.items():
            sums.setdefault(k, []).append(v.detach())
        if now - last_log > 30:
            log(event="train", size=size, lr=round(rate, 4), rate=round(seen / (now - last_log), 1), norm=round(float(norm), 2),
                **{k: round(float(torch.stack(v).mean()), 4) for k, v in sums.items()})
            sums, seen, last_log = {}, 0, now
        if now - last_save > 120:
            save("last.pt")
            last_save = now
        if now - last_look > 60 * args.look:
            log(event="monitor", **held(("monitor",)))
            last_look = time.monotonic()
    save("last.pt")
    save("final.pt")
    log(event="calibration and monitor", **held(("calibration", "monitor")))
    if args.fold is not None:
        log(event=f"fold {args.fold}", **held(("test",)))
    log(event="end")


@torch.no_grad()
def recalibrate(model: nn.Module, batches: Batches, shelf: Shelf, count: int = 24) -> None:
    """Batch-norm statistics of the pretrained stem for skin."""
    norms = [m for m in model.stem.modules() if isinstance(m, nn.BatchNorm2d)]
    usual = norms[0].momentum
    for m in norms:
        m.momentum = None
        m.reset_running_stats()
    for i in range(count):
        number = (1 << 40) - 1 - i
        rows = batches.rows(number)
        pictures, masks, *_ = shelf.take(rows)
        x, _ = augment.views(pictures, masks, 128, batches.generator(number), shelf.close_up[rows])
        model.stem((x - 127) / 128)
    for m in norms:
        m.momentum = usual


if __name__ == "__main__":
    main()
