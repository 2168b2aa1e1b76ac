//! What format 2 adds to a pack: captures and answers. What does not fit is refused with the field.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{fixture, fixtures, two_captures_pack};
use serde_json::{Value, json};
use skinkit_inference::{Capture, Error, ModelPack, TermKind};

/// The field that the pack is refused for.
fn refused(change: impl FnOnce(&mut Value)) -> (String, String) {
    let folder = two_captures_pack(change);
    match ModelPack::open(folder.path()) {
        Err(Error::Pack { field, reason, .. }) => (field, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pack_of_two_captures_opens() {
    let pack = ModelPack::open(fixtures().join("pack2")).unwrap();
    let manifest = pack.manifest();
    let ids: Vec<Capture> = manifest.captures.iter().map(|profile| profile.id).collect();
    assert_eq!(ids, [Capture::Dermoscope, Capture::CloseUp]);
    let close_up = manifest.capture(Capture::CloseUp).unwrap();
    assert_eq!(close_up.frequencies, Some(vec![0.4, 0.6, 0.0]));
    let sets = close_up.conformal.as_ref().unwrap();
    assert_eq!((sets.alpha(), sets.threshold(2)), (0.2, 1.0));
    let context = manifest.context.as_ref().unwrap();
    assert_eq!(context.capture, Capture::CloseUp);
    assert!(matches!(context.terms[1].kind, TermKind::Number { .. }));
    // What is written is what was read.
    let written: Value = serde_json::to_value(manifest).unwrap();
    let file: Value = serde_json::from_slice(&fixture("pack2/pack.json")).unwrap();
    assert_eq!(written["captures"][1]["id"], file["captures"][1]["id"]);
    assert_eq!(written["context"]["terms"], file_with_floats(&file["context"]["terms"]));
}

/// The same with every number as a float, which is how they are written.
fn file_with_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap()),
        Value::Array(items) => items.iter().map(file_with_floats).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), file_with_floats(value)))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn wrong_fields_are_named() {
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/captures", json!([]), "captures"),
        ("/captures", Value::Null, "captures"),
        ("/captures/1/id", json!("dermoscope"), "captures[1].id"),
        ("/captures/1/id", json!("microscope"), "captures[1].id"),
        ("/captures/0/frequencies", json!([0.5, 0.5]), "captures[0].frequencies"),
        (
            "/captures/0/frequencies",
            json!([0.5, 0.5, 0.5]),
            "captures[0].frequencies",
        ),
        ("/captures/1/frequencies/2", json!(-0.1), "captures[1].frequencies[2]"),
        (
            "/captures/1/calibration/scale",
            json!([1, 1]),
            "captures[1].calibration.scale",
        ),
        (
            "/captures/1/calibration/scale/0",
            json!(1e300),
            "captures[1].calibration.scale",
        ),
        (
            "/captures/0/calibration/bias",
            json!([null, null, null]),
            "captures[0].calibration.bias",
        ),
        (
            "/captures/0/calibration/bias",
            json!([0, 0]),
            "captures[0].calibration.bias",
        ),
        (
            "/captures/0/calibration/method",
            json!("magic"),
            "captures[0].calibration.method",
        ),
        ("/captures/0/conformal/alpha", json!(0), "captures[0].conformal.alpha"),
        (
            "/captures/0/conformal/thresholds",
            json!([0.5]),
            "captures[0].conformal.thresholds",
        ),
        (
            "/captures/0/conformal/thresholds/1",
            json!(1.5),
            "captures[0].conformal.thresholds",
        ),
        (
            "/captures/1/conformal/method",
            json!("aps"),
            "captures[1].conformal.method",
        ),
        ("/captures/1/ood/threshold", json!(1e300), "captures[1].ood.threshold"),
        (
            "/captures/1/embedding_noise/same_lesion/sd",
            json!(0),
            "captures[1].embedding_noise.same_lesion.sd",
        ),
        ("/outputs/capture", Value::Null, "outputs.capture"),
        ("/outputs/capture", json!("logits"), "outputs"),
        ("/context/capture", json!("microscope"), "context.capture"),
        ("/context/image_weight", json!(0), "context.image_weight"),
        ("/context/bias", json!([0, 0]), "context.bias"),
        ("/context/terms/1/id", json!("itches"), "context.terms[1].id"),
        ("/context/terms/0/yes", json!([0, 0]), "context.terms[0].yes"),
        ("/context/terms/1/knots", json!([20, 20, 30]), "context.terms[1].knots"),
        ("/context/terms/1/values", json!([[0, 0, 0]]), "context.terms[1].values"),
        ("/context/terms/1/values/2", json!([0]), "context.terms[1].values[2]"),
        ("/context/terms/2/options", json!({}), "context.terms[2].options"),
        (
            "/context/terms/2/options/face",
            json!([1]),
            "context.terms[2].options.face",
        ),
        (
            "/context/conformal/thresholds",
            json!([2, 2, 2]),
            "context.conformal.thresholds",
        ),
    ];
    for (pointer, value, field) in cases {
        let (found, reason) = refused(|json| *json.pointer_mut(pointer).unwrap() = value.clone());
        assert_eq!(found, field, "{pointer}: {reason}");
    }
}

#[test]
fn an_answer_for_a_capture_that_the_pack_lacks_is_refused() {
    let (field, _) = refused(|json| {
        json["captures"].as_array_mut().unwrap().truncate(1);
        json["outputs"].as_object_mut().unwrap().remove("capture");
    });
    assert_eq!(field, "context.capture");
}

#[test]
fn what_format_1_had_for_all_pictures_is_not_overlooked() {
    for (name, value) in [
        ("calibration", json!({"temperature": 1.5})),
        ("conformal", json!({"method": "lac", "alpha": 0.1, "threshold": 0.7})),
        ("ood", json!({"method": "energy", "threshold": 1})),
        ("embedding_noise", json!({"same_lesion": {"mean": 0.9, "sd": 0.1}})),
    ] {
        assert_eq!(refused(|json| json[name] = value).0, name);
    }
    assert_eq!(
        refused(|json| json["labels"][1]["frequency"] = json!(0.5)).0,
        "labels[1].frequency"
    );
}

#[test]
fn the_network_must_tell_as_many_captures_apart() {
    let (field, reason) = refused(|json| {
        json["captures"].as_array_mut().unwrap().remove(0);
    });
    assert_eq!(field, "outputs.capture", "{reason}");
    assert!(reason.contains("[1, 1]"), "{reason}");
}
