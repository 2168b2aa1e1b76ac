//! Which pack is meant when none is named.

use std::path::{Path, PathBuf};

use skinkit::roi::Networks;

use crate::failure::Failure;

/// The pack that comes with SkinKit.
const DEFAULT: &str = "lesion-ham7";

/// The named pack, or the one that comes with SkinKit: in `models` in this folder or one above it, or beside the program.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    places().into_iter().map(|folder| folder.join(DEFAULT)).find(|pack| pack.join("pack.json").is_file()).ok_or_else(
        || {
            Failure::Runtime(format!(
                "no model pack: models/{DEFAULT} is not in this folder or above it, nor beside the program. Give --pack \
                 DIR or set SKINKIT_PACK"
            ))
        },
    )
}

/// The named folder of landmark networks, or the checkout's: the face networks are built in wherever it is not.
pub fn landmarks(named: Option<&Path>) -> Networks {
    let found = named.map(Path::to_owned).or_else(|| {
        let folders = places().into_iter().map(|folder| folder.join("landmarks"));
        folders
            .into_iter()
            .find(|folder| folder.join("MANIFEST.json").is_file())
    });
    found.map_or_else(Networks::embedded, Networks::from_folder)
}

/// Folders named `models` in this folder or one above it, or beside the program.
fn places() -> Vec<PathBuf> {
    let here = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let starts = here.iter().chain(&program).flat_map(|start| start.ancestors());
    starts.map(|folder| folder.join("models")).collect()
}
