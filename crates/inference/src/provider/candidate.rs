//! One way of running a network: an execution provider of ONNX Runtime, its threads, its graph optimization.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of ONNX Runtime's execution providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Provider {
    /// ONNX Runtime's own kernels: always there.
    #[default]
    Cpu,
    /// Google's XNNPACK, in builds of ONNX Runtime for phones.
    Xnnpack,
    /// Apple's CoreML: processor, graphics and Neural Engine.
    CoreMl,
    /// Android's NNAPI. Deprecated since Android 15, and drivers differ in quality: it races only when it is named.
    Nnapi,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Xnnpack => "xnnpack",
            Self::CoreMl => "coreml",
            Self::Nnapi => "nnapi",
        })
    }
}

/// How far ONNX Runtime rewrites a network's graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimization {
    /// Not at all.
    None,
    /// What holds on every provider.
    Basic,
    /// Fused operators as well.
    Extended,
    /// Memory layouts as well.
    #[default]
    All,
}

/// One way of running a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// Who runs it.
    pub provider: Provider,
    /// Threads for one run, 1..=64.
    pub threads: usize,
    /// How far its graph is rewritten.
    #[serde(default, alias = "optimization")]
    pub optimization: Optimization,
}

impl Candidate {
    /// A provider with this many threads and every optimization.
    pub fn new(provider: Provider, threads: usize) -> Self {
        Self {
            provider,
            threads,
            optimization: Optimization::All,
        }
    }

    /// The same with less rewriting.
    #[must_use]
    pub fn optimization(mut self, optimization: Optimization) -> Self {
        self.optimization = optimization;
        self
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        write!(f, "{}, {} {threads}", self.provider, self.threads)?;
        match self.optimization {
            Optimization::All => Ok(()),
            less => write!(f, ", optimization {}", format!("{less:?}").to_lowercase()),
        }
    }
}
