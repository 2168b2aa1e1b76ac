//! Packs that do not fit are refused with the file and the field.

mod common;

use std::fs;

use common::{fixture, fixtures, runtimes, sign, tiny_pack, with_network};
use serde_json::{Value, json};
use skinkit_inference::{CropRule, EngineKind, Error, LesionModel, ModelPack};
use tempfile::TempDir;

/// Opens the pack and sees that the error names `file` and `field`.
fn refused(folder: &TempDir, file: &str, field: &str) -> String {
    match ModelPack::open(folder.path()) {
        Err(Error::Pack {
            file: at,
            field: of,
            reason,
        }) => {
            assert_eq!(at, folder.path().join(file), "{of}: {reason}");
            assert_eq!(of, field, "{reason}");
            reason
        }
        other => panic!("{field}: {other:?}"),
    }
}

#[test]
fn a_good_pack_opens() {
    let pack = ModelPack::open(fixtures().join("pack")).unwrap();
    assert_eq!((pack.id(), pack.version()), ("tiny", "0.0.1"));
    assert_eq!(pack.sha256().len(), 64);
    let manifest = pack.manifest();
    assert_eq!(manifest.input.crop, CropRule::CenterSquare { scale: 1.0 });
    assert_eq!(manifest.labels[1].snomed_ct.as_deref(), Some("400096001"));
    assert_eq!(manifest.variant(EngineKind::Embedded).unwrap().file, "model.onnx");
    assert!(manifest.license.commercial_use);
    let again: Value = serde_json::to_value(manifest).unwrap();
    // Format 1 is one capture of format 2.
    assert_eq!((&again["format"], manifest.captures.len()), (&json!(2), 1));
    assert_eq!(again["captures"][0]["id"], "dermoscope");
    assert_eq!(again["captures"][0]["ood"]["method"], "energy");
    assert_eq!(again["captures"][0]["calibration"]["temperature"], 1.5);
    assert_eq!(again["input"]["crop"]["rule"], "centre_square");
}

fn frequent(shares: [Option<f32>; 3]) -> Value {
    let label = |(id, share)| json!({"id": id, "name": id, "frequency": share});
    Value::Array(["a", "b", "c"].into_iter().zip(shares).map(label).collect())
}

#[test]
fn wrong_fields_are_named() {
    let huge = "9".repeat(70);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/format", json!(3), "format"),
        ("/format", json!("1"), "format"),
        ("/format", json!(0), "format"),
        ("/id", json!(""), "id"),
        ("/id", json!("../x"), "id"),
        ("/id", json!(7), "id"),
        ("/version", json!(" "), "version"),
        ("/version", json!(huge), "version"),
        ("/license/id", json!(""), "license.id"),
        ("/license/commercial_use", json!("no"), "license.commercial_use"),
        ("/license/file", json!("../LICENSE"), "license.file"),
        ("/license/file", json!("NOT-THERE"), "license.file"),
        ("/input/layout", json!("NCHW"), "input.layout"),
        ("/input/dtype", json!("f32"), "input.dtype"),
        ("/input/colour", json!("BGR"), "input.colour"),
        ("/input/width", json!(0), "input.width"),
        ("/input/height", json!(100_000), "input.height"),
        ("/input/height", json!(-1), "input.height"),
        ("/input/crop/scale", json!(0.0), "input.crop.scale"),
        ("/input/crop/scale", json!(1.5), "input.crop.scale"),
        ("/input/crop/rule", json!("magic"), "input.crop.rule"),
        ("/outputs/logits", json!(""), "outputs"),
        ("/outputs/mask", json!("logits"), "outputs"),
        ("/embedding_dim", Value::Null, "embedding_dim"),
        ("/embedding_dim", json!(1_000_000), "embedding_dim"),
        ("/heatmap_size", Value::Null, "heatmap_size"),
        ("/mask_size", json!([0, 8]), "mask_size"),
        ("/labels", json!([]), "labels"),
        ("/labels/1/id", json!("a"), "labels[1].id"),
        ("/labels/0/name", json!(""), "labels[0]"),
        ("/labels", frequent([Some(0.5), None, None]), "labels[1].frequency"),
        (
            "/labels",
            frequent([Some(0.5), Some(0.5), Some(0.0)]),
            "labels[2].frequency",
        ),
        (
            "/labels",
            frequent([Some(1.5), Some(0.2), Some(0.3)]),
            "labels[0].frequency",
        ),
        (
            "/labels",
            frequent([Some(0.4), Some(0.4), Some(0.4)]),
            "labels[].frequency",
        ),
        ("/variants", json!([]), "variants"),
        ("/variants/0/sha256", json!("abc"), "variants[0].sha256"),
        ("/variants/0/sha256", json!("A".repeat(64)), "variants[0].sha256"),
        ("/variants/0/engines", json!([]), "variants[0].engines"),
        ("/variants/0/bytes", json!(-5), "variants[0].bytes"),
        ("/calibration/temperature", json!(0.0), "calibration.temperature"),
        ("/calibration/temperature", json!(1e300), "calibration.temperature"),
        ("/conformal/alpha", json!(1.0), "conformal.alpha"),
        ("/conformal/threshold", json!(1.1), "conformal.threshold"),
        (
            "/ood",
            json!({"method": "mahalanobis", "threshold": 1, "mean": [0], "whitening": [[1]]}),
            "ood.mean",
        ),
        (
            "/ood",
            json!({"method": "mahalanobis", "threshold": 1, "mean": [0, 0, 0, 0], "whitening": [[1, 2]]}),
            "ood.whitening",
        ),
        ("/ood", json!({"method": "energy", "threshold": 1e300}), "ood.threshold"),
        (
            "/embedding_noise",
            json!({"same_lesion": {"mean": 2, "sd": 0.1}}),
            "embedding_noise.same_lesion.mean",
        ),
        (
            "/embedding_noise",
            json!({"same_lesion": {"mean": 0.5, "sd": 0}}),
            "embedding_noise.same_lesion.sd",
        ),
    ];
    for (pointer, value, field) in cases {
        let folder = tiny_pack(|json| *json.pointer_mut(pointer).unwrap() = value.clone());
        refused(&folder, "pack.json", field);
    }
    let unknown = tiny_pack(|json| json["conformal"]["method"] = json!("aps"));
    assert!(refused(&unknown, "pack.json", "conformal.method").contains("aps"));
    let unknown = tiny_pack(|json| json["ood"]["method"] = json!("astrology"));
    assert!(refused(&unknown, "pack.json", "ood").contains("astrology"));
}

#[test]
fn missing_fields_are_named() {
    for field in [
        "format", "id", "version", "license", "input", "outputs", "variants", "labels",
    ] {
        let folder = tiny_pack(|json| drop(json.as_object_mut().unwrap().remove(field)));
        let place = if field == "format" { "format" } else { "the file" };
        let reason = refused(&folder, "pack.json", place);
        assert!(field == "format" || reason.contains(field), "{reason}");
    }
    let folder = tiny_pack(|json| drop(json["variants"][0].as_object_mut().unwrap().remove("sha256")));
    assert!(refused(&folder, "pack.json", "variants[0]").contains("sha256"));
}

#[test]
fn a_file_name_stays_in_the_folder() {
    let outside = [
        "../model.onnx",
        "/etc/passwd",
        "a/b.onnx",
        "..\\model.onnx",
        "C:model.onnx",
        "..",
        ".",
        "",
        "model.onnx\0",
        ".hidden",
        "model.onnx\n",
    ];
    for name in outside {
        let folder = tiny_pack(|json| json["variants"][0]["file"] = json!(name));
        refused(&folder, "pack.json", "variants[0].file");
    }
}

#[test]
fn a_folder_or_a_file_that_is_not_there_is_named() {
    let empty = TempDir::new().unwrap();
    refused(&empty, "pack.json", "the file");
    assert!(matches!(
        ModelPack::open(empty.path().join("nothing")),
        Err(Error::Pack { .. })
    ));
    let file = fixtures().join("float.onnx");
    assert!(matches!(ModelPack::open(&file), Err(Error::Pack { .. })));

    let folder = tiny_pack(|_| {});
    fs::remove_file(folder.path().join("model.onnx")).unwrap();
    refused(&folder, "model.onnx", "variants.fp32.file");
    fs::create_dir(folder.path().join("model.onnx")).unwrap();
    assert!(refused(&folder, "model.onnx", "variants.fp32.file").contains("plain file"));
}

#[test]
fn pack_json_must_be_json() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "hello",
        "{\"format\": 1",
        "\u{feff}{}",
        "{\"format\":1}",
    ] {
        let folder = tiny_pack(|_| {});
        fs::write(folder.path().join("pack.json"), text).unwrap();
        refused(&folder, "pack.json", "the file");
    }
    let folder = tiny_pack(|_| {});
    fs::write(folder.path().join("pack.json"), [0xff, 0xfe, 0x00]).unwrap();
    refused(&folder, "pack.json", "the file");
    fs::write(folder.path().join("pack.json"), "[".repeat(100_000)).unwrap();
    refused(&folder, "pack.json", "the file");
}

#[test]
fn length_and_hash_are_checked() {
    let folder = tiny_pack(|json| json["variants"][0]["bytes"] = json!(7));
    refused(&folder, "model.onnx", "variants.fp32.bytes");
    let folder = tiny_pack(|json| json["variants"][0]["sha256"] = json!("0".repeat(64)));
    refused(&folder, "model.onnx", "variants.fp32.sha256");

    let folder = tiny_pack(|_| {});
    let path = folder.path().join("model.onnx");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 0x10;
    fs::write(&path, bytes).unwrap();
    refused(&folder, "model.onnx", "variants.fp32.sha256");
}

#[test]
fn a_network_with_a_fitting_hash_must_fit_too() {
    let good = fixture("pack/model.onnx");
    for bytes in [
        Vec::new(),
        b"text".to_vec(),
        good[..good.len() / 2].to_vec(),
        vec![0xff; 200],
    ] {
        let folder = with_network(&bytes, |_| {});
        refused(&folder, "model.onnx", "the file");
    }
    refused(
        &with_network(&fixture("float.onnx"), |_| {}),
        "model.onnx",
        "input.name",
    );
    refused(
        &with_network(&fixture("two_inputs.onnx"), |_| {}),
        "model.onnx",
        "input",
    );
    refused(
        &with_network(&fixture("four_classes.onnx"), |_| {}),
        "model.onnx",
        "outputs.logits",
    );
    refused(
        &tiny_pack(|json| json["input"]["width"] = json!(32)),
        "model.onnx",
        "input",
    );
    refused(
        &tiny_pack(|json| json["input"]["name"] = json!("picture")),
        "model.onnx",
        "input.name",
    );
    refused(
        &tiny_pack(|json| json["outputs"]["mask"] = json!("masque")),
        "model.onnx",
        "outputs.mask",
    );
    refused(
        &tiny_pack(|json| json["embedding_dim"] = json!(5)),
        "model.onnx",
        "outputs.embedding",
    );
    refused(
        &tiny_pack(|json| json["heatmap_size"] = json!([4, 5])),
        "model.onnx",
        "outputs.heatmap",
    );
    refused(
        &tiny_pack(|json| json["mask_size"] = json!([16, 16])),
        "model.onnx",
        "outputs.mask",
    );
    let extra = |json: &mut Value| {
        json["labels"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": "d", "name": "Label D"}));
    };
    refused(&tiny_pack(extra), "model.onnx", "outputs.logits");
    assert!(ModelPack::open(with_network(&fixture("four_classes.onnx"), extra).path()).is_ok());
}

#[test]
fn every_variant_is_checked_not_only_the_first() {
    let folder = tiny_pack(|json| {
        let mut second = json["variants"][0].clone();
        second["name"] = json!("second");
        second["file"] = json!("second.onnx");
        json["variants"].as_array_mut().unwrap().push(second);
    });
    refused(&folder, "second.onnx", "variants.second.file");
    fs::write(folder.path().join("second.onnx"), fixture("float.onnx")).unwrap();
    refused(&folder, "second.onnx", "variants.second.bytes");
    fs::copy(folder.path().join("model.onnx"), folder.path().join("second.onnx")).unwrap();
    ModelPack::open(folder.path()).unwrap();
}

#[test]
fn an_old_operator_set_is_refused() {
    let mut bytes = fixture("pack/model.onnx");
    // The last message is opset_import { version: 17 }.
    let last = bytes.len() - 1;
    assert_eq!(bytes[last], 17);
    bytes[last] = 13;
    assert!(refused(&with_network(&bytes, |_| {}), "model.onnx", "opset_import").contains("13"));
}

#[test]
fn an_unknown_operator_is_an_error_of_the_engine_that_names_the_file() {
    let mut bytes = fixture("pack/model.onnx");
    let at = bytes.windows(4).position(|word| word == b"Relu").unwrap();
    bytes[at..at + 4].copy_from_slice(b"Rely");
    let folder = with_network(&bytes, |_| {});
    let pack = ModelPack::open(folder.path()).unwrap();
    for runtime in runtimes() {
        let error = LesionModel::new(&runtime, &pack).unwrap_err();
        assert!(matches!(error, Error::Network { .. }));
        let text = error.to_string();
        assert!(text.contains("tiny/model.onnx") && text.contains("Rely"), "{text}");
    }
}

#[test]
fn the_hash_of_a_pack_follows_its_content() {
    let (a, b) = (tiny_pack(|_| {}), tiny_pack(|json| json["version"] = json!("0.0.2")));
    let (a, b) = (ModelPack::open(a.path()).unwrap(), ModelPack::open(b.path()).unwrap());
    assert_ne!(a.sha256(), b.sha256());
    assert_eq!(
        sign(b"").1,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}
