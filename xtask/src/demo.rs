//! `cargo xtask demo`: the main job on the sample photos, through the command line that ships.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::command::{self, cargo, root, step, target_dir};
use crate::setup;

/// `cargo xtask demo`.
pub fn run() -> Outcome {
    if let Err(message) = setup::run() {
        eprintln!("    going on with the embedded engine: {message}");
    }
    step("build skinkit", || {
        command::run("cargo build", cargo().args(["build", "--package", "skinkit-cli"]))
    })?;
    let demo = Demo::new(target_dir())?;
    demo.run()
}

struct Demo {
    skinkit: PathBuf,
    out: PathBuf,
    photos: PathBuf,
}

impl Demo {
    /// A fresh folder: each run starts with an empty history and a new key.
    fn new(target: PathBuf) -> Result<Self, String> {
        let out = target.join("demo");
        if out.exists() {
            std::fs::remove_dir_all(&out).map_err(|error| format!("cannot clear {}: {error}", out.display()))?;
        }
        std::fs::create_dir_all(&out).map_err(|error| format!("cannot make {}: {error}", out.display()))?;
        let skinkit = target
            .join("debug")
            .join(format!("skinkit{}", std::env::consts::EXE_SUFFIX));
        Ok(Self {
            skinkit,
            out,
            photos: root().join("examples/photos"),
        })
    }

    fn run(&self) -> Outcome {
        let history = self.out.join("history.skinkit");
        let pack = root().join("models/lesion-ham7");
        let report = self.out.join("report.html");
        step("what is installed", || self.skinkit(&[&"doctor"]))?;
        step("a new key", || self.skinkit(&[&"key", &"new", &self.key()]))?;
        step("the face photo: quality, landmarks, region, lesion model", || {
            let overlay = self.out.join("face-overlay.png");
            let photo = self.photo("face.jpg");
            self.skinkit(&[
                &"analyze",
                &photo,
                &"--region",
                &"face",
                &"--pack",
                &pack,
                &"--overlay",
                &overlay,
            ])
        })?;
        for (site, photo, region, day) in [
            ("face", "face.jpg", "left_cheek", "2026-10-01T09:00:00Z"),
            ("left forearm", "lesion-first.jpg", "lesion", "2026-10-01T09:02:00Z"),
            ("left forearm", "lesion-second.jpg", "lesion", "2026-11-01T09:00:00Z"),
        ] {
            step(&format!("add {photo} to the encrypted history as '{site}'"), || {
                let options: [&dyn AsRef<OsStr>; 7] = [
                    &"--region",
                    &region,
                    &"--taken-at",
                    &day,
                    &"--keep-picture",
                    &"--pack",
                    &pack,
                ];
                let photo = self.photo(photo);
                let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&"add", &history, &site, &photo];
                arguments.extend(options);
                self.skinkit(&arguments)
            })?;
        }
        step("the history", || self.skinkit(&[&"history", &history]))?;
        step("compare the two photos of the spot", || {
            self.skinkit(&[&"compare", &history, &"left forearm"])
        })?;
        step("write the report", || {
            self.skinkit(&[&"report", &history, &"--out", &report])
        })?;
        println!("\nreport     {}", report.display());
        println!("overlay    {}", self.out.join("face-overlay.png").display());
        println!(
            "history    {} (encrypted; key in {})",
            history.display(),
            self.key().display()
        );
        println!("The second photo of the spot is a re-shot made from the first, not a later visit.");
        Ok(())
    }

    fn key(&self) -> PathBuf {
        self.out.join("history.key")
    }

    fn photo(&self, name: &str) -> PathBuf {
        self.photos.join(name)
    }

    fn skinkit(&self, arguments: &[&dyn AsRef<OsStr>]) -> Outcome {
        let mut command = Command::new(&self.skinkit);
        command.args(arguments.iter().map(|argument| argument.as_ref()));
        command::run("skinkit", command.env("SKINKIT_KEY_FILE", self.key()))
    }
}
