//! What a host says when it opens SkinKit.

use std::path::PathBuf;

use skinkit_inference::RuntimeConfig;
use skinkit_preprocess::quality::QualityThresholds;
use skinkit_roi::Networks;
use skinkit_store::Key;

/// Configuration of [`SkinKit`](crate::SkinKit).
///
/// ```
/// # use skinkit::{Config, Key};
/// let config = Config::new("models/lesion-ham7").history("scans.skinkit", Key::generate()?);
/// # Ok::<(), skinkit::Error>(())
/// ```
#[derive(Debug)]
pub struct Config {
    pub(crate) pack: PathBuf,
    pub(crate) history: Option<(PathBuf, Key)>,
    pub(crate) runtime: RuntimeConfig,
    pub(crate) quality: QualityThresholds,
    pub(crate) keep_pictures: bool,
    pub(crate) networks: Networks,
}

impl Config {
    /// A model pack's folder; no history, default runtime and thresholds.
    pub fn new(pack: impl Into<PathBuf>) -> Self {
        Self {
            pack: pack.into(),
            history: None,
            runtime: RuntimeConfig::default(),
            quality: QualityThresholds::default(),
            keep_pictures: false,
            networks: Networks::embedded(),
        }
    }

    /// Keeps scans in this file, made if it is not there, sealed with the host's 32-byte key.
    #[must_use]
    pub fn history(mut self, path: impl Into<PathBuf>, key: Key) -> Self {
        self.history = Some((path.into(), key));
        self
    }

    /// Which engine runs the networks, from which library, with how many threads.
    #[must_use]
    pub fn runtime(mut self, runtime: RuntimeConfig) -> Self {
        self.runtime = runtime;
        self
    }

    /// What a picture must meet to be accepted.
    #[must_use]
    pub fn quality(mut self, thresholds: QualityThresholds) -> Self {
        self.quality = thresholds;
        self
    }

    /// Also keeps the analyzed region of each picture (re-encoded, no metadata, encrypted). Off by default.
    #[must_use]
    pub fn keep_pictures(mut self, keep: bool) -> Self {
        self.keep_pictures = keep;
        self
    }

    /// Where landmark networks are: a folder like `models/landmarks`. Those for faces are built in; hands and poses
    /// need this.
    #[must_use]
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = networks;
        self
    }
}
