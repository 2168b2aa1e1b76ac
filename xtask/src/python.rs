//! The Python of this machine, and private environments made from it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::run;

/// The interpreter: `$PYTHON`, else `python3`, else `python`.
pub fn interpreter() -> Result<PathBuf, String> {
    let named = std::env::var_os("PYTHON").map(PathBuf::from);
    let candidates = named.into_iter().chain(["python3", "python"].map(PathBuf::from));
    candidates
        .into_iter()
        .find(|program| {
            Command::new(program)
                .args(["-c", "import sys, venv, pip; sys.exit(sys.version_info < (3, 11))"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
        .ok_or_else(|| {
            "no Python 3.11 or newer with pip and venv was found. Install it (Debian: apt install python3 \
             python3-pip python3-venv; macOS: brew install python3) or name it in PYTHON"
                .to_owned()
        })
}

/// Makes (once) a virtual environment with the pinned packages of a requirements file; returns its interpreter.
pub fn environment(folder: &Path, requirements: &Path) -> Result<PathBuf, String> {
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    let wanted = std::fs::read_to_string(requirements)
        .map_err(|error| format!("cannot read {}: {error}", requirements.display()))?;
    let stamp = folder.join("requirements.installed.txt");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run(
        "python -m venv",
        Command::new(interpreter()?).args(["-m", "venv", "--clear"]).arg(folder),
    )?;
    run(
        "pip install",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(requirements),
    )?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(python)
}
