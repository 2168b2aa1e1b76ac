//! The Kotlin package: its tests, and the snippet of its README.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::bindings;
use crate::command::{root, run};

/// Where the README's snippet becomes a test; made anew each time, not kept.
const SNIPPET: &str = "bindings/kotlin/src/test/kotlin/skinkit/ReadmeSnippet.kt";

/// Why the Kotlin package cannot be built here, if it cannot.
pub fn missing() -> Option<String> {
    for (program, package) in [("mvn", "maven"), ("javac", "default-jdk-headless")] {
        let found = Command::new(program)
            .arg("-version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !found {
            return Some(format!(
                "Kotlin: {program} is not installed (Debian: apt install {package})"
            ));
        }
    }
    None
}

/// Maven in the package's folder, with the library that cargo built.
pub fn maven(goals: &[&str]) -> Result<Command, String> {
    let library = bindings::library()?;
    let folder = library.parent().unwrap_or(Path::new("."));
    write_snippet()?;
    let mut command = Command::new("mvn");
    command
        .current_dir(root().join("bindings/kotlin"))
        .args(["--batch-mode", "--no-transfer-progress"])
        .arg(format!("-Dskinkit.library.folder={}", folder.display()))
        .args(goals);
    Ok(command)
}

/// `cargo xtask kotlin`: builds and tests both modules.
pub fn test() -> Outcome {
    match missing() {
        Some(why) => Err(why),
        None => run("mvn package", &mut maven(&["package"])?),
    }
}

/// The README's quick start as a function that a test calls.
fn write_snippet() -> Outcome {
    let readme = std::fs::read_to_string(root().join("bindings/kotlin/README.md"))
        .map_err(|error| format!("bindings/kotlin/README.md: {error}"))?;
    let snippet = readme
        .split("```kotlin\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .ok_or("bindings/kotlin/README.md has no Kotlin snippet")?;
    let (imports, body): (Vec<&str>, Vec<&str>) = snippet.lines().partition(|line| line.starts_with("import "));
    let body: String = body.iter().map(|line| format!("    {line}\n")).collect();
    let source = format!(
        "// Made of README.md by cargo xtask.\npackage readme\n\n{}\n\nsuspend fun quickStart(files: java.io.File) \
         {{\n{body}}}\n",
        imports.join("\n")
    );
    let file = root().join(SNIPPET);
    if std::fs::read_to_string(&file).is_ok_and(|kept| kept == source) {
        return Ok(());
    }
    std::fs::write(&file, source).map_err(|error| format!("cannot write {SNIPPET}: {error}"))
}
