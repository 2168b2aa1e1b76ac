//! Places that are marked and found again, and rulers, through the command line.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{fails, photo, skinkit, succeeds};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn near(point: &Value, x: f64, y: f64) -> bool {
    let at = |i: usize| point[i].as_f64().unwrap();
    (at(0) - x).hypot(at(1) - y) < 4.0
}

#[test]
fn a_place_on_a_face_and_one_on_a_body_are_marked_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let cheek = folder.path().join("cheek.json");
    let mut mark = skinkit(["site", "mark", "--json"]);
    mark.arg(photo("face.jpg")).args(["315,245", "--size", "60"]);
    let marked = json(&succeeds(mark.arg("--out").arg(&cheek)));
    assert_eq!(marked["kind"], "face");
    assert_eq!(marked["site"]["code"], "left_cheek");
    let overlay = folder.path().join("found.png");
    let mut find = skinkit(["site", "find", "--json"]);
    find.arg(photo("face.jpg")).arg(&cheek).arg("--overlay").arg(&overlay);
    let found = json(&succeeds(&mut find));
    assert_eq!(found["outcome"], "found");
    assert!(near(&found["point"], 315.0, 245.0), "{found}");
    assert!(image::open(&overlay).is_ok());
    let elsewhere = succeeds(skinkit(["site", "find"]).arg(photo("lesion-first.jpg")).arg(&cheek));
    assert!(elsewhere.contains("no face"), "{elsewhere}");

    // The second photo is a re-shot of the first: the middle stays near the middle.
    let arm = folder.path().join("arm.json");
    let mut mark = skinkit(["site", "mark"]);
    mark.arg(photo("lesion-first.jpg"))
        .args(["512,512", "--size", "600", "--site", "left_forearm"]);
    let said = succeeds(mark.arg("--out").arg(&arm));
    assert!(said.contains("left forearm"), "{said}");
    let found = json(&succeeds(
        skinkit(["site", "find", "--json"])
            .arg(photo("lesion-second.jpg"))
            .arg(&arm),
    ));
    assert_eq!(found["outcome"], "found", "{found}");
    assert!(found["confidence"].as_f64().unwrap() >= 0.6);
    assert_eq!(found["site"]["snomed"], "14975008:272741003=7771000");
}

#[test]
fn millimetres_come_from_the_irises_or_not_at_all() {
    let scale = json(&succeeds(skinkit(["scale", "--json"]).arg(photo("face.jpg"))));
    assert_eq!(scale["scale"]["source"], "iris");
    assert!(scale["scale"]["mm_per_pixel"].as_f64().unwrap() > 0.0);
    assert!(scale["hint"].is_null(), "no hint beside a measurement");
    let none = json(&succeeds(
        skinkit(["scale", "--json", "--coin", "23.25"]).arg(photo("lesion-first.jpg")),
    ));
    assert!(none["scale"].is_null(), "{none}");
    let said = succeeds(skinkit(["scale", "--card", "30"]).arg(photo("lesion-first.jpg")));
    assert!(said.starts_with("unknown"), "{said}");
}

#[test]
fn pins_places_and_sizes_that_make_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("place.json");
    let mark = |arguments: &[&str]| {
        let mut command = skinkit(["site", "mark"]);
        command.arg(photo("face.jpg")).args(arguments).arg("--out").arg(&out);
        command
    };
    assert!(fails(&mut mark(&["9999,5"]), 2).contains("9999"));
    assert!(fails(&mut mark(&["here"]), 2).contains("X,Y"));
    assert!(fails(&mut mark(&["315,245", "--size", "2"]), 2).contains("16"));
    assert!(fails(&mut mark(&["315,245", "--site", "left_wing"]), 2).contains("left_wing"));
    assert!(!out.exists(), "nothing is written for a pin that is none");
    std::fs::write(&out, "{\"kind\":\"face\"}").unwrap();
    let line = fails(skinkit(["site", "find"]).arg(photo("face.jpg")).arg(&out), 3);
    assert!(line.contains("place.json"), "{line}");
    let missing = folder.path().join("missing.json");
    fails(skinkit(["site", "find"]).arg(photo("face.jpg")).arg(&missing), 3);
    let line = fails(skinkit(["scale", "--coin", "0"]).arg(photo("face.jpg")), 2);
    assert!(line.contains("diameter"), "{line}");
    fails(
        skinkit(["scale", "--coin", "23", "--near", "1,2"]).arg(photo("face.jpg")),
        2,
    );
}
