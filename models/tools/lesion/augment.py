"""What a phone and a hand do to pictures: geometry, light, blur, JPEG, hair.

Whole batches at once, on the device they are on. What is drawn per picture comes from a generator on the CPU, so that
one (seed, step) gives the same views everywhere but for sensor noise, which each kind of device draws itself.
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
import torch
import torch.nn.functional as F

#: Hairs and rulers are drawn once, at this side, and turned and mirrored at random.
OVERLAY, HAIRS, RULERS = 256, 256, 32
#: Gaussian kernels reach three deviations of the strongest blur.
REACH = 8


class Draw:
    """Random numbers, one row a picture."""

    def __init__(self, count: int, generator: torch.Generator, device: torch.device):
        self.count, self.generator, self.device = count, generator, device

    def uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return (low + (high - low) * torch.rand(self.count, *shape, generator=self.generator)).to(self.device)

    def normal(self, sd: float, *shape: int) -> torch.Tensor:
        return (sd * torch.randn(self.count, *shape, generator=self.generator)).to(self.device)

    def chance(self, share: float) -> torch.Tensor:
        """The rows that something happens to."""
        return (torch.rand(self.count, generator=self.generator) < share).nonzero()[:, 0].to(self.device)

    def of(self, rows: torch.Tensor) -> Draw:
        return Draw(len(rows), self.generator, self.device)


def _geometry(draw: Draw, width: int, height: int, size: int, phone: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Output-to-input homographies [B,3,3] of random views, and their scale (input px per output px).

    The crop's side is 0.68-1.12 of the short side (mean near the 1.0 of the evaluation crop, so that lesions keep their
    scale), any rotation, both flips, aspect up to 12 %, a little shear and, for one in five, perspective. A phone
    stands nearer or farther and more aslant (0.55-1.3, perspective for one in two); what it is pointed at stays in view.
    """
    short = min(width, height)
    low = torch.where(phone, math.log(0.55), math.log(0.68))
    high = torch.where(phone, math.log(1.3), math.log(1.12))
    side = short * torch.exp(low + draw.uniform(0, 1) * (high - low))
    aspect = torch.exp(draw.uniform(-0.12, 0.12))
    angle = draw.uniform(0, 2 * math.pi)
    reach = torch.where(phone, 0.25 * side, 0.4 * (short * 1.05 - side).clamp(min=0) + 6)
    cx = width / 2 + draw.uniform(-1, 1) * (reach + 0.1 * (width - height))
    cy = height / 2 + draw.uniform(-1, 1) * reach
    flip = torch.sign(draw.uniform(-1, 1))
    shear = draw.uniform(-0.08, 0.08)
    scale = side / size
    c, s = torch.cos(angle) * scale, torch.sin(angle) * scale
    # Rotation, shear, then flip and aspect, multiplied out.
    a, d = flip * aspect, 1 / aspect
    m = torch.zeros(draw.count, 3, 3, device=draw.device)
    m[:, 0, 0], m[:, 0, 1] = c * a, (c * shear - s) * d
    m[:, 1, 0], m[:, 1, 1] = s * a, (s * shear + c) * d
    m[:, 2, 2] = 1
    # The view's middle falls on (cx, cy); tilting about it leaves it there.
    tilt = torch.eye(3, device=draw.device).repeat(draw.count, 1, 1)
    tilted = (draw.uniform(0, 1) < torch.where(phone, 0.5, 0.2)).nonzero()[:, 0]
    tilt[tilted, 2, :2] = draw.of(tilted).uniform(-0.12, 0.12, 2) / size
    to_middle = torch.eye(3, device=draw.device)
    to_middle[:2, 2] = -size / 2
    place = torch.eye(3, device=draw.device).repeat(draw.count, 1, 1)
    place[:, 0, 2], place[:, 1, 2] = cx, cy
    return place @ m @ tilt @ to_middle, scale


def _sample(x: torch.Tensor, matrix: torch.Tensor, size: int) -> torch.Tensor:
    """x [B,C,H,W] seen through `matrix` (pixels to pixels of x, centres at +0.5), bilinear, mirrored past its edges."""
    at = torch.arange(size, device=x.device, dtype=torch.float32) + 0.5
    points = torch.stack([at[None].expand(size, -1), at[:, None].expand(-1, size), torch.ones(size, size, device=x.device)])
    found = torch.einsum("bij,jhw->bihw", matrix, points)
    found = found[:, :2] / found[:, 2:]
    extent = torch.tensor([x.shape[-1], x.shape[-2]], device=x.device).view(1, 2, 1, 1)
    grid = (2 * found / extent - 1).permute(0, 2, 3, 1)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def _blur(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Each picture by its own deviation."""
    n, c, h, w = x.shape
    at = torch.arange(-REACH, REACH + 1, device=x.device)
    kernel = torch.exp(-0.5 * (at / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).repeat_interleave(c, dim=0)[:, None]
    x = F.pad(x.reshape(1, n * c, h, w), (REACH,) * 4, mode="reflect")
    x = F.conv2d(x, kernel[:, :, None], groups=n * c)
    return F.conv2d(x, kernel[..., None], groups=n * c).reshape(n, c, h, w)


def _light(draw: Draw, x: torch.Tensor, phone: torch.Tensor) -> torch.Tensor:
    """Exposure, contrast, gamma and white balance; saturation and hue for most. A phone's light is anybody's: 1.6
    times as varied as a dermatoscope's own."""
    varied = torch.where(phone, 1.6, 1.0)[:, None]
    gain = torch.exp(varied * (draw.normal(0.10, 1) + draw.normal(0.04, 3)))[..., None, None]
    gamma = torch.exp(varied[..., None, None] * draw.normal(0.12, 1, 1, 1))
    x = ((x / 255).clamp(min=1e-6) ** gamma * gain + draw.normal(0.03, 1, 1, 1)).clamp(0, 1) * 255
    saturation = torch.exp(draw.normal(0.15, 1, 1))
    hue = draw.normal(0.06, 1, 1)
    unturned = torch.rand(draw.count, 1, 1, generator=draw.generator).to(x.device) < 0.3
    saturation, hue = saturation.masked_fill(unturned, 1), hue.masked_fill(unturned, 0)
    one, grey = torch.eye(3, device=x.device), torch.full((3, 3), 1 / 3, device=x.device)
    axis = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=x.device) / math.sqrt(3)
    turn = torch.cos(hue) * one + (1 - torch.cos(hue)) * grey + torch.sin(hue) * axis
    colour = turn @ (saturation * one + (1 - saturation) * grey)
    return torch.einsum("bij,bjhw->bihw", colour, x)


@functools.cache
def _hairs() -> torch.Tensor:
    """Coverage 0..1 of 2 to 13 hairs, [HAIRS,1,OVERLAY,OVERLAY]."""
    rng = np.random.default_rng(41)
    bank = np.zeros((HAIRS, OVERLAY, OVERLAY), np.uint8)
    for x in bank:
        for _ in range(int(rng.integers(2, 14))):
            points = [rng.uniform(-0.1, 1.1, 2) * OVERLAY]
            angle, bend = rng.uniform(0, 2 * math.pi), rng.normal(0, 0.12)
            for _ in range(10):
                points.append(points[-1] + OVERLAY * 0.07 * np.array([math.cos(angle), math.sin(angle)]))
                angle += bend
            path = [np.round(np.array(points) * 8).astype(np.int32)]
            cv2.polylines(x, path, False, 255, 1 if rng.random() < 0.8 else 2, cv2.LINE_AA, 3)
    return torch.from_numpy(bank)[:, None] / 255


@functools.cache
def _rulers() -> torch.Tensor:
    rng = np.random.default_rng(43)
    bank = np.zeros((RULERS, OVERLAY, OVERLAY), np.uint8)
    for x in bank:
        left, step = int(rng.uniform(0.86, 0.97) * OVERLAY), rng.uniform(0.03, 0.06) * OVERLAY
        for i in range(int(OVERLAY / step)):
            right = round(left + (0.07 if i % 5 == 0 else 0.035) * OVERLAY)
            cv2.line(x, (left, round(i * step)), (right, round(i * step)), 255, 1, cv2.LINE_AA)
    return torch.from_numpy(bank)[:, None] / 255


def _cover(draw: Draw, x: torch.Tensor, bank: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """Overlays of the bank, turned by quarters and mirrored, in a colour [B,3,1,1]."""
    which = torch.randint(len(bank), (draw.count,), generator=draw.generator)
    turns = torch.randint(8, (draw.count,), generator=draw.generator)
    chosen = torch.stack([torch.rot90(bank[w].flip(-1) if t >= 4 else bank[w], int(t) % 4, (1, 2)) for w, t in zip(which, turns)])
    cover = F.interpolate(chosen.to(x.device), size=x.shape[-2:], mode="bilinear", antialias=True)
    return x + cover * (colour - x)


def _vignette(draw: Draw, x: torch.Tensor) -> torch.Tensor:
    """Light that falls off, or the black rim of a dermatoscope."""
    axis = (torch.arange(x.shape[-1], device=x.device) + 0.5) / x.shape[-1] - 0.5
    centre = draw.normal(0.06, 2, 1, 1)
    r = torch.hypot(axis[None, None] - centre[:, 0], axis[None, :, None] - centre[:, 1])
    soft = 1 - draw.uniform(0.3, 0.9, 1, 1) * (r / 0.75).clamp(0, 1) ** 2.5
    rim = ((draw.uniform(0.5, 0.68, 1, 1) - r) / 0.03).clamp(max=1).maximum(draw.uniform(0, 0.15, 1, 1))
    return x * torch.where(draw.uniform(0, 1, 1, 1) < 0.5, soft, rim)[:, None]


def _cut(draw: Draw, x: torch.Tensor) -> torch.Tensor:
    """A rectangle of the picture's mean colour."""
    side = draw.uniform(0.1, 0.35, 2)
    start = draw.uniform(0, 1, 2) * (1 - side)
    at = (torch.arange(x.shape[-1], device=x.device) + 0.5) / x.shape[-1]
    inside = [(at >= start[:, i, None]) & (at < (start + side)[:, i, None]) for i in (0, 1)]
    hole = inside[1][:, None, :, None] & inside[0][:, None, None, :]
    return torch.where(hole, x.mean(dim=(2, 3), keepdim=True), x)


#: The standard's example tables (ITU-T T.81, K.1 and K.2), which most encoders scale.
_LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100,
    103, 99,
)
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
    *(99,) * 32,
)


def _jpeg(x: torch.Tensor, quality: torch.Tensor) -> torch.Tensor:
    """What JPEG of that quality (1 to 100, one a picture) with halved chroma leaves of pictures whose side is a multiple of 16."""
    k = torch.arange(8, device=x.device, dtype=torch.float32)
    dct = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) / 2
    dct[0] /= math.sqrt(2)
    factor = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None] / 100

    def quantised(plane: torch.Tensor, table: tuple[int, ...]) -> torch.Tensor:
        b, h, w = plane.shape
        steps = (torch.tensor(table, device=x.device).view(1, 8, 8) * factor).round().clamp(1, 255)[:, None, None]
        blocks = plane.reshape(b, h // 8, 8, w // 8, 8).transpose(2, 3)
        blocks = dct.t() @ ((dct @ blocks @ dct.t() / steps).round() * steps) @ dct
        return blocks.transpose(2, 3).reshape(b, h, w)

    r, g, b = x.unbind(1)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    chroma = F.avg_pool2d(torch.stack([(b - y) / 1.772, (r - y) / 1.402], dim=1), 2)
    y = quantised(y - 128, _LUMA) + 128
    chroma = torch.stack([quantised(chroma[:, 0], _CHROMA), quantised(chroma[:, 1], _CHROMA)], dim=1)
    blue, red = F.interpolate(chroma, scale_factor=2.0, mode="bilinear").unbind(1)
    return torch.stack([y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red, y + 1.772 * blue], dim=1)


def noisy(x: torch.Tensor, generator: torch.Generator, share: float = 0.6) -> torch.Tensor:
    """Sensor noise, and bytes: mostly a unit or two, now and then a dark room's eight. Without it the network moves
    by whole percents for one unit in a pixel out of ten."""
    draw = Draw(len(x), generator, x.device)
    strong = draw.uniform(0, 1) < 0.15
    sigma = torch.where(strong, draw.uniform(4, 8), draw.uniform(0.3, 4)) * (draw.uniform(0, 1) < share)
    seed = int(torch.randint(1 << 62, (), generator=generator))
    noise = torch.randn(x.shape, device=x.device, generator=torch.Generator(x.device).manual_seed(seed))
    return (x + sigma.view(-1, 1, 1, 1) * noise).round().clamp(0, 255)


def views(
    pictures: torch.Tensor, masks: torch.Tensor, size: int, generator: torch.Generator, phone: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """One augmented view of each picture: float [B,3,size,size], 0..255, and its mask, float [B,1,size/2,size/2], 0..1.

    pictures: uint8 [B,H,W,3]; masks: uint8 [B,h,w], 255 = lesion; size: a multiple of 16;
    phone: bool [B], which are close-ups (their framing and light vary more). The views lack sensor noise
    (`noisy`), which belongs last: a caller may still mix or scale them.
    """
    draw = Draw(len(pictures), generator, pictures.device)
    height, width = pictures.shape[1:3]
    phone = phone.to(pictures.device)
    matrix, scale = _geometry(draw, width, height, size, phone)
    x = pictures.permute(0, 3, 1, 2).float()
    # Shrinking by bilinear sampling aliases; the evaluation crop does not.
    sigma = 0.42 * torch.sqrt((scale * scale - 1).clamp(min=0))
    rows = draw.chance(0.15)
    sigma[rows] = torch.hypot(sigma[rows], draw.of(rows).uniform(0.5, 2.0))
    rows = (sigma > 0.25).nonzero()[:, 0]
    if len(rows):
        x[rows] = _blur(x[rows], sigma[rows])
    x = _sample(x, matrix, size)
    shrink = torch.diag(torch.tensor([masks.shape[2] / width, masks.shape[1] / height, 1.0])).to(x.device)
    double = torch.diag(torch.tensor([2.0, 2.0, 1.0])).to(x.device)
    mask = _sample(masks[:, None].float() / 255, shrink @ matrix @ double, size // 2)

    def some(share: float, change) -> None:
        rows = draw.chance(share)
        if len(rows):
            x[rows] = change(draw.of(rows), x[rows]).clamp(0, 255)

    def hair(part: Draw, seen: torch.Tensor) -> torch.Tensor:
        tone = part.uniform(10, 90, 1, 1, 1)
        return _cover(part, seen, _hairs(), torch.cat([tone + part.uniform(0, 30, 1, 1, 1), tone, tone], dim=1))

    lit = draw.chance(0.8)
    if len(lit):
        x[lit] = _light(draw.of(lit), x[lit], phone[lit]).clamp(0, 255)
    some(0.08, hair)
    some(0.03, lambda part, seen: _cover(part, seen, _rulers(), part.uniform(0, 80, 1, 1, 1)))
    some(0.06, _vignette)
    some(0.15, lambda part, seen: _jpeg(seen, part.uniform(35, 92)))
    some(0.06, _cut)
    return x, mask
