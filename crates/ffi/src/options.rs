//! What a host says when it opens SkinKit.

use serde::Deserialize;
use skinkit::inference::{Candidate, EngineChoice, Provider, ProviderRace, RuntimeConfig};
use skinkit::preprocess::quality::QualityThresholds;
use skinkit::roi::Networks;
use skinkit::{Config, Key};
use zeroize::Zeroize;

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
    /// The history's 32 bytes, from [`generate_key`](crate::generate_key); keep them in the Keychain or Keystore. SkinKit
    /// overwrites its own copies; what the host's language keeps is the host's.
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
    /// ONNX Runtime's execution providers that race against the processor for each network when it is first loaded, each
    /// with `threads` threads; none leaves everything to the processor.
    #[uniffi(default = [])]
    #[serde(default)]
    pub race: Vec<Provider>,
    /// The file that keeps a race's results, so that a network races once on a device and not at every start;
    /// none keeps them in memory only.
    #[uniffi(default = None)]
    pub race_results: Option<String>,
    /// The folder of landmark networks, like `models/landmarks`; those for faces are built in.
    #[uniffi(default = None)]
    pub networks: Option<String>,
    /// Also keep the analyzed region of each picture, encrypted.
    #[uniffi(default = false)]
    #[serde(default)]
    pub keep_pictures: bool,
    /// What a picture must meet to be accepted; none is what [`quality_thresholds`] gives.
    #[uniffi(default = None)]
    pub quality: Option<QualityThresholds>,
}

fn one() -> u32 {
    1
}

impl Options {
    pub(crate) fn config(&self) -> Result<Config> {
        let threads = self.threads as usize;
        let mut runtime = RuntimeConfig {
            engine: self.engine.unwrap_or_default(),
            library: self.library.as_ref().map(Into::into),
            threads,
            ..RuntimeConfig::default()
        };
        if !self.race.is_empty() {
            let candidates = self.race.iter().map(|provider| Candidate::new(*provider, threads));
            let race = ProviderRace::default()
                .challengers(candidates.collect::<Vec<_>>())
                .file(self.race_results.as_ref().map(Into::into));
            runtime.race = Some(race);
        }
        let mut config = Config::new(&self.pack)
            .runtime(runtime)
            .keep_pictures(self.keep_pictures)
            .quality(self.quality.unwrap_or_default());
        if let Some(folder) = &self.networks {
            config = config.networks(Networks::from_folder(folder));
        }
        match (&self.history, &self.key) {
            (Some(history), Some(bytes)) => Ok(config.history(history, key(bytes)?)),
            (None, None) => Ok(config),
            _ => Err(SkinKitError::argument(
                "a history needs a file and a key: give both or neither",
            )),
        }
    }
}

/// The host's key; the copy is overwritten when it is dropped.
pub(crate) fn key(bytes: &[u8]) -> Result<Key> {
    let mut copy = <[u8; 32]>::try_from(bytes)
        .map_err(|_| SkinKitError::argument(format!("a key is 32 bytes, {} were given", bytes.len())))?;
    let key = Key::from_bytes(copy);
    copy.zeroize();
    Ok(key)
}

/// 32 new bytes for a history, from the operating system's random source.
///
/// # Errors
/// `Internal` where the operating system has none to give.
#[uniffi::export]
pub fn generate_key() -> Result<Vec<u8>> {
    Ok(Key::generate()?.bytes().to_vec())
}

/// What a picture must meet to be accepted unless the host says otherwise: to change one value, change a copy of it.
#[uniffi::export]
pub fn quality_thresholds() -> QualityThresholds {
    QualityThresholds::default()
}
