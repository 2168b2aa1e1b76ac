"""Latency yardstick: DeiT-tiny (224, random weights), dynamic int8 on every op, beside a pack's variants.

    python reference.py --pack PACK --rounds 200

The models take turns in one process, so a busy machine slows all alike: quote the ratio.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import tempfile

import numpy as np
import torch
from torch import nn

import network
import quantise
import runner


class DeitTiny(nn.Module):
    """Patch 16, width 192, 12 blocks of 3 heads, class token: 5.7 M parameters."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 192, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, 192))
        self.position = nn.Parameter(torch.randn(1, 197, 192) * 0.02)
        self.blocks = nn.ModuleList(network.Encoder(192, 3, 4, 0.0) for _ in range(12))
        self.norm = nn.LayerNorm(192)
        self.head = nn.Linear(192, 1000)

    def forward(self, image):
        x = self.patch(image.float().permute(0, 3, 1, 2) / 127.5 - 1).flatten(2).transpose(1, 2)
        x = torch.cat([self.token, x], dim=1) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def deit_dynamic_all(folder: pathlib.Path) -> pathlib.Path:
    network.Attention.plain = True
    torch.manual_seed(0)
    full, ready, small = (folder / f"{n}.onnx" for n in ("full", "ready", "small"))
    image = torch.zeros(1, 224, 224, 3, dtype=torch.uint8)
    torch.onnx.export(DeitTiny().eval(), (image,), str(full), input_names=["image"], output_names=["logits"], opset_version=17, dynamo=False)
    quantise.prepare(full, ready)
    quantise.dynamic_all(ready, small)
    return small


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--out", type=pathlib.Path, help="JSON")
    args = parser.parse_args()
    pack = json.loads((args.pack / "pack.json").read_text())
    side = pack["input"]["width"]
    rng = np.random.default_rng(0)
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        models = {v["name"]: (args.pack / v["file"], side) for v in pack["variants"]}
        models["deit-tiny dynamic-all"] = (deit_dynamic_all(pathlib.Path(folder)), 224)
        pictures = {s: rng.integers(0, 256, (s, s, 3), dtype=np.uint8) for s in {s for _, s in models.values()}}
        for threads in (1, 2):
            result[f"threads_{threads}"] = runner.latency(
                {n: p for n, (p, _) in models.items()}, {n: pictures[s] for n, (_, s) in models.items()}, threads, args.rounds
            )
    for name, rows in result.items():
        base = rows["deit-tiny dynamic-all"]
        for model, (low, mid) in rows.items():
            print(f"{name} {model}: p10 {low:.2f} ms, p50 {mid:.2f} ms, {low / base[0]:.2f} of DeiT-tiny")
    if args.out:
        args.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
