"""Pillow + ONNX Runtime, as articles do it: `pillow_peer.py PICTURES MODELS`."""

import io

import numpy as np
from PIL import Image
from protocol import HD, MODEL_SIDE, PHOTO, SIDE, Lesion, arguments, middle, raw, serve

pictures, models = arguments()
lesion = Lesion(models)
jpeg = (pictures / "lesion-12mp.jpg").read_bytes()


def small(picture, side):
    """The middle square, antialiased to side x side; the box spares a copy of it."""
    left, top, long = middle(picture.height, picture.width)
    return picture.resize((side, side), Image.Resampling.BILINEAR, box=(left, top, left + long, top + long))


def resized(picture):
    pixels = np.asarray(small(picture, SIDE), dtype=np.float32)
    return np.ascontiguousarray((pixels / 127.5 - 1).transpose(2, 0, 1)).ravel()[::997]


def photo(draft):
    picture = Image.open(io.BytesIO(jpeg))
    if draft:
        # libjpeg scales while it decodes: the smallest size that still holds this one.
        picture.draft("RGB", (640, 640))
    return lesion.probabilities(np.asarray(small(picture.convert("RGB"), MODEL_SIDE)))


photos = {
    "rgb-1080p": Image.fromarray(raw(pictures / "lesion-1080p.rgb", HD)),
    "rgb-12mp": Image.fromarray(raw(pictures / "lesion-12mp.rgb", PHOTO)),
}
implementations = [(task, "Pillow", lambda picture=picture: resized(picture)) for task, picture in photos.items()]
implementations.append(("jpeg-12mp", "Pillow + onnxruntime", lambda: photo(False)))
implementations.append(("jpeg-12mp", "Pillow with draft + onnxruntime", lambda: photo(True)))
serve(implementations)
