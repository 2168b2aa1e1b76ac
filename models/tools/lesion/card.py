"""Writes MODEL_CARD.md from pack.json and the build's own reports, so that no figure is typed by hand.

    python card.py --pack PACK --build RUN/export
"""

from __future__ import annotations

import argparse
import json
import pathlib

import network
import quantize

#: Targets (issue 17) by pack, source and capture: figure -> least; coverage and ECE below.
TARGETS = {
    ("lesion-8", "pad_ufes_20", "close_up"): {"balanced_accuracy": 0.72, "melanoma_auc": 0.95},
    ("lesion-8", "milk10k", "close_up"): {"balanced_accuracy": 0.60, "melanoma_auc": 0.92},
    ("lesion-8", "milk10k", "dermoscope"): {"balanced_accuracy": 0.70, "melanoma_auc": 0.93},
    ("lesion-8", "ham10000", "dermoscope"): {"balanced_accuracy": 0.82, "melanoma_auc": 0.94, "same_lesion_top1": 0.91},
    ("lesion-phone6", "pad_ufes_20", "close_up"): {"balanced_accuracy": 0.66, "melanoma_auc": 0.92},
}
CONTEXT_TARGETS = {"with the answers": 0.84, "with half of the answers": 0.75}
NAMES = {"ham10000": "HAM10000", "milk10k": "MILK10k", "pad_ufes_20": "PAD-UFES-20", "isic2017": "ISIC 2017"}
WORDS = {"dermoscope": "dermoscopy", "close_up": "close-ups"}


def number(value) -> float | None:
    """The plain figure, with or without an interval beside it; None where it could not be measured."""
    return value["value"] if isinstance(value, dict) else value


def shown(value, least: float | None = None, most: float | None = None) -> str:
    """A figure, its interval, and how far it is from its target."""
    v = number(value)
    if v is None:
        return "–"
    text = f"{v:.3f}" + (f" ({value['ci95'][0]:.2f} to {value['ci95'][1]:.2f})" if isinstance(value, dict) else "")
    if least is not None:
        text += f"; target ≥ {least:g} " + ("met" if v >= least else f"missed by {least - v:.3f}")
    if most is not None:
        text += f"; target ≤ {most:g} " + ("met" if v <= most else f"missed by {v - most:.3f}")
    return text


def held_out(pack_id: str, capture: str, e: dict) -> list[str]:
    """One column a source."""
    sources = e["by_source"]
    lines = ["| figure | " + " | ".join(NAMES[s] for s in sources) + " |", "|---" * (len(sources) + 1) + "|"]

    def row(label: str, cell) -> None:
        lines.append(f"| {label} | " + " | ".join(cell(s, f) for s, f in sources.items()) + " |")

    def target(source: str, key: str) -> float | None:
        return TARGETS.get((pack_id, source, capture), {}).get(key)

    row("pictures (lesions), classes", lambda s, f: f"{f['n']:,} ({f['lesions']:,}), {f['classes']}")
    for key, label in (
        ("balanced_accuracy", "balanced accuracy"), ("accuracy", "accuracy of the likeliest label"), ("macro_auc", "macro AUC"),
        ("melanoma_auc", "melanoma AUC"),
    ):
        row(label, lambda s, f: shown(f[key], target(s, key)))
    row("ECE", lambda s, f: shown(f["ece"], most=0.03 if s == "ham10000" else 0.05))
    row("coverage of the 90 % set", lambda s, f: f"{f['coverage_90']:.3f}")
    row("mean size of the 90 % set", lambda s, f: f"{f['set_size_90']:.2f}")
    row("same-lesion top-1 (pictures with a second one)", lambda s, f: shown(f["same_lesion_top1"], target(s, "same_lesion_top1")) + f" ({f['queries']})")
    row("mask IoU", lambda s, f: shown(f["mask_iou"]))
    row("kept as a lesion", lambda s, f: shown(f["ood_kept"], 0.95))
    if e["capture_right"] is not None:
        row("capture told right", lambda s, f: shown(f["capture_right"]))
    return lines


def classes(e: dict, labels: list[dict], frequencies: list[float], fitted: list[int]) -> list[str]:
    lines = [
        "| class | frequency | calibration pictures | pictures | sensitivity | specificity | AUC | in the 90 % set |", "|---" * 8 + "|",
    ]
    for label, share, n in zip(labels, frequencies, fitted):
        if label["id"] in e["per_class"]:
            c = e["per_class"][label["id"]]
            lines.append(
                f"| {label['id']} | {share:.3f} | {n} | {c['n']} | {c['sensitivity']:.3f} | {c['specificity']:.3f} | {c['auc']:.3f} "
                f"| {e['coverage_90_by_class'][label['id']]:.3f} |"
            )
    return lines


def groups(e: dict) -> list[str]:
    lines = [
        "| group | pictures | accuracy (95 % interval) | balanced accuracy (classes) | melanoma AUC | coverage at 90 % | kept | mask IoU |",
        "|---" * 8 + "|",
    ]
    for name, g in e["by_group"].items():
        lines.append(
            f"| {name} | {g['n']} | {shown(g['accuracy'])} | {g['balanced_accuracy']:.3f} ({g['classes']}) | {shown(g['melanoma_auc'])} "
            f"| {g['coverage_90']:.3f} | {shown(g['ood_kept'])} | {shown(g['mask_iou'])} |"
        )
    return lines


def answers(e: dict) -> list[str]:
    lines = ["| PAD-UFES-20 | balanced accuracy | macro AUC | melanoma AUC | ECE | coverage at 90 % | mean set |", "|---" * 7 + "|"]
    for name, f in e["context"].items():
        lines.append(
            f"| {name} | {shown(f['balanced_accuracy'], CONTEXT_TARGETS.get(name))} | {shown(f['macro_auc'])} | {shown(f['melanoma_auc'])} "
            f"| {f['ece']:.3f} | {f['coverage_90']:.3f} | {f['set_size_90']:.2f} |"
        )
    return lines


def verification(report: dict, labels: list[dict]) -> str:
    """What answers tell of the clinic rather than of the lesion."""
    v = report["verification"]
    name = [label["id"] for label in labels]
    shares = ", ".join(f"{name[int(k)]} {x:.0%}" for k, x in v["biopsied"].items())
    within = ", ".join(f"{name[int(k)]} {x:.2f}" for k, x in v["auc_within_diagnosis"].items())
    return (
        f"**What such answers carry.** In this clinic's data those who were biopsied were asked differently from those who were not ({shares} biopsied). "
        f"Within one diagnosis, the answers alone tell a biopsied picture from another with an AUC of {within} (0.5: not at all; "
        "training and monitor patients, cross-fitted, context.py). So a part of what answers add is that a doctor had suspected something, which a person at "
        "home does not have; that an answer was recorded at all counts for nothing here (terms have mean zero), but what was answered still may. "
        "Expect less from answers elsewhere than this table shows."
    )


def training(pack: dict, parameters: int) -> list[str]:
    t = pack["training"]
    depth, deep = network.HYBRIDS[t["config"]["network"]]
    start = t.get("origin")
    return [
        "## Network", "",
        f"EfficientNet-Lite0 (ImageNet) to stride {32 if deep else 16}, a 1x1 projection to 192 channels, {depth} transformer "
        f"blocks (width 192, 3 heads, MLP x4), LayerNorm, mean pooling, linear head. {parameters / 1e6:.1f} M parameters. One run gives class-balanced logits, a "
        f"{pack['embedding_dim']}-d embedding, a {pack['heatmap_size'][0]}x{pack['heatmap_size'][1]} class map (its mean plus the bias is the logit)"
        + (f", a {pack['mask_size'][0]}x{pack['mask_size'][1]} lesion mask" if pack["mask_size"] else "")
        + (", and how the picture was taken." if "capture" in pack["outputs"] else "."), "",
        "## Training", "",
        f"{t['data']}: {t['pictures']:,} pictures of {t['lesions']:,} lesions. " + (f"Went on from the weights of {start}: " if start else "")
        + f"{t['steps']:,} steps of {t['config']['views']} views in {t['minutes']:.0f} minutes on "
        f"{'two CPU cores that other work had most of' if t['config']['device'] == 'cpu' else 'a GPU'}, sides {t['config']['sizes']}, seed {t['seed']}. "
        "Each set and capture draws its lesions by the square root of its own class counts; logits are adjusted by its own class shares; AdamW (stem 3e-4, rest "
        f"1e-3, times {t['config']['rate']}), cosine, weight averaging, CutMix and MixUp, supervised contrast over pictures of one lesion, Dice and BCE on the masks; the batch "
        "norms' statistics and the first stem blocks stay fixed. Close-ups are framed, tilted and lit as a phone does (augment.py). The embedding is a "
        "linear discriminant on the pooled features of every stage, between pictures of one lesion (finish.py).", "", f"    {t['command']}", "",
    ]


def capture_section(pack: dict, profile: dict, e: dict, report: dict) -> list[str]:
    name = profile["id"]
    noise, ood = profile["embedding_noise"], report["ood"]
    out = [
        f"## {WORDS[name].capitalize()} (`{name}`)", "", *held_out(pack["id"], name, e), "",
        "Balanced accuracy and the sensitivities below are those of the label that stands out: whose probability is the largest multiple of its frequency. "
        "They count all classes the same, as the logits do.", "",
        "### By class", "", *classes(e, pack["labels"], profile["frequencies"], report["pictures"]), "",
        "### By group", "", "Groups differ in their class mix, so compare with care.", "", *groups(e), "",
        "### Calibration", "",
        f"Vector scaling and the thresholds of the prediction sets were fitted on {profile['calibration']['fitted_on']}. The penalty that pulls "
        f"the scaling toward one temperature was chosen across folds of lesions ({report['penalty']}). Mean surprise by penalty: "
        + ", ".join(f"{k}: {v:.3f}" for k, v in report["surprise"].items()) + " (inf is temperature scaling alone). "
        "A class with fewer than 30 calibration pictures shares its threshold with the other such classes: the table shows what that gives.", "",
    ]
    if noise:
        out += [
            f"**Same lesion.** Cosine between two pictures of one lesion: mean {noise['same_lesion']['mean']:.3f}, sd {noise['same_lesion']['sd']:.3f}, "
            f"5 % quantile {noise['same_lesion']['quantiles']['0.05']:.3f} ({noise['pairs']} pairs); of different lesions: mean "
            f"{noise['different_lesion']['mean']:.3f}, 95 % quantile {noise['different_lesion']['quantiles']['0.95']:.3f}. "
            "These are views of one lesion, not dated series: they measure the noise of re-photographing, not of time.", "",
        ]
    through = ", ".join(f"{k} {v:.0%}" for k, v in ood["let_through"].items()) or "none"
    other = ood.get("other_diagnoses")
    out += [
        f"**Strangers.** Of {ood['strangers']} pictures that are no skin lesion (strangers.py: faces and parts of faces, animals, food, things, textures, pages, text, noise of "
        f"many sizes, flat color) {ood['rejected']:.1%} are rejected (target ≥ 95 %; each by a fit that had not seen its kind); let through: {through}. Of the held-out lesions {e['ood_kept']:.1%} are kept. "
        + (f"Of {other['n']} pictures of diagnoses outside the classes (MILK10k's inflammatory, other benign and other malignant) {other['rejected']:.0%} are rejected: a skin "
           "lesion of another kind is not told from one of these." if other else ""), "",
    ]
    return out


def card(pack: dict, reports: dict, rows: list[dict] | None, parameters: int, notes: str) -> str:
    e = pack["evaluation"]
    out = [
        f"# {pack['title']}", "",
        f"`{pack['id']}` {pack['version']} · {pack['license']['id']} · input {pack['input']['width']}x{pack['input']['height']} RGB u8", "",
        pack["intended_use"], "", f"**Limits.** {pack['limitations']}", "",
        f"**License and attribution.** {pack['license']['attribution']} Commercial use: "
        f"{'yes' if pack['license']['commercial_use'] else 'no'}. Full text: `LICENSE`.", "",
        *training(pack, parameters),
        f"Held-out figures are of the {pack['variants'][0]['name']} variant on {e['set']}. Intervals: 95 %, bootstrap over lesions. Every figure on this card is from",
        "", f"    {e['command']}", "    python calibrate.py … ; python context.py …    # arguments as build.py gives them", "",
    ]
    for profile in pack["captures"]:
        out += capture_section(pack, profile, e["captures"][profile["id"]], reports["calibration"][profile["id"]])
    if pack.get("context"):
        out += [
            "## With answers", "", "What a person knows (age, sex, site, itches, grew, hurts, changed, bleeds, raised), beside the picture; off unless given. "
            f"Fitted on {pack['context']['fitted_on']}.", "", *answers(e), "", verification(reports["context"], pack["labels"]), "",
        ]
    if rows:
        out += [
            "## Quantization", "", "The calibration pictures (none of the held-out fold), ONNX Runtime 1.27, x86-64; the variants take turns, so ratios "
            "hold where milliseconds do not.", "", "    python quantize.py --data DATA --cache CACHE --model model.fp32.onnx --out EXPORT", "", quantize.table(rows), "",
        ]
    if notes:
        out += [notes.strip(), ""]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder with calibration.json, context.json and quantization.json")
    args = parser.parse_args()
    pack = json.loads((args.pack / "pack.json").read_text())
    reports = {name: json.loads((args.build / f"{name}.json").read_text())["report"] for name in ("calibration", "context")}
    table = args.build / "quantization.json"
    rows = json.loads(table.read_text()) if table.exists() else None
    net = network.build(pack["training"]["config"]["network"], len(pack["labels"]), len(pack["captures"]))
    parameters = sum(p.numel() for p in net.parameters())
    notes = pathlib.Path(__file__).resolve().parent / "packs" / f"{pack['id']}.notes.md"
    (args.pack / "MODEL_CARD.md").write_text(card(pack, reports, rows, parameters, notes.read_text() if notes.exists() else ""))


if __name__ == "__main__":
    main()
