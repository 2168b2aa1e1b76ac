//! The history's key in a file: 64 hex digits, readable by its owner only.

use std::io::{ErrorKind, Read};
use std::path::Path;

use skinkit::{Error, Key, OutputFile};

use crate::arguments::KeyFile;
use crate::failure::Failure;

/// A key file holds 64 digits and perhaps a line break; anything longer is another file.
const LONGEST: u64 = 128;

/// Reads the key that `--key-file` or `SKINKIT_KEY_FILE` names.
pub fn read(argument: &KeyFile) -> Result<Key, Failure> {
    let Some(path) = &argument.key_file else {
        return Err(Failure::Arguments(
            "the key of the history is needed: give --key-file FILE or set SKINKIT_KEY_FILE ('skinkit key new FILE' \
             creates one)"
                .to_owned(),
        ));
    };
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| Failure::Store(format!("cannot read the key file {}: {error}", path.display())))?;
    Key::from_hex(text.trim()).map_err(|error| Failure::Store(format!("key file {}: {error}", path.display())))
}

/// Writes a new random key to a file that only its owner can read; an existing file is never replaced.
pub fn create(path: &Path) -> Result<(), Failure> {
    let never = |why: &dyn std::fmt::Display| {
        Failure::Store(format!(
            "cannot create the key file {}: {why}; a key is never replaced, choose another name",
            path.display()
        ))
    };
    let file = OutputFile::new(path, &[]).map_err(|error| match error {
        Error::WouldReplace { what, .. } => never(&format_args!("it is {what}")),
        other => Failure::Store(other.to_string()),
    })?;
    let key = Key::generate().map_err(Error::from)?;
    let mut text = key.to_hex();
    text.push('\n');
    file.write_new(text.as_bytes()).map_err(|error| match &error {
        Error::File { source, .. } if source.kind() == ErrorKind::AlreadyExists => never(source),
        other => Failure::Store(other.to_string()),
    })
}
