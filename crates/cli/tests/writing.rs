//! What a command writes: never over what it reads, a history, a key or a pack; whole or not at all.
#![cfg(unix)]
// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::{Recorded, fails, photo, root, skinkit, succeeds};

#[test]
fn no_command_writes_over_its_input_a_history_a_key_or_a_pack() {
    let recorded = Recorded::new();
    let first = recorded.folder.path().join("photo.jpg");
    std::fs::copy(photo("lesion-first.jpg"), &first).unwrap();
    let link = recorded.folder.path().join("link");
    std::os::unix::fs::symlink(recorded.db(), &link).unwrap();
    let pack = root().join("models/lesion-ham7/pack.json");
    let (db, key) = (recorded.db(), recorded.key());
    let before: Vec<_> = [&db, &key, &first, &pack]
        .map(|path| std::fs::read(path).unwrap())
        .into();

    let out = |mut command: Command, arguments: &[&OsStr]| {
        command.args(arguments);
        command
    };
    let (verbatim, report) = (OsStr::new("--out"), "report");
    let scan = OsStr::new("1");
    let mut commands = Vec::new();
    for target in [&db, &key, &link, &pack] {
        let target = target.as_os_str();
        commands.push(out(recorded.command(report), &[verbatim, target]));
        commands.push(out(recorded.command("export"), &[verbatim, target]));
        commands.push(out(recorded.command("thumbnail"), &[scan, verbatim, target]));
        let overlay = [first.as_os_str(), "--overlay".as_ref(), target];
        commands.push(out(skinkit(["analyze"]), &overlay));
        commands.push(out(skinkit(["landmarks"]), &overlay));
        let mark = [first.as_os_str(), "100,100".as_ref(), verbatim, target];
        commands.push(out(skinkit(["site", "mark"]), &mark));
    }
    commands.push(out(
        skinkit(["analyze"]),
        &[first.as_os_str(), "--overlay".as_ref(), first.as_os_str()],
    ));
    for mut command in commands {
        let line = fails(&mut command, 2);
        assert!(line.contains("was not replaced"), "{line}");
    }
    let after: Vec<_> = [&db, &key, &first, &pack]
        .map(|path| std::fs::read(path).unwrap())
        .into();
    assert!(before == after, "something was written over");
    // A key is never replaced either.
    fails(skinkit(["key", "new"]).arg(&key), 5);
}

#[test]
fn reports_and_pictures_are_for_their_owner_alone_and_can_go_through_a_pipe() {
    let recorded = Recorded::new();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let page = recorded.folder.path().join("report.html");
    std::fs::write(&page, "old").unwrap();
    succeeds(recorded.command("report").arg("--out").arg(&page));
    assert_eq!(mode(&page), 0o600);
    let overlay = recorded.folder.path().join("overlay.png");
    succeeds(
        skinkit(["analyze"])
            .arg(photo("lesion-first.jpg"))
            .arg("--overlay")
            .arg(&overlay),
    );
    assert_eq!(mode(&overlay), 0o600);
    // Nothing but the page is on the standard output then.
    let text = succeeds(recorded.command("report").args(["--out", "-"]));
    assert_eq!(text.len(), std::fs::read(&page).unwrap().len());
    assert!(text.starts_with("<!"), "{}", &text[..40]);
    let csv = succeeds(
        recorded
            .command("export")
            .args(["--format", "csv", "--out", "/dev/stdout"]),
    );
    assert!(csv.starts_with("id,uid,"), "{csv}");
    fails(
        skinkit(["analyze"])
            .arg(photo("lesion-first.jpg"))
            .args(["--overlay", "-"]),
        2,
    );
}
