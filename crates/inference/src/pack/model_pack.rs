//! A model pack: a folder with `pack.json` and the files it names.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check;
use super::fault::{Fault, fault};
use super::manifest::{Manifest, Variant};
use super::pack_json;
use crate::digest::sha256;
use crate::engine::EngineKind;
use crate::error::{Error, Result};
use crate::onnx::signature;

/// Name of the file that describes a pack.
const PACK_JSON: &str = "pack.json";

/// Largest `pack.json`. A 256-d whitening matrix takes 0.6 MB.
const MOST_JSON: u64 = 16 << 20;

/// Largest network file.
const MOST_NETWORK: u64 = 512 << 20;

/// A checked model pack. It holds the manifest, not the networks: those are read, and their hashes checked again, when
/// a model is made from it. `Send`, `Sync`, cheap to clone.
#[derive(Debug, Clone)]
pub struct ModelPack {
    folder: PathBuf,
    manifest: Arc<Manifest>,
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
        let json = read(&path, MOST_JSON).map_err(|reason| refuse(&path, fault("the file", reason)))?;
        let manifest = pack_json::read(&json).map_err(|fault| refuse(&path, fault))?;
        check::manifest(&manifest).map_err(|fault| refuse(&path, fault))?;
        let pack = Self {
            folder,
            manifest: Arc::new(manifest),
            sha256: sha256(&json),
        };
        if let Some(file) = &pack.manifest.license.file
            && !pack.folder.join(file).is_file()
        {
            let reason = format!("the file `{file}` is missing");
            return Err(refuse(&path, fault("license.file", reason)));
        }
        for variant in &pack.manifest.variants {
            let onnx = pack.network(variant)?;
            let file = pack.folder.join(&variant.file);
            let signature = signature::read(&onnx).map_err(|reason| refuse(&file, fault("the file", reason)))?;
            check::signature(&pack.manifest, &signature).map_err(|fault| refuse(&file, fault))?;
        }
        Ok(pack)
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The same, to be kept beyond this object.
    pub(crate) fn share_manifest(&self) -> Arc<Manifest> {
        self.manifest.clone()
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
            refuse(&self.folder.join(PACK_JSON), fault("variants", reason))
        })
    }

    /// The bytes of a variant, whose length and hash are checked.
    pub(crate) fn network(&self, variant: &Variant) -> Result<Vec<u8>> {
        let path = self.folder.join(&variant.file);
        let fail = |field: &str, reason: String| {
            let field = format!("variants.{}.{field}", variant.name);
            Err(refuse(&path, fault(field, reason)))
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
    pub(crate) fn refuse(&self, variant: &Variant, fault: Fault) -> Error {
        refuse(&self.folder.join(&variant.file), fault)
    }
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

fn refuse(file: &Path, Fault { field, reason }: Fault) -> Error {
    Error::Pack {
        file: file.to_path_buf(),
        field,
        reason,
    }
}
