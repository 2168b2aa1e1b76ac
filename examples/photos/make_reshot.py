"""Make lesion-second.jpg from lesion-first.jpg: the same unchanged spot, photographed again.

A re-shot stands in for a second visit because no public-domain or CC BY pair of one lesion is at hand.
Framing: turned 6 degrees, moved by a few pixels, 5 % further away. Light: a little brighter and warmer.
Needs Pillow and numpy: python3 make_reshot.py
"""

import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
ROTATION_DEGREES, ZOOM, SHIFT_PX = 6.0, 1.05, (18, -11)
GAIN, WARMTH = 1.06, (1.03, 1.0, 0.96)

first = Image.open(HERE / "lesion-first.jpg").convert("RGB")
width, height = first.size
turned = first.rotate(ROTATION_DEGREES, Image.Resampling.BICUBIC, translate=SHIFT_PX)
# Crop inside the turned picture so that no empty corner is seen; the crop is the new framing.
margin = 0.08
box = (width * margin, height * margin, width * (1 - margin), height * (1 - margin))
side = round(width * (1 - 2 * margin) / ZOOM)
framed = turned.resize((side, side), Image.Resampling.LANCZOS, box)
light = np.asarray(framed, np.float32) * GAIN * np.asarray(WARMTH, np.float32)
Image.fromarray(np.clip(light + 0.5, 0, 255).astype(np.uint8)).save(
    HERE / "lesion-second.jpg", quality=90
)
