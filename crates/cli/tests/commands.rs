//! The main job through the command line, and the fields that scripts rely on.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Recorded, fails, photo, skinkit, succeeds};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn analyze_prints_the_documented_object_and_an_overlay() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("overlay.png");
    let mut command = skinkit(["analyze", "--json"]);
    command.arg(photo("lesion-first.jpg")).arg("--overlay").arg(&overlay);
    let object = json(&succeeds(&mut command));
    for field in ["id", "version", "license"] {
        assert!(object["pack"][field].is_string(), "pack.{field}");
    }
    let probabilities = object["probabilities"].as_array().unwrap();
    let sum: f64 = probabilities.iter().map(|entry| entry["p"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-4, "probabilities sum to {sum}");
    assert!(probabilities.iter().all(|entry| entry["label"].is_string()));
    let norm: f64 = object["embedding"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap().powi(2))
        .sum();
    assert!((norm - 1.0).abs() < 1e-3, "the embedding's squared length is {norm}");
    assert_eq!(object["roi"]["center"].as_array().unwrap().len(), 2);
    assert!(object["roi"]["size"].is_number() && object["roi"]["rotation"].is_number());
    assert_eq!(object["quality"]["accepted"], true, "{}", object["quality"]);
    assert!(object["timings_ms"]["total"].as_f64().unwrap() > 0.0);
    assert!(object["engine"]["kind"].is_string());
    let overlay = image::open(&overlay).unwrap();
    assert_eq!((overlay.width(), overlay.height()), (1024, 1024));
}

#[test]
fn a_face_region_is_found_by_landmarks() {
    let mut command = skinkit(["analyze", "--json", "--region", "left_cheek"]);
    let object = json(&succeeds(command.arg(photo("face.jpg"))));
    assert_eq!(object["region"], "left_cheek");
    assert_eq!(
        object["withheld"], "face_region",
        "a lesion pack's labels are not for a cheek"
    );
    assert!(object["probabilities"].as_array().unwrap().is_empty());
    let centre: Vec<f64> = object["roi"]["center"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    // The subject's left cheek is on the right of the picture, at the height of the nose.
    assert!(
        (280.0..420.0).contains(&centre[0]) && (150.0..330.0).contains(&centre[1]),
        "{centre:?}"
    );
}

#[test]
fn landmarks_are_listed_in_pixels() {
    let object = json(&succeeds(skinkit(["landmarks", "--json"]).arg(photo("face.jpg"))));
    let faces = object["faces"].as_array().unwrap();
    assert_eq!(faces.len(), 1);
    assert_eq!(faces[0]["mesh468"].as_array().unwrap().len(), 468);
    assert_eq!(faces[0]["mesh478"].as_array().unwrap().len(), 478);
    assert!(faces[0]["scale"]["mm_per_pixel"].as_f64().unwrap() > 0.0);
    assert!(faces[0]["skin"]["coverage"].as_f64().unwrap() > 0.5);
    assert_eq!(object["hands"].as_array().unwrap().len(), 0);
    assert_eq!(object["pose"]["points"].as_array().unwrap().len(), 33);
    let no_face = json(&succeeds(
        skinkit(["landmarks", "--json"]).arg(photo("lesion-first.jpg")),
    ));
    assert_eq!(no_face["faces"].as_array().unwrap().len(), 0);
}

#[test]
fn a_history_is_kept_listed_compared_and_reported() {
    let recorded = Recorded::new();
    let history = json(&recorded.history());
    let scans = history["sites"][0]["scans"].as_array().unwrap();
    assert_eq!(history["sites"][0]["site"], "left forearm");
    assert_eq!(scans.len(), 2);
    assert_eq!(scans[0]["taken_at"], "2026-10-01T09:00:00Z");
    assert!(scans[0]["id"].is_i64() && scans[0]["probabilities"].is_array());

    let compared = json(&succeeds(recorded.command("compare").args(["left forearm", "--json"])));
    // The second picture is a re-shot of an unchanged spot.
    assert!(
        compared["similarity"].as_f64().unwrap() > 0.7,
        "{}",
        compared["similarity"]
    );
    assert_eq!(
        compared["change"]["verdict"]["kind"], "no_measurable_change",
        "{}",
        compared["change"]
    );

    let page = recorded.folder.path().join("report.html");
    succeeds(recorded.command("report").arg("--out").arg(&page));
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("left forearm") && page.contains("data:image/"));
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "the page names something on a network"
    );
}

#[test]
fn a_wrong_name_is_answered_with_the_names_there_are() {
    let recorded = Recorded::new();
    let mut second = recorded.command("add");
    second.arg("left forearm").arg(photo("lesion-second.jpg"));
    succeeds(second.args(["--subject", "anna", "--lesion", "mole"]));
    let anna = |verb: &str| {
        let mut command = recorded.command(verb);
        command.args(["--subject", "anna"]);
        command
    };
    assert!(fails(recorded.command("history").args(["--subject", "anne"]), 3).contains("'me', 'anna'"));
    assert!(succeeds(&mut anna("history")).contains("mole"));
    assert!(
        fails(
            recorded
                .command("report")
                .args(["--subject", "anne", "--out", "page.html"]),
            3
        )
        .contains("'anna'")
    );
    assert!(!std::path::Path::new("page.html").exists());
    assert!(fails(anna("compare").arg("right forearm"), 3).contains("'left forearm'"));
    assert!(fails(anna("trend").arg("left forearm"), 3).contains("'mole': choose one with --lesion"));
    let mut nameless = recorded.command("add");
    assert!(fails(nameless.arg("").arg(photo("lesion-second.jpg")), 2).contains("give it a name"));
}

#[test]
fn both_engines_give_the_same_probabilities() {
    let doctor = json(&succeeds(&mut skinkit(["doctor", "--json"])));
    if doctor["engine"]["kind"] != "onnxruntime" {
        eprintln!("SKIPPED: both engines: no ONNX Runtime library on this machine (cargo xtask setup)");
        return;
    }
    let run = |engine: &str| {
        let mut command = skinkit(["analyze", "--json", "--engine", engine]);
        json(&succeeds(command.arg(photo("lesion-first.jpg"))))
    };
    let (one, other) = (run("onnxruntime"), run("embedded"));
    for (a, b) in one["probabilities"]
        .as_array()
        .unwrap()
        .iter()
        .zip(other["probabilities"].as_array().unwrap())
    {
        assert_eq!(a["label"], b["label"]);
        let (a, b) = (a["p"].as_f64().unwrap(), b["p"].as_f64().unwrap());
        assert!((a - b).abs() < 1e-3, "{a} against {b}");
    }
}

#[test]
fn a_key_is_private_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.key");
    succeeds(skinkit(["key", "new"]).arg(&file));
    let first = std::fs::read_to_string(&file).unwrap();
    assert_eq!(first.trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let line = fails(skinkit(["key", "new"]).arg(&file), 5);
    assert!(line.contains("never replaced"), "{line}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_early_is_no_failure() {
    use std::process::Stdio;
    let mut child = skinkit(["landmarks", "--json"])
        .arg(photo("face.jpg"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn spots_of_a_photo_and_of_two() {
    let photo = photo("lesion-first.jpg");
    assert!(succeeds(skinkit(["spots"]).arg(&photo)).contains("spots of"));
    succeeds(skinkit(["spots", "compare"]).arg(&photo).arg(&photo));
    assert!(fails(&mut skinkit(["spots"]), 2).contains("give a photo"));
}
