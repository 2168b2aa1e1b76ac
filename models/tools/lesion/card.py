"""Writes MODEL_CARD.md from pack.json and the build's own reports, so that no figure is typed by hand.

    python card.py --pack PACK --build RUN/export
"""

from __future__ import annotations

import argparse
import json
import pathlib

import network
import quantise

#: Issue targets on held-out lesions: field, label, least (or most, where `down`).
TARGETS = (
    ("balanced_accuracy", "balanced accuracy", 0.82, False),
    ("macro_auc", "macro AUC", 0.97, False),
    ("melanoma_auc", "melanoma AUC", 0.94, False),
    ("ece", "ECE after temperature", 0.03, True),
    ("same_lesion_auc", "same-lesion AUC", 0.98, False),
    ("same_lesion_top1", "same-lesion top-1", 0.75, False),
    ("mask_iou", "mask IoU", 0.88, False),
)


def number(value) -> float | None:
    """The plain figure, with or without an interval beside it; None where it could not be measured."""
    return value["value"] if isinstance(value, dict) else value


def interval(value) -> str:
    return f" ({value['ci95'][0]:.3f} to {value['ci95'][1]:.3f})" if isinstance(value, dict) else ""


def held_out(e: dict) -> list[str]:
    lines = ["| figure | value (95 % interval) | target | |", "|---|---|---|---|"]
    for key, label, target, down in TARGETS:
        v = number(e[key])
        if v is None:
            lines.append(f"| {label} | not measurable on this set | {'≤' if down else '≥'} {target} | |")
            continue
        met = v <= target if down else v >= target
        gap = "met" if met else f"missed by {abs(v - target):.3f}"
        lines.append(f"| {label} | {v:.3f}{interval(e[key])} | {'≤' if down else '≥'} {target} | {gap} |")
    off = abs(e["coverage_90"] - 0.9)
    lines.append(
        f"| conformal coverage at 90 % | {e['coverage_90']:.3f} | 0.90 ± 0.015 | {'met' if off <= 0.015 else f'off by {off:.4f}'} |"
    )
    lines.append(f"| mean set size at 90 % | {e['set_size_90']:.2f} | – | |")
    for key, label in (("accuracy", "accuracy of the likeliest label"), ("balanced_accuracy_likeliest", "balanced accuracy of the likeliest label")):
        lines.append(f"| {label} | {number(e[key]):.3f}{interval(e[key])} | – | |")
    lines.append(f"| ECE before temperature | {e['ece_before']:.3f} | – | |")
    if e["mask_dice"] is not None:
        lines.append(f"| mask Dice | {e['mask_dice']:.3f} | – | |")
    return lines


def classes(e: dict, labels: list[dict]) -> list[str]:
    lines = ["| class | frequency in training | pictures | sensitivity | specificity | AUC | coverage at 90 % |", "|---|---|---|---|---|---|---|"]
    frequency = {label["id"]: f"{label['frequency']:.3f}" if "frequency" in label else "–" for label in labels}
    for name, c in e["per_class"].items():
        lines.append(
            f"| {name} | {frequency[name]} | {c['n']} | {c['sensitivity']:.3f} | {c['specificity']:.3f} | {c['auc']:.3f} | {e['coverage_90_by_class'][name]:.3f} |"
        )
    return lines


def groups(e: dict) -> list[str]:
    lines = [
        "| group | pictures | accuracy (95 % interval) | balanced accuracy (classes present) | melanoma AUC | coverage at 90 % | mask IoU |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, g in e["by_group"].items():
        mel = "–" if g["melanoma_auc"] is None else f"{g['melanoma_auc']:.3f}"
        lines.append(
            f"| {name} | {g['n']} | {g['accuracy']['value']:.3f}{interval(g['accuracy'])} | {g['balanced_accuracy']:.3f} ({g['classes']}) "
            f"| {mel} | {g['coverage_90']:.3f} | {'–' if g['mask_iou'] is None else format(g['mask_iou'], '.3f')} |"
        )
    return lines


def taught(config: dict) -> str:
    """What the network learnt from besides labels."""
    teachers = [t for t in config.get("teachers", "").split(",") if t]
    if not teachers:
        return ""
    sides = ", ".join(t.rpartition("@")[2] for t in teachers)
    warm = float(config["teacher_temperature"])
    return (
        f"{float(config['teacher_share']):.0%} of the target is the mean opinion of {len(teachers)} networks that see the same "
        f"view at {sides} px" + (f", at temperature {warm:g}. " if warm != 1 else ". ")
    )


def card(pack: dict, report: dict, rows: list[dict] | None, parameters: int, notes: str) -> str:
    e, t = pack["evaluation"], pack["training"]
    noise = pack["embedding_noise"]
    ood = report["ood"][pack["ood"]["method"]]
    depth, deep = network.HYBRIDS[t["config"]["network"]]
    start = t.get("origin") or t["config"].get("init", "None")
    views = "pictures of one lesion" if noise else "augmented views of one picture"
    out = [
        f"# {pack['title']}", "",
        f"`{pack['id']}` {pack['version']} · {pack['license']['id']} · input {pack['input']['width']}x{pack['input']['height']} RGB u8", "",
        pack["intended_use"], "", f"**Limits.** {pack['limitations']}", "",
        f"**Licence and attribution.** {pack['license']['attribution']} Commercial use: "
        f"{'yes' if pack['license']['commercial_use'] else 'no'}. Full text: `LICENSE`.", "",
        "## Network", "",
        f"EfficientNet-Lite0 (ImageNet) to stride {32 if deep else 16}, a 1x1 projection to 192 channels, {depth} transformer "
        f"blocks (width 192, 3 heads, MLP x4), LayerNorm, mean pooling, linear head. {parameters / 1e6:.1f} M parameters. One run gives logits, a "
        f"{pack['embedding_dim']}-d embedding, a {pack['heatmap_size'][0]}x{pack['heatmap_size'][1]} class map (its mean plus the bias is "
        + ("the logit)." if pack["mask_size"] is None else f"the logit) and a {pack['mask_size'][0]}x{pack['mask_size'][1]} lesion mask."), "",
        "## Training", "",
        f"{t['data']}: {t['pictures']:,} pictures of {t['lesions']:,} lesions. "
        + (f"Went on from the weights of {start}: " if start != "None" else "")
        + f"{t['steps']:,} steps of "
        f"{t['config']['views']} views in {t['minutes']:.0f} minutes on {'two shared CPU cores' if t['config']['device'] == 'cpu' else 'a GPU'}, sides "
        f"{t['config']['sizes']}, seed {t['seed']}. {taught(t['config'])}"
        "Square-root class sampling with logit adjustment, AdamW (stem 3e-4, rest 1e-3), cosine, weight averaging, CutMix and MixUp, "
        f"supervised contrast over {views}" + (", Dice and BCE on the masks" if pack["mask_size"] else "")
        + ("; batch norms learn too. " if t["config"].get("live") == "True" else
           "; batch-norm statistics recalibrated on dermoscopic pictures, then frozen with the first stem blocks. ")
        + (f"The weights lie {float(t['config']['soup']):.2f} of the way from {t['origin']} to the run's end (soup.py). " if "soup" in t["config"] else "")
        + "Then two "
        f"closed-form steps (finish.py): the embedding is a linear discriminant on the pooled features of every stage, between {views}, and "
        "the log class frequencies of the training pictures go into the head's bias.", "", f"    {t['command']}", "",
        f"## Held-out figures ({pack['variants'][0]['name']} variant)", "",
        f"{e['set'][0].upper()}{e['set'][1:]}: {e['n']:,} pictures of {e['lesions']:,} lesions. Intervals: bootstrap over lesions. "
        "All dermoscopic; say so wherever a figure is quoted.", "",
        f"    {e['command']}", "", *held_out(e), "",
        "A probability is meant for pictures with the class mix of the training set (the frequencies below): there, of labels called 0.3 likely three "
        "in ten should be right, and the likeliest label is seldom a rare one. Balanced accuracy, which counts all classes the same, and the sensitivities "
        "below are therefore those of the label that stands out most: whose probability is the largest multiple of its frequency "
        "(`Finding::standout`). Accuracy follows the class mix of the set (two thirds naevi); balanced accuracy does not.", "",
        "### By class", "", *classes(e, pack["labels"]), "",
        "### By group", "",
        "Groups differ in their class mix (naevi confirmed by follow-up are easy; the young have few malignant lesions), so compare with care.", "",
        *groups(e), "",
        "## Calibration", "",
        f"Temperature {pack['calibration']['temperature']} and the conformal threshold {pack['conformal']['threshold']} (LAC, alpha "
        f"{pack['conformal']['alpha']}) were fitted on {pack['calibration']['fitted_on']}. That is few: the coverage of a threshold from n pictures "
        "varies by about 0.3/sqrt(n). The guarantee is over all pictures together, not within a class (see the class table).", "",
        *([] if noise is None else [f"**Same lesion.** Cosine between two pictures of one lesion: mean {noise['same_lesion']['mean']:.3f}, sd {noise['same_lesion']['sd']:.3f}, "
        f"5 % quantile {noise['same_lesion']['quantiles']['0.05']:.3f} ({noise['pairs']} pairs); of different lesions: mean "
        f"{noise['different_lesion']['mean']:.3f}, 95 % quantile {noise['different_lesion']['quantiles']['0.95']:.3f}. "
        "These are views of one lesion, not dated series: they measure the noise of re-photographing, not of time.", ""]),
        f"**Not this kind of picture.** {pack['ood']['method']} score on the embedding; threshold {pack['ood']['threshold']:.3f}. Of "
        f"{report['ood_strangers']} pictures that are no skin lesion (faces, a cat, a cup, textures, text, noise, flat colour) "
        f"{ood['rejected']:.1%} are rejected; {e['ood_kept']:.1%} of the held-out lesions are kept. "
        f"Let through at least once: {', '.join(ood['missed']) or 'none'}. "
        + "; ".join(f"{k}: AUC {v['auc']:.3f}, rejected {v['rejected']:.1%}" for k, v in report["ood"].items()) + ".", "",
    ]
    if rows:
        out += [
            "## Quantisation", "",
            "The calibration pictures (none of the held-out fold), ONNX Runtime 1.27, x86-64; the variants take turns, so ratios "
            "hold where milliseconds do not.", "",
            "    python quantise.py --data DATA --cache CACHE --model model.fp32.onnx --out EXPORT", "", quantise.table(rows), "",
            "`dynamic-all`: `quantize_dynamic` over every op. `dynamic-matmul`: signed per-channel MatMul/Gemm only. `int8-f16`: the same with the "
            "other weights stored as fp16. `int8`: and the large pointwise filters stored as bytes. `int8-narrow`: `int8` with 7-bit weights, for x86 without VNNI. `static-stem`: QDQ convolutional stem and dynamic "
            "MatMul. `w16`: every weight fp16 behind a Cast. `w8`: the large weights as bytes behind a Cast and a Mul, the others fp16; everything "
            "is computed in floating point.", "",
        ]
    if notes:
        out += [notes.strip(), ""]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder with calibration.json and quantisation.json")
    args = parser.parse_args()
    pack = json.loads((args.pack / "pack.json").read_text())
    report = json.loads((args.build / "calibration.json").read_text())["report"]
    table = args.build / "quantisation.json"
    rows = json.loads(table.read_text()) if table.exists() else None
    net = network.build(pack["training"]["config"]["network"], len(pack["labels"]))
    parameters = sum(p.numel() for p in net.parameters())
    notes = pathlib.Path(__file__).resolve().parent / "packs" / f"{pack['id']}.notes.md"
    (args.pack / "MODEL_CARD.md").write_text(card(pack, report, rows, parameters, notes.read_text() if notes.exists() else ""))


if __name__ == "__main__":
    main()
