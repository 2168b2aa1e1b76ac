//! Files that a command writes, which are never those that it reads.

use std::path::Path;

use skinkit::OutputFile;

use crate::arguments::KeyFile;
use crate::failure::Failure;

/// What a command about a history reads.
pub fn inputs<'a>(db: &'a Path, key: &'a KeyFile) -> Vec<&'a Path> {
    let key = key.key_file.as_deref();
    [Some(db), key].into_iter().flatten().collect()
}

/// Where an overlay is to be written, if one was asked for.
pub fn overlay<'a>(path: Option<&'a Path>, inputs: &'a [&'a Path]) -> Result<Option<OutputFile<'a>>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let file = OutputFile::new(path, inputs)?;
    if file.is_stdout() {
        return Err(Failure::Arguments(
            "--overlay - would mix the picture with what is printed: name a file".to_owned(),
        ));
    }
    Ok(Some(file))
}
