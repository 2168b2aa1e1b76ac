//! The one error type of this crate.

use std::path::PathBuf;

use crate::engine::EngineKind;
use crate::library::locate::SearchReport;
use crate::pack::Capture;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. Each message says what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No ONNX Runtime library was found in any of the places searched.
    #[error("ONNX Runtime was not found.\n{0}{HOW_TO_GET}")]
    RuntimeMissing(SearchReport),

    /// A library was found, but it can't be used: corrupt, foreign, too old or for another machine.
    #[error("the ONNX Runtime library {} can't be used: {reason}.\n{HOW_TO_GET}", path.display())]
    RuntimeUnusable {
        /// The library.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The engine asked for was not compiled in.
    #[error("the engine `{engine}` was not compiled in: enable the feature `{engine}` of skinkit-inference")]
    EngineNotBuilt {
        /// The engine.
        engine: EngineKind,
    },

    /// A network was refused when it was loaded.
    #[error("the network `{network}` can't be loaded by the engine `{engine}`: {reason}")]
    Network {
        /// The name given to the session.
        network: String,
        /// The engine that refused it.
        engine: EngineKind,
        /// What is wrong with it.
        reason: String,
    },

    /// The input does not fit the network.
    #[error("the input of the network `{network}` does not fit: {reason}")]
    Input {
        /// The name given to the session.
        network: String,
        /// What was expected and what was given.
        reason: String,
    },

    /// The output asked for does not exist, or holds something else.
    #[error("the output of the network `{network}` does not fit: {reason}")]
    Output {
        /// The name given to the session.
        network: String,
        /// What was expected and what was there.
        reason: String,
    },

    /// The engine failed while it ran a network.
    #[error("the network `{network}` failed while the engine `{engine}` ran it: {reason}")]
    Run {
        /// The name given to the session.
        network: String,
        /// The engine.
        engine: EngineKind,
        /// The engine's own words.
        reason: String,
    },

    /// A model pack was refused.
    #[error("the model pack is refused: {}, {field}: {reason}", file.display())]
    Pack {
        /// The file in which the fault lies.
        file: PathBuf,
        /// The field of pack.json, or the part of the network, that does not fit.
        field: String,
        /// What is wrong and what to do.
        reason: String,
    },

    /// The pack does not know the capture that was stated.
    #[error(
        "the model pack `{pack}` does not know pictures of the capture `{capture}`, only {}: take another pack, or leave \
         the capture to `auto`",
        known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(" and ")
    )]
    Capture {
        /// The pack's id.
        pack: String,
        /// The capture that was stated.
        capture: Capture,
        /// The captures that the pack knows.
        known: Vec<Capture>,
    },

    /// An answer was refused.
    #[error("the model pack `{pack}` can't use the answer to `{question}`: {reason}")]
    Context {
        /// The pack's id.
        pack: String,
        /// The question, as it was given.
        question: String,
        /// What is wrong and what to do; does not quote the answer.
        reason: String,
    },

    /// A network gave numbers that are not finite.
    #[error("the network `{network}` gave a number that is not finite in its output `{output}`: the pack is broken")]
    NotFinite {
        /// The name given to the session.
        network: String,
        /// The output.
        output: String,
    },
}

const HOW_TO_GET: &str = "To get it: run `cargo xtask setup` in a checkout of SkinKit, or set ORT_DYLIB_PATH to the \
    full path of libonnxruntime (version 1.22 or later), or use the embedded engine.";
