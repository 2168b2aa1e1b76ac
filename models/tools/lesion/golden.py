"""Reference outputs of a pack on a few redistributable pictures, for the Rust parity tests.

Each case has `capture`: the one that the network takes it for; `variants`: every output for the pixels that Pillow's resize gives (to compare networks),
and `pipeline`: the probabilities for the SDK's own resize (to compare whole pipelines).

    python golden.py --pack PACK --pictures PAD_UFES_FOLDER --out PACK/golden
"""

from __future__ import annotations

import argparse
import json
import pathlib

import numpy as np
from PIL import Image

import data as dataset
import ood
import runner
import scaling

NOTICE = (
    "Pictures reduced from PAD-UFES-20 (Pacheco A. et al., Federal University of Espirito Santo, "
    "doi:10.17632/zr7vgbcyr2.1), CC BY 4.0; resized and re-encoded as PNG. They are here for numeric parity, not accuracy."
)
#: Longest side and aspect (width / height) of each fixture: square, wide and tall, odd sizes.
SHAPES = ((224, 1.0), (240, 4 / 3), (201, 3 / 4), (192, 1.0), (255, 1.6), (160, 1.0))


def reduce(picture: Image.Image, longest: int, aspect: float) -> Image.Image:
    width, height = picture.size
    w, h = (width, width / aspect) if width / height < aspect else (height * aspect, height)
    box = ((width - w) / 2, (height - h) / 2, (width + w) / 2, (height + h) / 2)
    size = (longest, round(longest / aspect)) if aspect >= 1 else (round(longest * aspect), longest)
    return picture.resize(size, Image.LANCZOS, box=box)


def pillow_square(picture: np.ndarray, size: int) -> np.ndarray:
    height, width = picture.shape[:2]
    side = min(width, height)
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.BILINEAR, box=box))


def taken(outputs: dict[str, np.ndarray], i: int) -> int:
    """Which capture the network takes a picture for: what `auto` uses."""
    return int(outputs["capture"][i].argmax()) if "capture" in outputs else 0


def probabilities(profile: dict, logits: np.ndarray) -> np.ndarray:
    """[C], calibrated for a capture."""
    c = profile["calibration"]
    return scaling.VectorScaling(np.array(c["scale"]), np.array(c["bias"]))(logits[None])[0]


def named(pack: dict, p: np.ndarray) -> dict[str, float]:
    return {label["id"]: round(float(x), 6) for label, x in zip(pack["labels"], p)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path, help="where to take new fixtures from; absent: the ones in OUT")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    pack = json.loads((args.pack / "pack.json").read_text())
    args.out.mkdir(parents=True, exist_ok=True)
    if args.pictures:
        found = sorted(args.pictures.glob("*.png")) + sorted(args.pictures.glob("*.jpg"))
        chosen = found[:: max(1, len(found) // len(SHAPES))][: len(SHAPES)]
        for path, (longest, aspect) in zip(chosen, SHAPES):
            reduce(Image.open(path).convert("RGB"), longest, aspect).save(args.out / f"{path.stem}.png", optimize=True)
    files = sorted(args.out.glob("*.png"))
    size = pack["input"]["width"]
    pictures = [np.asarray(Image.open(f).convert("RGB")) for f in files]
    squares = [pillow_square(picture, size) for picture in pictures]
    ours = [dataset.centre_square(picture, size) for picture in pictures]
    cases = [{"file": f.name, "crop": "centre_square", "variants": {}, "pipeline": {}} for f in files]
    for v in pack["variants"]:
        pillows, product = runner.run(args.pack / v["file"], squares), runner.run(args.pack / v["file"], ours)
        for i, case in enumerate(cases):
            profile = pack["captures"][taken(pillows, i)]
            if case.setdefault("capture", profile["id"]) != profile["id"] or profile is not pack["captures"][taken(product, i)]:
                raise SystemExit(f"{case['file']}: which capture it is hangs on a byte's rounding; take another picture")
            case["pipeline"][v["name"]] = named(pack, probabilities(profile, product["logits"][i]))
            score = None if profile["ood"] is None else round(float(ood.score(profile["ood"], pillows["embedding"][i])), 4)
            case["variants"][v["name"]] = {
                "probabilities": named(pack, probabilities(profile, pillows["logits"][i])),
                "logits": np.round(pillows["logits"][i].astype(float), 5).tolist(),
                "embedding": np.round(pillows["embedding"][i].astype(float), 5).tolist(),
                "ood_score": score,
                "mask_share": round(float((pillows["mask"][i] > 0.5).mean()), 5) if "mask" in pillows else None,
                "heatmap_mean": np.round(pillows["heatmap"][i].mean(axis=(1, 2)).astype(float), 5).tolist(),
            }
    golden = {
        "notice": NOTICE,
        "pack": pack["id"], "version": pack["version"],
        "sha256": {v["name"]: v["sha256"] for v in pack["variants"]},
        "cases": cases,
    }
    (args.out / "golden.json").write_text(json.dumps(golden, indent=1))
    total = sum(f.stat().st_size for f in args.out.iterdir())
    print(f"{len(cases)} cases, {total} bytes in {args.out}")


if __name__ == "__main__":
    main()
