use super::*;

fn labels() -> Vec<String> {
    ["mel", "nv", "df"].map(str::to_owned).to_vec()
}

fn prediction(id: usize, truth: usize, lesion: Option<&str>, probabilities: [f32; 3]) -> Prediction {
    let angle = (id / 2) as f32 * 0.9 + (id % 2) as f32 * 0.1;
    Prediction {
        id: format!("P{id}"),
        truth,
        lesion: lesion.map(str::to_owned),
        probabilities: probabilities.to_vec(),
        groups: vec![("source".to_owned(), if id < 2 { "one" } else { "two" }.to_owned())],
        prior_adjusted: (0..3)
            .max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]))
            .unwrap(),
        sets: Some(PredictionSet {
            labels: (0..3).filter(|&c| probabilities[c] >= 0.3).collect(),
            target: 0.9,
        }),
        embedding: Some(vec![3.0 * angle.cos(), 3.0 * angle.sin()]),
        timings_ms: vec![("network".into(), id as f64), ("decode".into(), 1.0)],
    }
}

fn four() -> Vec<Prediction> {
    vec![
        prediction(0, 0, Some("a"), [0.6, 0.3, 0.1]),
        prediction(1, 0, Some("a"), [0.4, 0.5, 0.1]),
        prediction(2, 1, Some("b"), [0.2, 0.7, 0.1]),
        prediction(3, 1, Some("b"), [0.05, 0.15, 0.8]),
    ]
}

#[test]
fn every_figure_by_hand() {
    let got = summarize(&labels(), &four()).unwrap();
    let near = |name: &str, want: f64| {
        let value = got[name].as_f64().unwrap();
        assert!((value - want).abs() < 1e-6, "{name}: {value}, not {want}");
    };
    assert_eq!(got["n"], 4);
    near("accuracy", 0.5);
    near("balanced_accuracy", 0.5);
    near("melanoma_auc", 1.0);
    // mel 4 of 4 pairs; nv: .7 beats both, .15 neither.
    near("macro_auc", (1.0 + 0.5) / 2.0);
    // Confidences .6 right, .5 wrong, .7 right, .8 wrong, each in a bin of its own.
    near("ece", (0.4 + 0.5 + 0.3 + 0.8) / 4.0);
    // Sets: {mel,nv} {mel,nv} {nv} {df}.
    near("coverage_90", 0.75);
    near("set_size_90", 1.5);
    near("same_lesion_auc", 1.0);
    near("same_lesion_top1", 1.0);
    assert_eq!(got["classes_absent"], json!(["df"]));
    assert_eq!(got["per_class"]["mel"]["sensitivity"], 0.5);
    assert_eq!(got["per_class"]["nv"]["specificity"], 0.5);
    assert_eq!(got["per_class"]["df"]["sensitivity"], Value::Null);
    assert_eq!(got["per_class"]["df"]["auc"], Value::Null);
    assert_eq!(got["per_class"]["df"]["specificity"], 0.75);
    assert_eq!(got["per_class"]["df"]["predicted"], 1);
    assert_eq!(
        got["timings_ms"]["network"],
        json!({"mean": 1.5, "median": 1.5, "p95": 2.8499999999999996, "total": 6.0})
    );
    assert_eq!(
        got["ci95"]["accuracy"],
        json!([0.5, 0.5]),
        "both lesions are half right"
    );
    assert_eq!(got, summarize(&labels(), &four()).unwrap(), "the same every time");
    // Of the two pictures of each label, the sets hold the truth in 2 and in 1.
    assert_eq!(got["per_class"]["mel"]["coverage"], 1.0);
    assert_eq!(got["per_class"]["nv"]["coverage"], 0.5);
}

#[test]
fn groups_have_figures_of_their_own() {
    let got = summarize(&labels(), &four()).unwrap();
    let by = &got["by"]["source"];
    assert_eq!((&by["one"]["n"], &by["two"]["n"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&by["one"]["accuracy"], &by["two"]["accuracy"]),
        (&json!(0.5), &json!(0.5))
    );
    assert_eq!(
        (&by["one"]["coverage_90"], &by["two"]["coverage_90"]),
        (&json!(1.0), &json!(0.5))
    );
}

#[test]
fn coverage_is_named_by_the_packs_own_alpha() {
    let with = |targets: [f64; 2]| {
        let mut predictions = four();
        for (index, prediction) in predictions.iter_mut().enumerate() {
            prediction.sets.as_mut().unwrap().target = targets[index % 2];
        }
        summarize(&labels(), &predictions).unwrap()
    };
    assert_eq!(with([0.8, 0.8])["coverage_80"], 0.75);
    assert_eq!(with([0.975, 0.975])["set_size_97.5"], 1.5);
    let mixed = with([0.9, 0.8]);
    assert!(
        mixed.get("coverage_90").is_none() && mixed["coverage"] == 0.75,
        "no one target"
    );
}

#[test]
fn what_cannot_be_known_is_null() {
    let mut without = four();
    for p in &mut without {
        p.lesion = None;
        p.sets = None;
        p.timings_ms.clear();
    }
    let got = summarize(&labels(), &without).unwrap();
    for name in ["same_lesion_auc", "same_lesion_top1", "coverage", "set_size"] {
        assert!(got.get(name).is_some_and(Value::is_null), "{name}: {:?}", got.get(name));
        assert!(got["ci95"][name].is_null());
    }
    assert_eq!(got["timings_ms"], json!({}));
    let one_class = summarize(&labels(), &four()[..2]).unwrap();
    assert!(one_class["macro_auc"].is_null() && one_class["melanoma_auc"].is_null());
    assert_eq!(one_class["classes_absent"], json!(["nv", "df"]));
    let no_melanoma = summarize(&["a".into(), "b".into(), "c".into()], &four()).unwrap();
    assert!(no_melanoma["melanoma_auc"].is_null());
}

#[test]
fn bad_predictions_are_named() {
    let fault = |change: fn(&mut Prediction)| {
        let mut bad = four();
        change(&mut bad[2]);
        summarize(&labels(), &bad).unwrap_err().to_string()
    };
    assert_eq!(fault(|p| p.truth = 3), "picture \"P2\": its label is number 3 of 3");
    assert!(fault(|p| p.probabilities.truncate(2)).contains("2 probabilities for 3 labels"));
    assert!(fault(|p| p.probabilities[0] = f32::NAN).contains("not within 0 and 1"));
    assert!(fault(|p| p.embedding = Some(vec![0.0, 0.0])).contains("zero or not finite"));
    assert!(fault(|p| p.embedding = Some(vec![1.0])).contains("another size"));
    assert!(
        summarize(&labels(), &[])
            .unwrap_err()
            .to_string()
            .contains("no picture was evaluated")
    );
}
