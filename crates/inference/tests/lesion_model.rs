//! From pixels to a finding, with the tiny pack of the fixtures.

mod common;

use common::{fixture, fixtures, runtimes, tiny_pack, with_network};
use skinkit_inference::{Error, LesionModel, LesionOptions, ModelPack};

fn picture(seed: u32) -> Vec<u8> {
    (0..16 * 16 * 3u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed * 97) >> 23) as u8)
        .collect()
}

#[test]
fn a_finding_is_whole() {
    let pack = ModelPack::open(fixtures().join("pack")).unwrap();
    for runtime in runtimes() {
        let mut model = LesionModel::new(&runtime, &pack).unwrap();
        assert_eq!(model.input_size(), (16, 16));
        assert_eq!(model.crop(40, 20), ([20.0, 10.0], 20.0));
        for seed in 0..5 {
            let finding = model.analyze(&*picture(seed), &LesionOptions::default()).unwrap();
            let sum: f32 = finding.probabilities.iter().map(|label| label.p).sum();
            assert!((sum - 1.0).abs() < 1e-5);
            assert_eq!(finding.probabilities[1].label, "b");
            assert_eq!(finding.probabilities[1].name, "Label B");
            let top = &finding.probabilities[finding.top()];
            assert_eq!(finding.prediction_set[0], top.label);
            assert!(finding.probabilities.iter().all(|label| label.p <= top.p));
            for label in &finding.probabilities {
                let kept = finding.prediction_set.contains(&label.label);
                assert!(kept == (label.p >= 0.3) || label.label == top.label, "{label:?} {kept}");
            }
            let embedding = finding.embedding.unwrap();
            assert_eq!(embedding.array().len(), 4);
            assert!((embedding.array().iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
            let heatmap = finding.heatmap.unwrap();
            assert_eq!(heatmap.array().dim(), (3, 4, 4));
            let mask = finding.mask.unwrap();
            assert_eq!(mask.array().dim(), (8, 8));
            assert!(mask.array().iter().all(|p| (0.0..=1.0).contains(p)));
            let familiarity = finding.familiarity.unwrap();
            assert!(familiarity.score.is_finite() && familiarity.in_distribution);
            assert_eq!(finding.engine, runtime.engine().kind);
            assert_eq!(
                (finding.pack.id.as_str(), finding.pack.license.as_str()),
                ("tiny", "CC0-1.0")
            );
        }
    }
}

#[test]
fn the_mean_of_a_heatmap_and_a_constant_give_the_logit() {
    // Two pictures: the difference of a class's mean map is the difference of its logit; p tells it up to the sum.
    let pack = ModelPack::open(fixtures().join("pack")).unwrap();
    let mut model = LesionModel::new(&runtimes()[0], &pack).unwrap();
    let logs: Vec<Vec<f32>> = (0..2)
        .map(|seed| {
            let finding = model.analyze(&*picture(seed), &LesionOptions::default()).unwrap();
            let map = finding.heatmap.unwrap();
            (0..3)
                .map(|class| {
                    let mean = map.label(class).unwrap().mean().unwrap();
                    finding.probabilities[class].p.ln() * 1.5 - mean
                })
                .collect()
        })
        .collect();
    let shift = logs[0][0] - logs[1][0];
    for (one, two) in logs[0].iter().zip(&logs[1]) {
        assert!((one - two - shift).abs() < 1e-4);
    }
}

#[test]
fn a_picture_of_the_wrong_size_is_refused() {
    let pack = ModelPack::open(fixtures().join("pack")).unwrap();
    for runtime in runtimes() {
        let mut model = LesionModel::new(&runtime, &pack).unwrap();
        for length in [0, 1, 16 * 16 * 3 - 1, 16 * 16 * 4] {
            assert!(matches!(
                model.analyze(vec![9; length].as_slice(), &LesionOptions::default()),
                Err(Error::Input { .. })
            ));
        }
        assert!(model.analyze(&*picture(1), &LesionOptions::default()).is_ok());
    }
}

#[test]
fn optional_outputs_may_be_absent() {
    let folder = tiny_pack(|json| {
        json["outputs"] = serde_json::json!({"logits": "logits"});
        for field in [
            "calibration",
            "conformal",
            "ood",
            "embedding_dim",
            "heatmap_size",
            "mask_size",
            "evaluation",
        ] {
            json[field] = serde_json::Value::Null;
        }
        json.as_object_mut().unwrap().remove("intended_use");
    });
    let pack = ModelPack::open(folder.path()).unwrap();
    for runtime in runtimes() {
        let finding = LesionModel::new(&runtime, &pack)
            .unwrap()
            .analyze(&*picture(3), &LesionOptions::default())
            .unwrap();
        assert!(finding.embedding.is_none() && finding.heatmap.is_none() && finding.mask.is_none());
        assert!(finding.familiarity.is_none() && finding.prediction_set.is_empty());
        assert_eq!(finding.probabilities.len(), 3);
    }
}

#[test]
fn numbers_that_are_not_finite_are_an_error() {
    let folder = with_network(&fixture("not_numbers.onnx"), |_| {});
    let pack = ModelPack::open(folder.path()).unwrap();
    for runtime in runtimes() {
        let error = LesionModel::new(&runtime, &pack).unwrap_err();
        assert!(matches!(error, Error::NotFinite { .. }), "{error}");
        assert!(error.to_string().contains("logits"), "{error}");
    }
}

#[test]
fn a_pack_without_a_variant_for_the_engine_is_refused() {
    let folder = tiny_pack(|json| json["variants"][0]["engines"] = serde_json::json!(["coreml"]));
    let pack = ModelPack::open(folder.path()).unwrap();
    for runtime in runtimes() {
        let error = LesionModel::new(&runtime, &pack).unwrap_err().to_string();
        assert!(
            error.contains("variants") && error.contains(runtime.engine().kind.as_str()),
            "{error}"
        );
    }
}

#[test]
fn a_file_that_changes_after_the_check_is_refused() {
    let folder = tiny_pack(|_| {});
    let pack = ModelPack::open(folder.path()).unwrap();
    let path = folder.path().join("model.onnx");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    for runtime in runtimes() {
        let error = LesionModel::new(&runtime, &pack).unwrap_err().to_string();
        assert!(error.contains("model.onnx") && error.contains("sha256"), "{error}");
    }
}
