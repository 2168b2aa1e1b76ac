"""Makes a model pack from ONNX files and a description.

The shipped pack:
    python pack.py --description packs/lesion-8.json --license packs/lesion-8.LICENSE --onnx int8=EXPORT/model.int8.onnx \\
        --calibration calibration.json --context context.json --evaluation evaluation.json --training RUN/last.pt --out PACK

Your own network (labels.txt: one label a line, in output order; frequencies: each label's share of the training pictures):
    python pack.py --id my-model --labels labels.txt --frequencies 0.7,0.2,0.1 --onnx fp32=my.onnx --out PACK

Says plainly what the pack will not offer, and refuses what the SDK would refuse.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pathlib
import shutil

import onnx

#: What is calibrated for each capture is format 2; a network that comes with frequencies at most is format 1.
PLAIN_FORMAT, FORMAT = 1, 2
LEAST_OPSET = 17
OPTIONAL = {
    "embedding": "comparison of a lesion with its earlier pictures is off",
    "heatmap": "no heatmap is shown",
    "mask": "measures come from the built-in segmentation, or are off",
    "capture": "the host says how a picture was taken",
}


class PackError(Exception):
    """What is wrong, in which file and field, and what to do about it."""


def shape(value: onnx.ValueInfoProto) -> list[int]:
    return [d.dim_value for d in value.type.tensor_type.shape.dim]


def inspect(path: pathlib.Path) -> dict:
    """Input size and output shapes of a model, checked against the pack's contract."""
    try:
        model = onnx.load(path)
    except Exception as error:  # whatever the reader of the format meets
        raise PackError(f"{path}: not an ONNX file that can be read ({error})") from error
    opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
    if opset < LEAST_OPSET:
        raise PackError(f"{path}: opset {opset}; export with opset {LEAST_OPSET} or later")
    initial = {i.name for i in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in initial]
    if len(inputs) != 1:
        raise PackError(f"{path}: {len(inputs)} inputs; a pack's graph has exactly one, the picture")
    kind, dims = inputs[0].type.tensor_type.elem_type, shape(inputs[0])
    if kind != onnx.TensorProto.UINT8 or len(dims) != 4 or dims[0] != 1 or dims[3] != 3 or 0 in dims:
        raise PackError(
            f"{path}: input {inputs[0].name} is {onnx.TensorProto.DataType.Name(kind)} {dims}; it must be UINT8 "
            "[1,H,W,3] with a fixed size (put the cast, normalization and transpose into the graph)"
        )
    outputs = {o.name: shape(o) for o in model.graph.output}
    if "logits" not in outputs or len(outputs["logits"]) != 2:
        raise PackError(f"{path}: no output named logits of shape [1,C]; outputs are {outputs}")
    return {"input": inputs[0].name, "height": dims[1], "width": dims[2], "outputs": outputs}


def read_labels(path: pathlib.Path) -> list[dict]:
    names = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    return [{"id": n.lower().replace(" ", "-"), "name": n, "snomed_ct": None, "icd10": None} for n in names]


def check_frequencies(labels: list[dict]) -> bool:
    """Whether the labels have frequencies; what the SDK would refuse is an error."""
    given = [label.get("frequency") for label in labels]
    if all(f is None for f in given):
        return False
    for label, f in zip(labels, given):
        if not isinstance(f, (int, float)) or not 0 < f <= 1:
            raise PackError(f"labels: the frequency of {label['id']} is {f}; each label needs one above 0 and at most 1, or none has any")
    if abs(sum(given) - 1) > 0.01:
        raise PackError(f"labels: the frequencies add up to {sum(given)}, not to 1")
    return True


def check_captures(captures: list[dict], labels: list[dict], has_output: bool) -> None:
    """What the SDK would refuse of a calibration by capture is an error."""
    if len(captures) > 1 and not has_output:
        raise PackError(f"captures: {len(captures)} of them, but the network has no output named capture to tell them apart")
    for c in captures:
        for where, values in (
            ("frequencies", c["frequencies"]), ("calibration.scale", c["calibration"]["scale"]),
            ("calibration.bias", c["calibration"]["bias"]), ("conformal.thresholds", c["conformal"]["thresholds"]),
        ):
            if len(values) != len(labels):
                raise PackError(f"captures {c['id']}: {where} has {len(values)} values for {len(labels)} labels")
        if abs(sum(c["frequencies"]) - 1) > 0.01:
            raise PackError(f"captures {c['id']}: the frequencies add up to {sum(c['frequencies'])}, not to 1")


def variant(name: str, path: pathlib.Path) -> dict:
    content = path.read_bytes()
    return {
        "name": name,
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "precision": name,
        "engines": ["onnxruntime", "embedded"],
    }


def training_facts(checkpoint: pathlib.Path) -> dict:
    """How a checkpoint was trained, from the checkpoint itself."""
    import torch

    import train

    state = torch.load(checkpoint, map_location="cpu", weights_only=False)
    config = {k: v for k, v in state["config"].items() if k not in ("data", "out", "cache", "resume", "workers", "threads", "compile")}
    origin = config.get("origin", "")
    # Of paths the folder that a run wrote and the file: the rest is one machine's.
    for name in ("teachers", "init"):
        if name in config:
            config[name] = ",".join("/".join(pathlib.PurePath(part).parts[-2:]) for part in config[name].split(","))
    parser = train.arguments()
    if origin:
        config.pop("init", None)
    given = [
        f"--{k.replace('_', '-')}" + ("" if v == "True" else f" {v}")
        for k, v in config.items()
        if k not in ("origin", "soup", "device") and v not in ("None", "False", "") and v != str(parser.get_default(k))
    ]
    if origin:
        given.append("--init PACK")
    return {
        "steps": state["step"],
        "minutes": round(state["elapsed"] / 60, 1),
        "seed": int(config.get("seed", 0)),
        "command": f"python train.py --data DATA --out RUN {' '.join(given)}",
        "origin": origin,
        "config": config,
    }


def build(description: dict, files: dict[str, pathlib.Path], parts: dict, out: pathlib.Path) -> tuple[dict, list[str]]:
    """Writes the pack; returns pack.json's content and what the pack lacks."""
    facts = {name: inspect(path) for name, path in files.items()}
    first = next(iter(facts.values()))
    for name, other in facts.items():
        if other != first:
            raise PackError(f"{files[name]}: input or outputs differ from the first variant's; all variants must be one network")
    outputs, labels = first["outputs"], description["labels"]
    if len(labels) != outputs["logits"][1]:
        raise PackError(f"labels: {len(labels)} given, logits has {outputs['logits'][1]}; give one a class, in output order")
    if len({label["id"] for label in labels}) != len(labels):
        raise PackError("labels: an id occurs twice; ids must be unique")
    missing = [f"no {role} output: {effect}" for role, effect in OPTIONAL.items() if role not in outputs]
    captures = parts.get("captures")
    if captures:
        check_captures(captures, labels, "capture" in outputs)
    elif not check_frequencies(labels):
        missing.append("no frequencies of the labels: the label that stands out is the likeliest one")
    out.mkdir(parents=True, exist_ok=True)
    variants = []
    for name, path in files.items():
        target = out / f"model.{name}.onnx"
        if path.resolve() != target.resolve():
            shutil.copyfile(path, target)
        variants.append(variant(name, target))
    pack = {
        "format": FORMAT if captures else PLAIN_FORMAT,
        **{k: v for k, v in description.items() if k != "labels"},
        "input": {
            "name": first["input"], "width": first["width"], "height": first["height"], "layout": "NHWC",
            "dtype": "u8", "colour": "RGB", "crop": {"rule": "centre_square", "scale": 1.0},
        },
        "outputs": {role: role for role in ("logits", *OPTIONAL) if role in outputs},
        "embedding_dim": outputs["embedding"][1] if "embedding" in outputs else None,
        "heatmap_size": outputs["heatmap"][2:] if "heatmap" in outputs else None,
        "mask_size": outputs["mask"][2:] if "mask" in outputs else None,
        "variants": variants,
        "labels": labels,
    }
    if captures:
        pack["captures"], pack["context"] = captures, parts.get("context")
    plain = (
        ("calibration", "probabilities are as the network gives them (temperature 1)"),
        ("conformal", "no prediction set"),
        ("ood", "unusual pictures are not refused"),
        ("embedding_noise", "changes have no error bar"),
    )
    for key, effect in (
        *(() if captures else plain),
        ("training", "no record of how it was trained"),
        ("evaluation", "no measured figures"),
    ):
        pack[key] = parts.get(key)
        if pack[key] is None:
            missing.append(f"no {key}: {effect}")
    (out / "pack.json").write_text(dump(pack))
    return pack, missing


def dump(value, indent: int = 0) -> str:
    """JSON with one key a line and number lists on one line each, for readable diffs."""
    pad = " " * (indent + 1)
    if isinstance(value, dict) and value:
        rows = [f"{pad}{json.dumps(k)}: {dump(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}" + ("\n" if indent == 0 else "")
    if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"
    return json.dumps(value, ensure_ascii=False)


def with_frequencies(labels: list[dict], shares: list[float]) -> list[dict]:
    if len(shares) != len(labels):
        raise PackError(f"frequencies: {len(shares)} given for {len(labels)} labels; give one a label, in the same order")
    return [label | {"frequency": share} for label, share in zip(labels, shares)]


def describe(args: argparse.Namespace) -> dict:
    """What is said of the model: the description's or the options'."""
    description = json.loads(args.description.read_text()) if args.description else {
        "id": args.id or args.out.name, "version": "0.1.0", "title": args.id or args.out.name,
        "license": {"id": "unknown", "commercial_use": False, "attribution": "", "file": "LICENSE" if args.license else None},
        "intended_use": "", "limitations": "not stated",
    }
    if args.labels:
        description["labels"] = read_labels(args.labels)
    if not description.get("labels"):
        raise PackError("labels: none given; use --labels FILE or a description with labels")
    if description["license"].get("file") and not args.license:
        raise PackError(f"license.file is {description['license']['file']}: give the text with --license FILE")
    if args.frequencies:
        try:
            shares = [float(part) for part in args.frequencies.split(",")]
        except ValueError as error:
            raise PackError(f"--frequencies {args.frequencies}: write numbers with commas") from error
        description["labels"] = with_frequencies(description["labels"], shares)
    return description


def run(args: argparse.Namespace) -> None:
    description = describe(args)
    for pair in args.onnx:
        if "=" not in pair:
            raise PackError(f"--onnx {pair}: write NAME=FILE, as in fp32={pair}")
    files = {name: pathlib.Path(path) for name, path in (pair.split("=", 1) for pair in args.onnx)}
    parts: dict = {}
    if args.calibration:
        found = json.loads(args.calibration.read_text())
        parts |= {k: found[k] for k in ("captures", "calibration", "conformal", "ood", "embedding_noise") if k in found}
    if args.context:
        parts["context"] = json.loads(args.context.read_text())["context"]
    if args.evaluation:
        parts["evaluation"] = json.loads(args.evaluation.read_text())
    if args.training:
        parts["training"] = (
            training_facts(args.training) if args.training.suffix == ".pt" else json.loads(args.training.read_text())
        )
        parts["training"] = {**description.pop("training", {}), **parts["training"]}
    description.pop("training", None)
    pack, missing = build(description, files, parts, args.out)
    if args.license:
        shutil.copyfile(args.license, args.out / "LICENSE")
    else:
        missing.append("no license text: hosts will be shown \"unknown\"")
    for v in pack["variants"]:
        print(f"{v['name']}: {v['file']} {v['bytes']} bytes sha256 {v['sha256']}")
    for line in missing:
        print("note:", line)
    print(f"packed {pack['id']} {pack['version']} in {args.out}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--description", type=pathlib.Path, help="JSON: id, version, title, license, intended_use, limitations, labels")
    parser.add_argument("--id")
    parser.add_argument("--labels", type=pathlib.Path, help="one label a line, in place of the description's")
    parser.add_argument("--frequencies", help="of the labels, with commas: shares of the training pictures that add up to 1")
    parser.add_argument("--license", type=pathlib.Path, help="license text, copied into the pack as LICENSE")
    parser.add_argument("--onnx", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--calibration", type=pathlib.Path, help="what calibrate.py wrote")
    parser.add_argument("--context", type=pathlib.Path, help="what context.py wrote")
    parser.add_argument("--evaluation", type=pathlib.Path)
    parser.add_argument("--training", type=pathlib.Path, help="checkpoint, or JSON with free fields")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    try:
        run(args)
    except (PackError, OSError) as error:
        raise SystemExit(f"not packed: {error}") from error


if __name__ == "__main__":
    main()
