//! Runs the built `skinkit` the way a person or a script does.
// Support code is no #[test] function, so clippy's leave for tests does not reach it.
#![allow(dead_code, clippy::unwrap_used)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A sample photo.
pub fn photo(name: &str) -> PathBuf {
    root().join("examples/photos").join(name)
}

/// A command with no key and no pack from this machine's environment.
pub fn skinkit<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skinkit"));
    command
        .args(arguments)
        .current_dir(root())
        .env_remove("SKINKIT_KEY_FILE")
        .env_remove("SKINKIT_PACK");
    command
}

/// Runs it and returns what it printed, if it succeeded.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The one line it printed on stderr, if it failed with this status and printed nothing else.
pub fn fails(command: &mut Command, status: i32) -> String {
    let Output {
        status: got,
        stdout,
        stderr,
    } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(got.code(), Some(status), "{command:?}: {stderr}");
    assert!(
        stdout.is_empty(),
        "{command:?} printed {:?}",
        String::from_utf8_lossy(&stdout)
    );
    assert_eq!(stderr.lines().count(), 1, "one line, not:\n{stderr}");
    assert!(stderr.starts_with("skinkit: "), "{stderr}");
    stderr
}

/// A folder with a key and a history of two scans of one spot.
pub struct Recorded {
    pub folder: tempfile::TempDir,
}

impl Recorded {
    pub fn new() -> Self {
        let recorded = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        succeeds(&mut skinkit([
            OsStr::new("key"),
            "new".as_ref(),
            recorded.key().as_os_str(),
        ]));
        for (name, time) in [
            ("lesion-first.jpg", "2026-10-01T09:00:00Z"),
            ("lesion-second.jpg", "2026-11-01T09:00:00Z"),
        ] {
            let mut add = recorded.command("add");
            add.arg("left forearm")
                .arg(photo(name))
                .args(["--taken-at", time, "--keep-picture", "--json"]);
            let added: serde_json::Value = serde_json::from_str(&succeeds(&mut add)).unwrap();
            assert_eq!(added["site"], "left forearm");
            assert!(added["scan_id"].is_i64());
        }
        recorded
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("history.key")
    }

    pub fn db(&self) -> PathBuf {
        self.folder.path().join("history.skinkit")
    }

    /// `skinkit VERB DB`, with the key.
    pub fn command(&self, verb: &str) -> Command {
        let mut command = skinkit([OsStr::new(verb), self.db().as_os_str()]);
        command.env("SKINKIT_KEY_FILE", self.key());
        command
    }

    /// What `skinkit history --json` prints.
    pub fn history(&self) -> String {
        succeeds(self.command("history").arg("--json"))
    }
}
