//! The history's key in a file: 64 hex digits, readable by its owner only.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use skinkit::Key;

use crate::arguments::KeyFile;
use crate::failure::Failure;

/// A key file holds 64 digits and perhaps a line break; anything longer is another file.
const LONGEST: u64 = 128;

/// Reads the key that `--key-file` or `SKINKIT_KEY_FILE` names.
pub fn read(argument: &KeyFile) -> Result<Key, Failure> {
    let Some(path) = &argument.key_file else {
        return Err(Failure::Arguments(
            "this needs the history's key: give --key-file FILE or set SKINKIT_KEY_FILE (make one with 'skinkit key \
             new FILE')"
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
    let failed = |error: std::io::Error| {
        let hint = if error.kind() == ErrorKind::AlreadyExists {
            "; a key is never replaced, choose another name"
        } else {
            ""
        };
        Failure::Store(format!("cannot make the key file {}: {error}{hint}", path.display()))
    };
    let key = Key::generate().map_err(|error| Failure::Store(error.to_string()))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let written = file
        .write_all(format!("{}\n", key.to_hex().as_str()).as_bytes())
        .and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a key is worse than none.
        let _ = std::fs::remove_file(path);
        return Err(failed(error));
    }
    Ok(())
}
