"""Trained checkpoint -> finished pack, every step in order, each logged to RUN/log.jsonl.

    python build.py --data DATA --set lesion8 --run RUN --out ../../lesion-8
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import runtime

HERE = pathlib.Path(__file__).resolve().parent
#: The pack that each set's network becomes.
NAMES = {"lesion8": "lesion-8", "phone6": "lesion-phone6"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="the folder train.py wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, help="decoded pictures (default RUN/cache)")
    parser.add_argument("--checkpoint", default="final.pt")
    parser.add_argument("--set", default="lesion8", choices=sorted(NAMES))
    parser.add_argument("--variants", default="int8", help="with commas; the first is calibrated and evaluated")
    parser.add_argument("--without", action="append", default=[], help="an output to leave out")
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--soup", type=pathlib.Path, help="average with the weights of the pack the run went on from (soup.py)")
    parser.add_argument("--embedded", type=pathlib.Path, help="times the variants on the embedded engine too: see quantize.py")
    parser.add_argument("--no-finish", action="store_true", help="export the checkpoint as it is (MobileViT-XXS)")
    parser.add_argument("--no-table", action="store_true", help="skip the comparison of quantized variants")
    args = parser.parse_args()
    args.run, args.out = args.run.resolve(), args.out.resolve()
    work = args.run / "export"
    work.mkdir(parents=True, exist_ok=True)
    source = ["--data", args.data.resolve(), "--set", args.set, "--cache", (args.cache or args.run / "cache").resolve(), "--size", args.size]
    names = args.variants.split(",")
    main_model = work / f"model.{names[0]}.onnx"

    def step(script: str, *arguments) -> None:
        start = time.time()
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        code = subprocess.run(command, cwd=HERE, env={**os.environ, **runtime.ENVIRONMENT}).returncode
        with (args.run / "log.jsonl").open("a") as f:
            f.write(json.dumps({"event": "build", "step": script, "seconds": round(time.time() - start, 1), "exit": code}) + "\n")
        if code != 0:
            raise SystemExit(f"{script} failed with {code}: the pack was not finished")

    checkpoint = args.run / args.checkpoint
    if args.soup:
        step("soup.py", *source, "--checkpoint", checkpoint, "--pack", args.soup, "--out", work / "souped.pt")
        checkpoint = work / "souped.pt"
    if not args.no_finish:
        step("finish.py", *source, "--checkpoint", checkpoint, "--out", work / "finished.pt")
        checkpoint = work / "finished.pt"
    step("export.py", "--checkpoint", checkpoint, "--out", work / "model.fp32.onnx", "--size", args.size,
         *(a for name in args.without for a in ("--without", name)))
    table = ["--build-only", args.variants] if args.no_table else ["--embedded", args.embedded.resolve()] if args.embedded else []
    step("quantize.py", *source, "--model", work / "model.fp32.onnx", "--out", work, *table)
    calibration = ["--calibration", work / "calibration.json"]
    context = ["--context", work / "context.json"]
    step("calibrate.py", *source, "--model", main_model, "--out", work / "calibration.json")
    step("context.py", *source, "--model", main_model, *calibration, "--out", work / "context.json")
    step("evaluate.py", *source, "--model", main_model, *calibration, *context, "--out", work / "evaluation.json")
    step(
        "pack.py", "--description", HERE / "packs" / f"{NAMES[args.set]}.json", "--license", HERE / "packs" / f"{NAMES[args.set]}.LICENSE",
        *(a for n in names for a in ("--onnx", f"{n}={work / f'model.{n}.onnx'}")),
        *calibration, *context, "--evaluation", work / "evaluation.json",
        "--training", checkpoint, "--out", args.out,
    )
    if (args.out / "golden").exists():
        step("golden.py", "--pack", args.out, "--out", args.out / "golden")
    step("card.py", "--pack", args.out, "--build", work)


if __name__ == "__main__":
    main()
