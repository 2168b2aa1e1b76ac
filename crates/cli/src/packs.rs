//! Which pack is meant when none is named.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The pack that comes with SkinKit.
const DEFAULT: &str = "lesion-ham7";

/// The named pack, or the one that comes with SkinKit: in `models` in this folder or one above it, or beside the program.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let here = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let places = || here.iter().chain(&program).flat_map(|start| start.ancestors());
    places().map(|folder| folder.join("models").join(DEFAULT)).find(|pack| pack.join("pack.json").is_file()).ok_or_else(
        || {
            Failure::Runtime(format!(
                "no model pack: models/{DEFAULT} is not in this folder or above it, nor beside the program. Give --pack \
                 DIR or set SKINKIT_PACK"
            ))
        },
    )
}
