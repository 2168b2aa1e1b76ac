"""MobileViT-XXS with the lesion network's heads, trained from scratch: the comparison, not the product.

Inverted residual blocks with MobileViT blocks (2, 4 and 3 transformer layers of
width 64, 80 and 96) at strides 8, 16 and 32 (Mehta and Rastegari 2021).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from network import WIDTH, Attention, ConvNormAct, MaskDecoder


class Inverted(nn.Module):
    """MobileNetV2 block, expansion 2."""

    def __init__(self, cin: int, cout: int, stride: int = 1):
        super().__init__()
        mid = 2 * cin
        self.body = nn.Sequential(
            ConvNormAct(cin, mid, 1), ConvNormAct(mid, mid, 3, stride, groups=mid), ConvNormAct(mid, cout, 1, act=False)
        )
        self.skip = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.body(x) if self.skip else self.body(x)


class Layer(nn.Module):
    """Pre-norm transformer layer, MLP x2."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.silu(self.up(self.norm2(x))))


class MobileVit(nn.Module):
    """Local convolution, attention among the pixels of equal place in their 2x2 patch, fusion."""

    def __init__(self, channels: int, width: int, depth: int):
        super().__init__()
        self.local = nn.Sequential(ConvNormAct(channels, channels, 3), nn.Conv2d(channels, width, 1, bias=False))
        self.layers = nn.Sequential(*(Layer(width) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.back = ConvNormAct(width, channels, 1)
        self.fuse = ConvNormAct(2 * channels, channels, 3)

    def forward(self, x):
        y = self.local(x)
        b, c, h, w = y.shape
        y = y.reshape(b, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 2, 4, 1).reshape(b * 4, h * w // 4, c)
        y = self.norm(self.layers(y))
        y = y.reshape(b, 2, 2, h // 2, w // 2, c).permute(0, 5, 3, 1, 4, 2).reshape(b, c, h, w)
        return self.fuse(torch.cat([x, self.back(y)], dim=1))


class MobileStem(nn.Module):
    """Features at strides 2 (16 ch), 4 (24), 8 (48), 16 (64) and 32 (80)."""

    def __init__(self):
        super().__init__()
        self.first = ConvNormAct(3, 16, 3, 2)
        self.blocks = nn.ModuleList(
            [
                Inverted(16, 16),
                nn.Sequential(Inverted(16, 24, 2), Inverted(24, 24), Inverted(24, 24)),
                nn.Sequential(Inverted(24, 48, 2), MobileVit(48, 64, 2)),
                nn.Sequential(Inverted(48, 64, 2), MobileVit(64, 80, 4)),
                nn.Sequential(Inverted(64, 80, 2), MobileVit(80, 96, 3)),
            ]
        )

    def forward(self, x):
        x = self.first(x)
        taps = []
        for block in self.blocks:
            x = block(x)
            taps.append(x)
        return taps


class MobileNet(nn.Module):
    """The same inputs and outputs as network.LesionNet; sides must be multiples of 64."""

    def __init__(self, classes: int = 7, dropout: float = 0.1):
        super().__init__()
        self.stem = MobileStem()
        self.last = ConvNormAct(80, 320, 1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(320, classes)
        self.embed = nn.Linear(320 + 64, WIDTH)
        self.decoder = MaskDecoder(64, at8=48)

    def forward(self, x, export: bool = False):
        taps = self.stem((x - 127.0) / 128.0)
        grid = self.last(taps[4])
        b, c, h, w = grid.shape
        pooled = grid.mean(dim=(2, 3))
        raw = self.embed(torch.cat([pooled, taps[3].mean(dim=(2, 3))], dim=1))
        mask = self.decoder(taps[:4], taps[3])
        if not export:
            return self.head(self.dropout(pooled)), F.normalize(raw.float(), dim=1), mask, None
        embedding = raw / torch.sqrt((raw * raw).sum(dim=1, keepdim=True) + 1e-12)
        heatmap = (grid.flatten(2).transpose(1, 2) @ self.head.weight.t()).transpose(1, 2).reshape(b, -1, h, w)
        return heatmap.mean(dim=(2, 3)) + self.head.bias, embedding, heatmap, torch.sigmoid(mask), None
