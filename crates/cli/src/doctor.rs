//! `skinkit doctor`: what was found on this machine.

use serde_json::json;
use skinkit::inference::{ModelPack, Runtime, RuntimeConfig, locate};

use crate::arguments;
use crate::failure::Failure;
use crate::packs;

/// Runs the command. What is missing is reported, not a failure: that is what one asks a doctor for.
pub fn run(arguments: &arguments::Doctor) -> Result<(), Failure> {
    let search = locate::find_library(None);
    let runtime = Runtime::new(&RuntimeConfig::default());
    let pack = packs::find(None).map_err(|failure| failure.line()).and_then(|path| {
        ModelPack::open(&path)
            .map_err(|error| error.to_string())
            .map(|pack| (path, pack))
    });
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
            "cache": locate::cache_dir(),
        });
        println!("{report}");
        return Ok(());
    }
    println!("skinkit   {}", env!("CARGO_PKG_VERSION"));
    match &runtime {
        Ok(runtime) => println!("engine    {}", runtime.engine()),
        Err(error) => println!("engine    none: {error}"),
    }
    println!("library   {search}");
    match &pack {
        Ok((path, pack)) => {
            println!(
                "pack      {} {} ({}) in {}",
                pack.id(),
                pack.version(),
                pack.manifest().license.id,
                path.display()
            );
        }
        Err(message) => println!("pack      none: {message}"),
    }
    println!(
        "threads   {} available",
        std::thread::available_parallelism().map_or(1, usize::from)
    );
    println!("network   none: SkinKit holds no network code");
    Ok(())
}
