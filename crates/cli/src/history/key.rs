//! `skinkit key new`, `key rotate`: a history's key.

use std::path::Path;

use skinkit::Key;

use crate::arguments::KeyFile;
use crate::failure::Failure;
use crate::open::{self, key_file};
use crate::terminal::Output;

/// `skinkit key new FILE`.
pub fn create(path: &Path) -> Result<Output, Failure> {
    key_file::create(path)?;
    Ok(Output::of(format_args!(
        "key written to {}. Keep it safe: without it the history cannot be read",
        path.display()
    )))
}

/// `skinkit key rotate DB NEW`.
pub fn rotate(db: &Path, old: &KeyFile, new: &Path) -> Result<Output, Failure> {
    let history = open::history(db, old)?;
    let new_key: Key = key_file::read(&KeyFile {
        key_file: Some(new.to_owned()),
    })?;
    history.rotate_key(&new_key)?;
    Ok(Output::of(format_args!(
        "{} now opens with the key in {}; earlier backups still need the old key",
        db.display(),
        new.display()
    )))
}
