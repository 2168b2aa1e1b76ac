"""Makes the small JPEG files beside it from a sample photo: `python make.py` (Pillow 13).

The photo is of PAD-UFES-20, CC BY 4.0: examples/photos/NOTICE.md.
"""

import pathlib

from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parent
photo = Image.open(FOLDER.parents[3] / "examples/photos/lesion-first.jpg").convert("RGB").resize((161, 123), Image.Resampling.LANCZOS)

FILES = {
    "420": {"subsampling": "4:2:0"},
    "422": {"subsampling": "4:2:2"},
    "444": {"subsampling": "4:4:4", "quality": 95},
    "restart": {"subsampling": "4:2:0", "restart_marker_blocks": 3},
    "optimised": {"subsampling": "4:2:0", "optimize": True, "quality": 30},
    "progressive": {"subsampling": "4:2:0", "progressive": True},
    "grey": {},
    "cmyk": {},
}
MODES = {"grey": "L", "cmyk": "CMYK"}

for name, options in FILES.items():
    photo.convert(MODES.get(name, "RGB")).save(FOLDER / f"{name}.jpg", **{"quality": 80, **options})
