//! What the skin measures are worth: spreads on re-shot portraits, painted changes, planted spots.
//!
//! ```text
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- view PORTRAITS OUT           # overlays to look at
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- shots PORTRAITS coarse.jsonl  # re-shots, measured
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- shots2 PORTRAITS fine.jsonl   # the same, enlarged twice
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- learn coarse.jsonl fine.jsonl # src/shipped.rs
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- truth coarse.jsonl            # sensitivity, specificity
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- spreads                       # what ships
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- spots-learn PAD 60            # features and truth
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- spots PAD 40 [OUT]            # recall, false spots
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- visits PAD 60                 # two visits matched
//! cargo run --release -p skinkit-skin --features bench --example skin_bench -- cost PHOTO                    # milliseconds
//! ```
//!
//! `PORTRAITS` is a folder with `labels.csv` (id, tone, pose) and `images/`; `PAD` one with `masks/` too (PAD-UFES-20).

mod cost;
mod faces;
mod paint;
mod plants;
#[path = "../../../roi/tests/support/reshot.rs"]
mod reshot;
mod shots;
mod spots;
mod truth;
mod view;

use std::path::Path;

/// What the bench's parts return.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>();
    match arguments[..] {
        ["view", data, out] => view::run(Path::new(data), Path::new(out), 1),
        ["view", data, out, every] => view::run(Path::new(data), Path::new(out), number(every)?),
        ["shots", data, out] => shots::run(Path::new(data), Path::new(out), 1, false),
        ["shots2", data, out] => shots::run(Path::new(data), Path::new(out), 2, true),
        ["shots", data, out, every] => shots::run(Path::new(data), Path::new(out), number(every)?, false),
        ["shots2", data, out, every] => shots::run(Path::new(data), Path::new(out), number(every)?, true),
        ["learn", coarse, fine] => truth::learn(coarse, fine),
        ["truth", ref files @ ..] if !files.is_empty() => truth::truth(files),
        ["spots-learn", data, pictures] => spots::features(Path::new(data), number(pictures)?),
        ["spots", data, pictures] => spots::found(Path::new(data), number(pictures)?, None),
        ["spots", data, pictures, out] => spots::found(Path::new(data), number(pictures)?, Some(Path::new(out))),
        ["visits", data, pictures] => spots::matched(Path::new(data), number(pictures)?),
        ["cost", photo] => cost::run(Path::new(photo)),
        ["spreads"] => {
            truth::spreads();
            Ok(())
        }
        _ => Err("usage: skin_bench view|shots|shots2|learn|truth|spreads|spots-learn|spots|visits|cost …; see the top of main.rs".into()),
    }
}
