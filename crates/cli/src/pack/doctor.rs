//! `skinkit doctor`: what was found on this machine.

use serde_json::json;
use skinkit::inference::{
    EngineKind, LesionModel, ModelPack, ProviderRace, RaceReport, Runtime, RuntimeConfig, locate,
};
use skinkit::roi::Network;

use crate::arguments;
use crate::failure::Failure;
use crate::open::packs;
use crate::terminal::Output;

/// Runs the command. What is missing is reported and is not a failure.
pub fn run(arguments: &arguments::Doctor) -> Result<Output, Failure> {
    let mut out = Output::default();
    let search = locate::find_library(None);
    let runtime = Runtime::new(&RuntimeConfig::default());
    let pack = packs::find(None).map_err(|failure| failure.line()).and_then(|path| {
        ModelPack::open(&path)
            .map_err(|error| error.to_string())
            .map(|pack| (path, pack))
    });
    let race = match &pack {
        Ok((_, pack)) => race(pack),
        Err(_) => None,
    };
    let landmarks = packs::landmarks(None);
    let (found, missing): (Vec<&str>, Vec<&str>) = {
        let (found, missing): (Vec<Network>, Vec<Network>) =
            Network::ALL.into_iter().partition(|&network| landmarks.has(network));
        (
            found.into_iter().map(Network::name).collect(),
            missing.into_iter().map(Network::name).collect(),
        )
    };
    if arguments.json {
        let engine = match &runtime {
            Ok(runtime) => json!(runtime.engine()),
            Err(error) => json!({"error": error.to_string()}),
        };
        let pack = match &pack {
            Ok((path, pack)) => json!({
                "path": path, "id": pack.id(), "version": pack.version(), "license": pack.manifest().license.id,
            }),
            Err(message) => json!({"error": message}),
        };
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"), "engine": engine, "pack": pack, "library_search": search,
            "cache": locate::cache_dir(), "landmark_networks": {"found": found, "missing": missing}, "providers": race,
        });
        out.line(format_args!("{report}"));
        return Ok(out);
    }
    out.line(format_args!("skinkit   {}", env!("CARGO_PKG_VERSION")));
    match &runtime {
        Ok(runtime) => out.line(format_args!("engine    {}", runtime.engine())),
        Err(error) => out.line(format_args!("engine    none: {error}")),
    }
    out.line("library   searched in");
    for place in &search.places {
        let state = if place.found { "found" } else { "not found" };
        out.line(format_args!(
            "          {} ({}, {state})",
            place.path.display(),
            place.kind
        ));
    }
    match &pack {
        Ok((path, pack)) => {
            out.line(format_args!(
                "pack      {} {} ({}) in {}",
                pack.id(),
                pack.version(),
                pack.manifest().license.id,
                path.display()
            ));
        }
        Err(message) => out.line(format_args!("pack      none: {message}")),
    }
    out.line(format_args!(
        "threads   {} available",
        std::thread::available_parallelism().map_or(1, usize::from)
    ));
    out.line(format_args!("landmarks {}", found.join(", ")));
    if !missing.is_empty() {
        out.line(format_args!(
            "          missing: {} (put models/landmarks in this folder or beside the program; pose_detection is optional, see models/landmarks/README.md)",
            missing.join(", ")
        ));
    }
    match &race {
        Some(race) => {
            out.line(format_args!("providers timed with {}", race.network));
            for entry in &race.entries {
                let outcome = entry.outcome.to_string();
                // A runtime's message may continue with its own source files.
                let first_line = outcome.lines().next().unwrap_or_default();
                out.line(format_args!("          {}: {first_line}", entry.candidate));
            }
        }
        None => out.line("providers CPU only: other providers need ONNX Runtime"),
    }
    out.line("internet  not used: SkinKit has no network code");
    Ok(out)
}

/// Times ONNX Runtime's execution providers with the pack's network on this machine.
fn race(pack: &ModelPack) -> Option<RaceReport> {
    let config = RuntimeConfig {
        race: Some(ProviderRace::default().file(None)),
        ..RuntimeConfig::default()
    };
    let runtime = Runtime::new(&config).ok()?;
    if runtime.engine().kind != EngineKind::OnnxRuntime {
        return None;
    }
    LesionModel::new(&runtime, pack).ok()?;
    runtime.races().pop()
}
