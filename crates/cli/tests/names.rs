//! Names, times and paths as a person types them and as a script reads them.
#![cfg(unix)]
// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use common::{Recorded, fails, photo, succeeds};
use serde_json::Value;

#[test]
fn a_mistyped_person_is_told_who_there_is() {
    let recorded = Recorded::new();
    for (verb, arguments) in [
        ("history", &["--subject", "mee"][..]),
        ("history", &["--json", "--subject", "mee"]),
        ("summary", &["--subject", "mee"]),
        ("trend", &["left forearm", "--subject", "mee"]),
        ("compare", &["left forearm", "--subject", "mee"]),
        ("unlike", &["--subject", "mee"]),
        ("export", &["--subject", "mee", "--out", "/dev/null"]),
        ("report", &["--subject", "mee", "--out", "/dev/null"]),
    ] {
        let line = fails(recorded.command(verb).args(arguments), 3);
        assert!(line.contains("'me'"), "{verb}: {line}");
    }
    for (what, said) in [
        (&["subject", "mee"][..], "'me'"),
        (&["site", "left foreram"], "'left forearm'"),
        (&["lesion", "left forearm", "upper"], "no such lesion"),
    ] {
        let line = fails(recorded.command("erase").arg("--yes").args(what), 3);
        assert!(line.contains("nothing was erased") && line.contains(said), "{line}");
    }
    // Blanks around a name are none of it.
    assert!(succeeds(recorded.command("history").args(["--subject", " me"])).contains("left forearm"));
}

#[test]
fn every_time_in_json_is_rfc_3339() {
    let recorded = Recorded::new();
    fn times(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| times(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| times(field, found)),
            Value::String(text) if text.starts_with("20") && text.ends_with('Z') => found.push(text.clone()),
            // Milliseconds of this decade.
            Value::Number(number) => assert!(number.as_f64().unwrap() < 1e11, "{number} is no RFC 3339"),
            _ => {}
        }
    }
    for (verb, arguments, least) in [
        ("summary", &[][..], 2),
        ("trend", &["left forearm"], 4),
        ("nearest", &["1"], 1),
        ("history", &[], 2),
        ("assign", &["1", "upper", "--note", "x"], 1),
    ] {
        let text = succeeds(recorded.command(verb).args(arguments).arg("--json"));
        let mut found = Vec::new();
        times(&serde_json::from_str(&text).unwrap(), &mut found);
        assert!(found.len() >= least, "{verb}: {text}");
    }
}

#[test]
fn a_path_need_not_be_utf_8() {
    let recorded = Recorded::new();
    let odd = recorded.folder.path().join(OsStr::from_bytes(b"\xff\xfe.out"));
    for (verb, arguments) in [("export", &[][..]), ("thumbnail", &["1"])] {
        let mut command = recorded.command(verb);
        command.args(arguments).arg("--json").arg("--out").arg(&odd);
        let object: Value = serde_json::from_str(&succeeds(&mut command)).unwrap();
        assert!(object["file"].as_str().unwrap().ends_with(".out"), "{object}");
    }
    assert!(odd.is_file());
    let backup = recorded.folder.path().join(OsStr::from_bytes(b"\xff.backup"));
    succeeds(recorded.command("backup").arg("--json").arg(&backup));
    succeeds(recorded.command("restore").arg("--json").arg(&backup));
}

#[test]
fn what_a_history_holds_cannot_move_the_cursor() {
    let recorded = Recorded::new();
    let mut add = recorded.command("add");
    add.arg("arm\u{1b}[2J").arg(photo("lesion-first.jpg"));
    let line = fails(&mut add, 2);
    assert!(line.contains("control character") && !line.contains('\u{1b}'), "{line}");
    // A label of a pack is data too: it comes with an import.
    let export = recorded.folder.path().join("export.json");
    succeeds(recorded.command("export").arg("--out").arg(&export));
    let text = std::fs::read_to_string(&export).unwrap();
    let mut value: Value = serde_json::from_str(&text.replace("\"nv\"", "\"n\\u001b[2Jv\"")).unwrap();
    for scan in value["scans"].as_array_mut().unwrap() {
        // Another uid, or it would be known already.
        scan["uid"] = format!("f{}", &scan["uid"].as_str().unwrap()[..31]).into();
    }
    std::fs::write(&export, value.to_string()).unwrap();
    succeeds(recorded.command("import").arg(&export));
    let listed = succeeds(&mut recorded.command("history"));
    assert!(listed.contains("n[2Jv") && !listed.contains('\u{1b}'), "{listed}");
}
