//! A model pack: a folder with `pack.json` and the files it names.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::EngineKind;
use crate::error::{Error, Result};
use crate::json;
use crate::manifest::{Manifest, Variant};
use crate::pack_check;
use crate::signature;

/// Name of the file that describes a pack.
const PACK_JSON: &str = "pack.json";

/// Largest `pack.json`. A 256-d whitening matrix takes 0.6 MB.
const MOST_JSON: u64 = 16 << 20;

/// Largest network file.
const MOST_NETWORK: u64 = 512 << 20;

/// A checked model pack. It holds the manifest, not the networks: those are read, and their hashes checked again, when
/// a model is made from it. `Send`, `Sync`, cheap enough to clone.
#[derive(Debug, Clone)]
pub struct ModelPack {
    folder: PathBuf,
    manifest: Manifest,
    sha256: String,
}

impl ModelPack {
    /// Opens a pack and checks all of it: `pack.json` and each field, every file's length and SHA-256, and that inputs,
    /// outputs, shapes, labels and operator set of every network are those the manifest promises.
    ///
    /// # Errors
    /// [`Error::Pack`], naming the file and the field.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref().to_path_buf();
        let path = folder.join(PACK_JSON);
        let json = read(&path, MOST_JSON).map_err(|reason| refuse(&path, "the file", reason))?;
        let manifest = parse(&json).map_err(|(field, reason)| refuse(&path, &field, reason))?;
        pack_check::manifest(&manifest).map_err(|(field, reason)| refuse(&path, &field, reason))?;
        let pack = Self {
            folder,
            manifest,
            sha256: sha256(&json),
        };
        if let Some(file) = &pack.manifest.license.file
            && !pack.folder.join(file).is_file()
        {
            return Err(refuse(&path, "license.file", format!("the file `{file}` is missing")));
        }
        for variant in &pack.manifest.variants {
            let onnx = pack.network(variant)?;
            let file = pack.folder.join(&variant.file);
            let signature = signature::read(&onnx).map_err(|reason| refuse(&file, "the file", reason))?;
            pack_check::signature(&pack.manifest, &signature)
                .map_err(|(field, reason)| refuse(&file, &field, reason))?;
        }
        Ok(pack)
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.manifest.version
    }

    /// SHA-256 of `pack.json` in lower-case hex. As `pack.json` holds the hashes of the networks, it names them too.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The folder it was opened from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The variant for an engine.
    pub(crate) fn variant(&self, engine: EngineKind) -> Result<&Variant> {
        self.manifest.variant(engine).ok_or_else(|| {
            let reason = format!("no variant suits the engine `{engine}`: add one, or choose another engine");
            refuse(&self.folder.join(PACK_JSON), "variants", reason)
        })
    }

    /// The bytes of a variant, whose length and hash are checked.
    pub(crate) fn network(&self, variant: &Variant) -> Result<Vec<u8>> {
        let path = self.folder.join(&variant.file);
        let fail = |field: &str, reason: String| {
            let field = format!("variants.{}.{field}", variant.name);
            Err(refuse(&path, &field, reason))
        };
        let onnx = match read(&path, MOST_NETWORK) {
            Ok(onnx) => onnx,
            Err(reason) => return fail("file", reason),
        };
        if onnx.len() as u64 != variant.bytes {
            return fail(
                "bytes",
                format!(
                    "{} expected, the file has {}; copy the pack again",
                    variant.bytes,
                    onnx.len()
                ),
            );
        }
        let sha256 = sha256(&onnx);
        if sha256 != variant.sha256 {
            return fail(
                "sha256",
                format!(
                    "{} expected, the file has {sha256}; copy the pack again",
                    variant.sha256
                ),
            );
        }
        Ok(onnx)
    }

    /// An error about a network of this pack.
    pub(crate) fn refuse(&self, variant: &Variant, field: &str, reason: String) -> Error {
        refuse(&self.folder.join(&variant.file), field, reason)
    }
}

fn parse(text: &[u8]) -> std::result::Result<Manifest, (String, String)> {
    let file = |reason: String| ("the file".to_owned(), reason);
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(file("it is not a JSON object".to_owned()));
    }
    let value: Value = serde_json::from_slice(text).map_err(|error| file(format!("it is not JSON: {error}")))?;
    // The number first: a newer format should be called that, and not fail at some field it no longer has.
    pack_check::format(value.get("format").filter(|number| !number.is_null()))?;
    json::from_value(&value).map_err(|unfit| {
        let reason = unfit.reason().to_owned();
        match unfit.field() {
            "" => file(reason),
            field => (field.to_owned(), reason),
        }
    })
}

/// Reads a plain file that is no longer than `most`.
fn read(path: &Path, most: u64) -> std::result::Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| format!("it can't be opened ({error})"))?;
    // A pipe or a device would block or never end.
    if !metadata.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    if metadata.len() > most {
        return Err(format!(
            "it is too large: {} bytes, at most {most} are read",
            metadata.len()
        ));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let file = fs::File::open(path).map_err(|error| format!("it can't be opened ({error})"))?;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it can't be read ({error})"))?;
    Ok(bytes)
}

fn refuse(file: &Path, field: &str, reason: String) -> Error {
    Error::Pack {
        file: file.to_path_buf(),
        field: field.to_owned(),
        reason,
    }
}

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // writing to a String can't fail
            text
        })
}
