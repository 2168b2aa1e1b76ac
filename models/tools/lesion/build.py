"""Trained checkpoint -> finished pack, every step in order, each logged to RUN/log.jsonl.

    python build.py --data DATA --run RUN --out PACK
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="the folder train.py wrote")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, help="decoded pictures (default RUN/cache)")
    parser.add_argument("--checkpoint", default="final.pt")
    parser.add_argument("--set", default="ham7")
    parser.add_argument("--name", help="description in packs/ (default lesion-SET)")
    parser.add_argument("--variants", default="int8,w8", help="first is calibrated and evaluated")
    parser.add_argument("--without", action="append", default=[], help="an output to leave out (isic3 has no masks: mask)")
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--soup", type=pathlib.Path, help="average with the weights of the pack the run went on from (soup.py)")
    parser.add_argument("--embedded", type=pathlib.Path, help="times the variants on the embedded engine too: see quantise.py")
    parser.add_argument("--no-finish", action="store_true", help="export the checkpoint as it is (MobileViT-XXS)")
    parser.add_argument("--no-table", action="store_true", help="skip the comparison of quantised variants")
    args = parser.parse_args()
    args.name = args.name or f"lesion-{args.set}"
    work = args.run / "export"
    work.mkdir(parents=True, exist_ok=True)
    source = ["--data", args.data, "--set", args.set, "--cache", args.cache or args.run / "cache", "--size", args.size]
    names = args.variants.split(",")
    main_model = work / f"model.{names[0]}.onnx"
    balanced = ["--balanced"] if args.no_finish else []

    def step(script: str, *arguments) -> None:
        start = time.time()
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        code = subprocess.run(command, cwd=HERE).returncode
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
    table = ["--build-only"] if args.no_table else ["--embedded", args.embedded.resolve()] if args.embedded else []
    step("quantise.py", *source, "--model", work / "model.fp32.onnx", "--out", work, *balanced, *table)
    step("calibrate.py", *source, "--model", main_model, "--out", work / "calibration.json", *balanced)
    step("evaluate.py", *source, "--model", main_model, "--calibration", work / "calibration.json", "--out", work / "evaluation.json")
    step(
        "pack.py", "--description", HERE / "packs" / f"{args.name}.json", "--license", HERE / "packs" / f"{args.name}.LICENSE",
        *(a for n in names for a in ("--onnx", f"{n}={work / f'model.{n}.onnx'}")),
        "--calibration", work / "calibration.json", "--evaluation", work / "evaluation.json",
        "--training", checkpoint, "--out", args.out,
    )
    if (args.out / "golden").exists():
        step("golden.py", "--pack", args.out, "--out", args.out / "golden")
    step("card.py", "--pack", args.out, "--build", work)


if __name__ == "__main__":
    main()
