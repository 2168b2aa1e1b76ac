//! Chooses an engine once and makes sessions with it.

use std::sync::Arc;
#[cfg(feature = "_ort")]
use std::sync::{Mutex, PoisonError};

use super::config::{EngineChoice, EngineInfo, EngineKind, RuntimeConfig};
#[cfg(feature = "embedded")]
use super::embedded;
#[cfg(feature = "_ort")]
use super::loaded::Loaded;
#[cfg(feature = "_ort")]
use super::onnxruntime;
use super::session::{Backend, Session};
#[cfg(feature = "_ort")]
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::onnx::wire::check;
use crate::provider::RaceReport;
#[cfg(feature = "_ort")]
use crate::provider::{Candidate, Provider, ProviderRace, RaceKey, RaceOutcome, benchmark, results_file};

/// An engine, ready to load networks. Cheap to clone, `Send` and `Sync`: make one for a process and share it.
#[derive(Debug, Clone)]
pub struct Runtime(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    info: EngineInfo,
    threads: usize,
    #[cfg(feature = "_ort")]
    onnxruntime: Option<onnxruntime::Environment>,
    #[cfg(feature = "_ort")]
    race: Option<ProviderRace>,
    /// Races so far, the latest last.
    #[cfg(feature = "_ort")]
    races: Mutex<Vec<RaceReport>>,
    /// Held during a race: two races at once would slow each other down.
    #[cfg(feature = "_ort")]
    racing: Mutex<()>,
}

impl Runtime {
    /// Chooses the engine.
    ///
    /// # Errors
    /// With [`EngineChoice::OnnxRuntime`]: [`Error::RuntimeMissing`] or [`Error::RuntimeUnusable`]. With
    /// [`EngineChoice::Auto`] these become the `note` of [`EngineInfo`] and the embedded engine is used.
    /// [`Error::EngineNotBuilt`] when the feature of the engine asked for is off.
    pub fn new(config: &RuntimeConfig) -> Result<Self> {
        match config.engine {
            EngineChoice::OnnxRuntime => Self::onnxruntime(config),
            EngineChoice::Embedded => Self::embedded(config, None),
            EngineChoice::Auto => match Self::onnxruntime(config) {
                Ok(runtime) => Ok(runtime),
                // Without an embedded engine to fall back to, the reason why ONNX Runtime failed is the error to tell.
                Err(error) if cfg!(not(feature = "embedded")) => Err(error),
                Err(error) => Self::embedded(config, Some(error.to_string())),
            },
        }
    }

    /// Which engine runs, and why.
    pub fn engine(&self) -> &EngineInfo {
        &self.0.info
    }

    /// The races between execution providers that sessions of this runtime came from, one for each network:
    /// [`RuntimeConfig::race`].
    pub fn races(&self) -> Vec<RaceReport> {
        #[cfg(feature = "_ort")]
        return self.0.races.lock().unwrap_or_else(PoisonError::into_inner).clone();
        #[cfg(not(feature = "_ort"))]
        Vec::new()
    }

    /// Loads a network from the bytes of an .onnx file and runs it once on zeros to warm it up. `name` appears in
    /// errors. With [`RuntimeConfig::race`] the execution providers race for it first, unless the result is known.
    ///
    /// The network must have one input of f32 or u8 with a static shape (a dynamic first dimension counts as 1).
    ///
    /// # Errors
    /// [`Error::Network`] for anything that is not such a network: corrupt bytes, an operator the engine does not
    /// know, a dynamic shape.
    pub fn session(&self, name: &str, onnx: &[u8]) -> Result<Session> {
        let refused = |reason| Error::Network {
            network: name.to_owned(),
            engine: self.0.info.kind,
            reason,
        };
        check(onnx).map_err(refused)?;
        let loaded = match self.0.info.kind {
            #[cfg(feature = "_ort")]
            EngineKind::OnnxRuntime => match &self.0.onnxruntime {
                Some(environment) => self
                    .load(environment, name, onnx)
                    .map(|loaded| loaded.map(Backend::OnnxRuntime)),
                None => {
                    return Err(Error::EngineNotBuilt {
                        engine: EngineKind::OnnxRuntime,
                    });
                }
            },
            #[cfg(feature = "embedded")]
            EngineKind::Embedded => embedded::load(onnx, self.0.threads)
                .map(|loaded| loaded.map(|network| Backend::Embedded(Box::new(network)))),
            #[allow(unreachable_patterns)]
            engine => return Err(Error::EngineNotBuilt { engine }),
        };
        loaded.map(|loaded| Session::new(name, loaded)).map_err(refused)
    }

    /// Loads the network on the CPU, or on the fastest execution provider that agrees with it.
    #[cfg(feature = "_ort")]
    fn load(
        &self,
        environment: &onnxruntime::Environment,
        name: &str,
        onnx: &[u8],
    ) -> Result<Loaded<onnxruntime::Network>, String> {
        let baseline = Candidate::new(Provider::Cpu, self.0.threads);
        let Some(race) = &self.0.race else {
            return onnxruntime::load(environment, onnx, &baseline);
        };
        let mut candidates = vec![baseline];
        candidates.extend(race.challengers.iter().filter(|candidate| **candidate != baseline));
        let key = RaceKey {
            network_sha256: sha256(onnx),
            device: race.device.clone(),
            runtime: self.0.info.version.clone(),
            candidates,
        };
        let _racing = self.0.racing.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, mut note) = self.known(race, &key);
        if let Some(report) = known
            && let Some(winner) = report.winner()
        {
            match onnxruntime::load(environment, onnx, &winner) {
                Ok(loaded) => {
                    self.remember(report);
                    return Ok(loaded);
                }
                // What won once may be gone: an update of the system, another driver.
                Err(reason) => {
                    let reason = format!("{winner} won before and does not load any more: {reason}");
                    log::warn!("{name}: {reason}");
                    note = Some(reason);
                }
            }
        }
        let loader = onnxruntime::Loader { environment, onnx };
        let (entries, winner) = benchmark::race(&loader, baseline, &key.candidates[1..], race.runs)?;
        let mut report = RaceReport {
            network: name.to_owned(),
            key,
            entries,
            remembered: false,
            note,
        };
        if let Some(path) = &race.file
            && let Err(reason) = results_file::keep(path, &report)
        {
            report.note = Some(reason);
        }
        announce(&report);
        self.remember(report);
        Ok(winner.into_loaded())
    }

    /// The result of an earlier race, of this process or from the file, and what is wrong with the file.
    #[cfg(feature = "_ort")]
    fn known(&self, race: &ProviderRace, key: &RaceKey) -> (Option<RaceReport>, Option<String>) {
        if let Some(report) = self.races().into_iter().find(|report| report.key == *key) {
            return (Some(report), None);
        }
        match race.file.as_deref().map(|path| results_file::find(path, key)) {
            Some(Ok(Some(mut report))) => {
                report.remembered = true;
                (Some(report), None)
            }
            Some(Err(reason)) => {
                log::warn!("{reason}; the providers race again");
                (None, Some(reason))
            }
            Some(Ok(None)) | None => (None, None),
        }
    }

    #[cfg(feature = "_ort")]
    fn remember(&self, report: RaceReport) {
        let mut races = self.0.races.lock().unwrap_or_else(PoisonError::into_inner);
        races.retain(|race| race.key != report.key);
        races.push(report);
    }

    #[cfg(feature = "_ort")]
    fn onnxruntime(config: &RuntimeConfig) -> Result<Self> {
        let environment = onnxruntime::environment(config.library.as_deref())?;
        let info = EngineInfo {
            kind: EngineKind::OnnxRuntime,
            version: environment.version.clone(),
            library: environment.library.clone(),
            note: environment.note.clone(),
        };
        Ok(Self(Arc::new(Inner {
            info,
            threads: threads(config),
            onnxruntime: Some(environment),
            race: config.race.clone(),
            races: Mutex::default(),
            racing: Mutex::default(),
        })))
    }

    #[cfg(not(feature = "_ort"))]
    fn onnxruntime(_: &RuntimeConfig) -> Result<Self> {
        Err(Error::EngineNotBuilt {
            engine: EngineKind::OnnxRuntime,
        })
    }

    #[cfg(feature = "embedded")]
    fn embedded(config: &RuntimeConfig, note: Option<String>) -> Result<Self> {
        let version = format!("rten {}", embedded::VERSION);
        let info = EngineInfo {
            kind: EngineKind::Embedded,
            version,
            library: None,
            note,
        };
        Ok(Self(Arc::new(Inner {
            info,
            threads: threads(config),
            #[cfg(feature = "_ort")]
            onnxruntime: None,
            #[cfg(feature = "_ort")]
            race: None,
            #[cfg(feature = "_ort")]
            races: Mutex::default(),
            #[cfg(feature = "_ort")]
            racing: Mutex::default(),
        })))
    }

    #[cfg(not(feature = "embedded"))]
    fn embedded(_: &RuntimeConfig, _: Option<String>) -> Result<Self> {
        Err(Error::EngineNotBuilt {
            engine: EngineKind::Embedded,
        })
    }
}

/// Says in the log how each candidate fared, and why.
#[cfg(feature = "_ort")]
fn announce(report: &RaceReport) {
    for entry in &report.entries {
        let level = match entry.outcome {
            RaceOutcome::Won { .. } | RaceOutcome::Lost { .. } => log::Level::Info,
            _ => log::Level::Warn,
        };
        log::log!(level, "{}: {} {}", report.network, entry.candidate, entry.outcome);
    }
}

#[cfg(any(feature = "embedded", feature = "_ort"))]
fn threads(config: &RuntimeConfig) -> usize {
    config.threads.clamp(1, 64)
}
