"""OpenCV + NumPy + ONNX Runtime: `cv2_peer.py PICTURES MODELS`."""

import cv2
import numpy as np
from protocol import HD, MODEL_SIDE, PHOTO, SIDE, Lesion, arguments, middle, nv12, raw, serve

cv2.setNumThreads(1)
pictures, models = arguments()
lesion = Lesion(models)
jpeg = np.fromfile(pictures / "lesion-12mp.jpg", np.uint8)


def tensor(rgb):
    """1 x 3 x 224 x 224 floats between -1 and 1, in one pass."""
    return cv2.dnn.blobFromImage(rgb, 1 / 127.5, (SIDE, SIDE), (127.5, 127.5, 127.5))


def sample(blob):
    return blob.ravel()[::997]


def crop_first(planes):
    luma, chroma, _ = planes
    left, top, side = middle(*luma.shape)
    left, top = left & ~1, top & ~1
    luma = luma[top : top + side, left : left + side]
    chroma = chroma[top // 2 : (top + side) // 2, left // 2 : (left + side) // 2]
    rgb = cv2.cvtColorTwoPlane(luma, chroma, cv2.COLOR_YUV2RGB_NV12)
    return sample(tensor(cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)))


def whole_frame(planes):
    rgb = cv2.cvtColor(planes[2], cv2.COLOR_YUV2RGB_NV12)
    left, top, side = middle(*rgb.shape[:2])
    rgb = cv2.resize(rgb[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return sample(tensor(rgb))


def resized(rgb):
    left, top, side = middle(*rgb.shape[:2])
    rgb = cv2.resize(rgb[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return sample(tensor(rgb))


def photo(flag):
    bgr = cv2.imdecode(jpeg, flag)
    left, top, side = middle(*bgr.shape[:2])
    small = cv2.resize(
        bgr[top : top + side, left : left + side], (MODEL_SIDE, MODEL_SIDE), interpolation=cv2.INTER_AREA
    )
    return lesion.probabilities(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))


frames = {"nv12-1080p": nv12(pictures / "lesion-1080p.nv12", HD), "nv12-12mp": nv12(pictures / "lesion-12mp.nv12", PHOTO)}
photos = {"rgb-1080p": raw(pictures / "lesion-1080p.rgb", HD), "rgb-12mp": raw(pictures / "lesion-12mp.rgb", PHOTO)}
implementations = []
for task, planes in frames.items():
    implementations.append((task, "cv2, crop first", lambda planes=planes: crop_first(planes)))
    implementations.append((task, "cv2, whole frame", lambda planes=planes: whole_frame(planes)))
for task, rgb in photos.items():
    implementations.append((task, "cv2", lambda rgb=rgb: resized(rgb)))
implementations.append(("jpeg-12mp", "cv2 + onnxruntime", lambda: photo(cv2.IMREAD_COLOR)))
implementations.append(("jpeg-12mp", "cv2 at 1/4 + onnxruntime", lambda: photo(cv2.IMREAD_REDUCED_COLOR_4)))
serve(implementations)
