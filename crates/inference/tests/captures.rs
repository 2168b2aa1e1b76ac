//! One network, two captures, a person's answers: what a finding says with the tiny pack of format 2.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{fixtures, runtimes, two_captures_pack};
use skinkit_inference::{
    Answer, Capture, CaptureChoice, CaptureSource, Context, Error, Finding, LesionModel, LesionOptions, ModelPack,
};

/// The fixture's network takes light pictures for a dermoscope's.
const LIGHT: [u8; 768] = [200; 768];
const DARK: [u8; 768] = [40; 768];

fn models() -> Vec<LesionModel> {
    let pack = ModelPack::open(fixtures().join("pack2")).unwrap();
    runtimes()
        .iter()
        .map(|runtime| LesionModel::new(runtime, &pack).unwrap())
        .collect()
}

fn options(capture: CaptureChoice, context: Context) -> LesionOptions {
    LesionOptions { capture, context }
}

fn probabilities(finding: &Finding) -> Vec<f32> {
    finding.probabilities.iter().map(|label| label.p).collect()
}

#[test]
fn the_capture_is_the_hosts_or_else_the_networks() {
    for mut model in models() {
        let mut run = |picture: &[u8], capture| model.analyze(picture, &options(capture, Context::default())).unwrap();
        let light = run(&LIGHT, CaptureChoice::Auto);
        assert_eq!(
            (light.capture.capture, light.capture.source),
            (Capture::Dermoscope, CaptureSource::Network)
        );
        assert!(light.capture.probability.unwrap() > 0.9);
        let dark = run(&DARK, CaptureChoice::Auto);
        assert_eq!(dark.capture.capture, Capture::CloseUp);
        // What the host states holds; how far the network doubts it is said.
        let stated = run(&LIGHT, CaptureChoice::CloseUp);
        assert_eq!(
            (stated.capture.capture, stated.capture.source),
            (Capture::CloseUp, CaptureSource::Host)
        );
        assert!(stated.capture.probability.unwrap() < 0.1);
        let same = run(&LIGHT, CaptureChoice::Dermoscope);
        assert_eq!(probabilities(&same), probabilities(&light));
        assert_ne!(probabilities(&stated), probabilities(&light));
    }
}

#[test]
fn each_capture_has_its_own_figures() {
    for mut model in models() {
        let mut run = |capture| {
            model
                .analyze(&LIGHT[..], &options(capture, Context::default()))
                .unwrap()
        };
        let (dermoscope, close_up) = (run(CaptureChoice::Dermoscope), run(CaptureChoice::CloseUp));
        assert_eq!((dermoscope.set_coverage, close_up.set_coverage), (Some(0.9), Some(0.8)));
        assert_eq!(dermoscope.probabilities[1].frequency, Some(0.5));
        assert_eq!(close_up.probabilities[1].frequency, Some(0.6));
        // Close-ups never show label c: its bias is null.
        assert_eq!(close_up.probabilities[2].p, 0.0);
        assert!(!close_up.prediction_set.contains(&"c".to_owned()));
        assert!(dermoscope.probabilities[2].p > 0.0);
        for finding in [&dermoscope, &close_up] {
            assert!((probabilities(finding).iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(dermoscope.familiarity.unwrap().in_distribution);
        assert!(!close_up.familiarity.unwrap().in_distribution);
        // The same picture of the same network: everything but the calibration is the same.
        assert_eq!(dermoscope.embedding, close_up.embedding);
        assert_eq!(dermoscope.mask, close_up.mask);
    }
}

#[test]
fn vector_calibration_is_the_documented_arithmetic() {
    // Differences of log probabilities between two pictures are the scaled differences of the logits, which the heatmap's
    // mean shows too.
    for mut model in models() {
        let options = options(CaptureChoice::Dermoscope, Context::default());
        let (a, b) = (
            model.analyze(&LIGHT[..], &options).unwrap(),
            model.analyze(&DARK[..], &options).unwrap(),
        );
        let moved = |label: usize| {
            let mean = |finding: &Finding| finding.heatmap.as_ref().unwrap().label(label).unwrap().mean().unwrap();
            let p = (a.probabilities[label].p / b.probabilities[label].p).ln();
            p - [0.5, 0.25, 0.5][label] * (mean(&a) - mean(&b))
        };
        assert!((moved(0) - moved(1)).abs() < 1e-3 && (moved(0) - moved(2)).abs() < 1e-3);
    }
}

#[test]
fn answers_stand_beside_the_pictures_own_figures_and_add_up() {
    let context = Context::default()
        .answer("itches", Answer::YesNo(true))
        .answer("age", Answer::Number(30.0))
        .answer("site", Answer::Choice("Face".to_owned()));
    for mut model in models() {
        let alone = model
            .analyze(&DARK[..], &options(CaptureChoice::CloseUp, Context::default()))
            .unwrap();
        assert_eq!(alone.context, None);
        let with = model
            .analyze(&DARK[..], &options(CaptureChoice::CloseUp, context.clone()))
            .unwrap();
        assert_eq!(probabilities(&with), probabilities(&alone), "the picture's own stay");
        let effect = with.context.unwrap();
        let by_hand: Vec<f64> = (0..3)
            .map(|label| {
                let terms: f64 = effect.terms.iter().map(|term| term.effect[label]).sum();
                let picture = f64::from(alone.probabilities[label].p).ln();
                (effect.image_weight * picture + effect.bias[label] + terms).exp()
            })
            .collect();
        let sum: f64 = by_hand.iter().sum();
        for (p, part) in effect.probabilities.iter().zip(&by_hand) {
            assert!((f64::from(*p) - part / sum).abs() < 1e-5, "{effect:?}");
        }
        let terms: Vec<(&str, &[f64])> = effect
            .terms
            .iter()
            .map(|term| (term.question.as_str(), term.effect.as_slice()))
            .collect();
        assert_eq!(
            terms,
            [
                ("age", &[0.5, 0.5, 0.0][..]),
                ("itches", &[0.7, -0.2, 0.0]),
                ("site", &[0.5, 0.0, 0.0])
            ]
        );
        assert_eq!(effect.set_coverage, Some(0.9));
        assert_eq!(effect.prediction_set[0], "a", "{effect:?}");
        assert_eq!(effect.probabilities[2], 0.0);
    }
}

#[test]
fn answers_that_do_not_fit_are_refused_without_being_quoted() {
    let secret = "left breast";
    let cases = [
        (
            CaptureChoice::CloseUp,
            "hurts",
            Answer::YesNo(true),
            "itches, age, site",
        ),
        (CaptureChoice::CloseUp, "itches", Answer::Number(1.0), "yes or no"),
        (
            CaptureChoice::CloseUp,
            "age",
            Answer::Choice(secret.to_owned()),
            "number",
        ),
        (CaptureChoice::CloseUp, "age", Answer::Number(f64::NAN), "number"),
        (
            CaptureChoice::CloseUp,
            "site",
            Answer::Choice(secret.to_owned()),
            "face, lower leg",
        ),
        (CaptureChoice::Dermoscope, "itches", Answer::YesNo(true), "`close_up`"),
        (CaptureChoice::Auto, "itches", Answer::YesNo(true), "state the capture"),
    ];
    for mut model in models() {
        for (capture, question, answer, hint) in &cases {
            let context = Context::default().answer(*question, answer.clone());
            // The network takes this picture for a dermoscope's.
            let error = model.analyze(&LIGHT[..], &options(*capture, context)).unwrap_err();
            assert!(matches!(error, Error::Context { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(hint) && text.contains(question), "{text}");
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn a_capture_that_the_pack_does_not_know_is_refused() {
    let old = ModelPack::open(fixtures().join("pack")).unwrap();
    let folder = two_captures_pack(|json| {
        json["captures"].as_array_mut().unwrap().remove(0);
        json["outputs"].as_object_mut().unwrap().remove("capture");
    });
    let phone = ModelPack::open(folder.path()).unwrap();
    for (pack, known, unknown) in [
        (old, Capture::Dermoscope, Capture::CloseUp),
        (phone, Capture::CloseUp, Capture::Dermoscope),
    ] {
        for runtime in runtimes() {
            let mut model = LesionModel::new(&runtime, &pack).unwrap();
            let error = model
                .analyze(&DARK[..], &options(unknown.into(), Context::default()))
                .unwrap_err();
            assert!(
                matches!(&error, Error::Capture { known: found, .. } if found == &[known]),
                "{error}"
            );
            let finding = model
                .analyze(&DARK[..], &options(CaptureChoice::Auto, Context::default()))
                .unwrap();
            assert_eq!(
                (finding.capture.capture, finding.capture.source),
                (known, CaptureSource::Pack)
            );
            assert_eq!(finding.capture.probability, None);
        }
    }
}

#[test]
fn a_pack_without_questions_takes_no_answers() {
    let pack = ModelPack::open(fixtures().join("pack")).unwrap();
    let context = Context::default().answer("itches", Answer::YesNo(true));
    for runtime in runtimes() {
        let mut model = LesionModel::new(&runtime, &pack).unwrap();
        let error = model
            .analyze(&DARK[..], &options(CaptureChoice::Auto, context.clone()))
            .unwrap_err();
        assert!(error.to_string().contains("takes no answers"), "{error}");
    }
}
