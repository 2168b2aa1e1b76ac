//! How long one run of each network takes on an engine; the networks take turns, so that a busy machine meets all alike.
//!
//! ```sh
//! cargo run --release -p skinkit-inference --example latency -- embedded 60 a.onnx b.onnx
//! ```
//!
//! Prints one JSON object: file to [10th percentile, median] of 60 runs in milliseconds, one thread, or what the engine
//! says of a network that it cannot run.

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use skinkit_inference::{DataType, EngineChoice, Runtime, RuntimeConfig, Session, Tensor};

fn main() -> ExitCode {
    match report() {
        Ok(report) => println!("{report}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// File to times, or to what the engine says of it.
fn report() -> Result<serde_json::Value, Box<dyn Error>> {
    let usage = "latency ENGINE ROUNDS FILE…, where ENGINE is embedded or onnxruntime";
    let mut arguments = std::env::args().skip(1);
    let engine = match arguments.next().as_deref() {
        Some("embedded") => EngineChoice::Embedded,
        Some("onnxruntime") => EngineChoice::OnnxRuntime,
        _ => return Err(usage.into()),
    };
    let rounds: usize = arguments.next().ok_or(usage)?.parse()?;
    let files: Vec<String> = arguments.collect();
    if files.is_empty() || rounds == 0 {
        return Err(usage.into());
    }
    let runtime = Runtime::new(&RuntimeConfig {
        engine,
        ..Default::default()
    })?;
    let mut report = serde_json::Map::new();
    let mut sessions = Vec::new();
    for file in files {
        match runtime.session(&file, &std::fs::read(&file)?) {
            Ok(session) => sessions.push((session, Vec::with_capacity(rounds))),
            Err(error) => {
                report.insert(file, error.to_string().into());
            }
        }
    }
    for _ in 0..rounds {
        for (session, times) in &mut sessions {
            times.push(run(session)?);
        }
    }
    for (session, mut times) in sessions {
        times.sort_by(f64::total_cmp);
        let percentiles = [times[times.len() / 10], times[times.len() / 2]];
        report.insert(session.name().to_owned(), serde_json::json!(percentiles));
    }
    Ok(report.into())
}

/// Milliseconds of one run on a grey picture.
fn run(session: &mut Session) -> Result<f64, Box<dyn Error>> {
    let input = &session.input();
    let (length, dtype) = (input.len(), input.dtype);
    let (bytes, floats) = (vec![128; length], vec![0.5; length]);
    let input = match dtype {
        DataType::U8 => Tensor::from(bytes.as_slice()),
        _ => Tensor::from(floats.as_slice()),
    };
    let start = Instant::now();
    session.run(input)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
