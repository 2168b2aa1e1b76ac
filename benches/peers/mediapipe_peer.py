"""MediaPipe's own Python FaceMesh, 468 points: `mediapipe_peer.py PICTURES MODELS`."""

import cv2
import mediapipe
import numpy as np
from protocol import HD, arguments, nv12, raw, serve

cv2.setNumThreads(1)
pictures, _ = arguments()
rgb = raw(pictures / "face-1080p.rgb", HD)
planes = nv12(pictures / "face-1080p.nv12", HD)
rgb.flags.writeable = False  # spares MediaPipe a copy


def places(mesh, picture):
    """Every thirteenth landmark, in pixels."""
    faces = mesh.process(picture).multi_face_landmarks
    points = faces[0].landmark[::13]
    return np.array([[p.x * HD[0], p.y * HD[1]] for p in points])


def from_nv12(mesh):
    picture = cv2.cvtColor(planes[2], cv2.COLOR_YUV2RGB_NV12)
    picture.flags.writeable = False
    return places(mesh, picture)


def face_mesh(photo):
    return mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=photo, max_num_faces=1, refine_landmarks=False)


steady, moving, single = face_mesh(False), face_mesh(False), face_mesh(True)
serve(
    [
        ("face-rgb", "mediapipe", lambda: places(steady, rgb)),
        ("face-nv12", "cv2 + mediapipe", lambda: from_nv12(moving)),
        ("face-photo", "mediapipe", lambda: places(single, rgb)),
    ]
)
