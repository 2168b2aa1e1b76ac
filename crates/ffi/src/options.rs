//! What a host says when it opens SkinKit.

use serde::{Deserialize, Serialize};
use skinkit::inference::{EngineChoice as Choice, RuntimeConfig};
use skinkit::roi::Networks;
use skinkit::{Config, Key};

use crate::{Result, SkinKitError};

/// How to open [`SkinKit`](crate::SkinKit). In the C ABI it is JSON, but for the key.
#[derive(Clone, Deserialize, uniffi::Record)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The model pack's folder.
    pub pack: String,
    /// The history's file, made if it is not there; none keeps nothing. Needs `key`.
    #[uniffi(default = None)]
    pub history: Option<String>,
    /// The history's 32 bytes, from [`generate_key`](crate::generate_key); keep them in the Keychain or Keystore.
    #[uniffi(default = None)]
    #[serde(skip)]
    pub key: Option<Vec<u8>>,
    /// Which engine runs the networks; none is `Auto`.
    #[uniffi(default = None)]
    pub engine: Option<EngineChoice>,
    /// The ONNX Runtime library to load; none searches the usual places.
    #[uniffi(default = None)]
    pub library: Option<String>,
    /// Threads for one run of a network, 1 to 64 (others are clamped).
    #[uniffi(default = 1)]
    #[serde(default = "one")]
    pub threads: u32,
    /// The folder of landmark networks, like `models/landmarks`; those for faces are built in.
    #[uniffi(default = None)]
    pub networks: Option<String>,
    /// Also keep the analysed region of each picture, encrypted.
    #[uniffi(default = false)]
    #[serde(default)]
    pub keep_pictures: bool,
}

fn one() -> u32 {
    1
}

/// Which engine runs the networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// ONNX Runtime where a usable library is found, else the embedded engine.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// The embedded engine.
    Embedded,
}

impl Options {
    pub(crate) fn config(self) -> Result<Config> {
        let runtime = RuntimeConfig {
            engine: match self.engine.unwrap_or_default() {
                EngineChoice::Auto => Choice::Auto,
                EngineChoice::OnnxRuntime => Choice::OnnxRuntime,
                EngineChoice::Embedded => Choice::Embedded,
            },
            library: self.library.map(Into::into),
            threads: self.threads as usize,
            ..RuntimeConfig::default()
        };
        let mut config = Config::new(self.pack)
            .runtime(runtime)
            .keep_pictures(self.keep_pictures);
        if let Some(folder) = self.networks {
            config = config.networks(Networks::from_folder(folder));
        }
        match (self.history, self.key) {
            (Some(history), Some(bytes)) => Ok(config.history(history, key(&bytes)?)),
            (None, None) => Ok(config),
            _ => Err(SkinKitError::argument(
                "a history needs a file and a key: give both or neither",
            )),
        }
    }
}

/// The host's key.
pub(crate) fn key(bytes: &[u8]) -> Result<Key> {
    <[u8; 32]>::try_from(bytes)
        .map(Key::from_bytes)
        .map_err(|_| SkinKitError::argument(format!("a key is 32 bytes, {} were given", bytes.len())))
}

/// 32 new bytes for a history, from the operating system's random source.
///
/// # Errors
/// The operating system has none to give.
#[uniffi::export]
pub fn generate_key() -> Result<Vec<u8>> {
    Ok(Key::generate()?.bytes().to_vec())
}
