"""Make large.jpg from examples/photos/lesion-first.jpg: large enough that a photo opened for a region is decoded smaller.

Its sides are odd and it lies on its side, as phones store pictures: EXIF orientation 6, upright 1283 x 1601.
Needs Pillow: python3 make_large.py
"""

import pathlib

from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 1283, 1601
ORIENTATION, TURN_TO_THE_RIGHT = 0x0112, 6

spot = Image.open(HERE.parents[1] / "examples/photos/lesion-first.jpg").convert("RGB")
left = (HEIGHT - WIDTH) // 2
upright = spot.resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS).crop((left, 0, left + WIDTH, HEIGHT))
exif = Image.Exif()
exif[ORIENTATION] = TURN_TO_THE_RIGHT
upright.transpose(Image.Transpose.ROTATE_90).save(HERE / "large.jpg", quality=75, exif=exif)
