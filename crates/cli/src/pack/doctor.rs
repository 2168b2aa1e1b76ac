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

/// Runs the command. What is missing is reported, not a failure: that is what one asks a doctor for.
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
    out.line("library   looked for in");
    for place in &search.places {
        let state = if place.found { "found" } else { "not there" };
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
            "          not here: {} (put models/landmarks in this folder or beside the program; pose_detection is optional, models/landmarks/README.md says how to make it)",
            missing.join(", ")
        ));
    }
    match &race {
        Some(race) => {
            out.line(format_args!("providers raced for {}", race.network));
            for entry in &race.entries {
                let outcome = entry.outcome.to_string();
                // What a runtime says may go on about its own source files.
                let first_line = outcome.lines().next().unwrap_or_default();
                out.line(format_args!("          {}: {first_line}", entry.candidate));
            }
        }
        None => out.line("providers the processor: only ONNX Runtime has others"),
    }
    out.line("internet  none: SkinKit holds no network code");
    Ok(out)
}

/// How ONNX Runtime's execution providers fare with the pack's network on this machine, afresh.
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
