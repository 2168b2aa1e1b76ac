//! What the command line takes.

mod history;
mod pack;
mod photo;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use history::*;
pub use pack::*;
pub use photo::*;

/// Records, measures and compares pictures of skin, on this machine alone.
///
/// Exit status: 0 done, 1 done and the answer is no (`check`, `replay`), 2 bad arguments, 3 bad input, 4 runtime or model missing, 5 history.
#[derive(Parser)]
#[command(name = "skinkit", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Analyse a photo and print what was measured; nothing is kept
    #[command(alias = "analyse")]
    Analyze(Analyze),
    /// Analyse a photo and add it to a history
    Add(Add),
    /// List what a history holds
    History(HistoryOf),
    /// Compare a site's two latest scans
    Compare(Compare),
    /// Write a history as one self-contained HTML page
    Report(Report),
    /// Sum up a history: scans, dates, due visits, and what each lesion's latest two scans show
    Summary(Summary),
    /// Follow each measure of a site or lesion over time
    Trend(Trend),
    /// Write a small picture of a scan, with its mask or heatmap if asked for
    Thumbnail(Thumbnail),
    /// List the scans that look most like a scan
    Nearest(Nearest),
    /// Rank a person's lesions by how little each is like the others
    Unlike(Unlike),
    /// Say which of a site's lesions each scan of a visit shows
    Match(Match),
    /// Put a scan to a lesion by your own word
    Assign(Assign),
    /// Write a history, or a person's part of it, into a file in clear
    Export(Export),
    /// Add the scans of a JSON export
    Import(Import),
    /// Erase a scan, a lesion, a site, a person or everything
    Erase(Erase),
    /// Write a sealed copy of a history while it is in use
    Backup(Backup),
    /// Put a backup in a history's place
    Restore(Restore),
    /// Read a whole history and say what is damaged
    Check(Whole),
    /// Run a scan's photo again and compare every number
    Replay(Replay),
    /// Measure a pack and the comparison on painted changes and simulated re-shots
    BenchChange(BenchChange),
    /// Measure a pack on labelled pictures
    Eval(Eval),
    /// Find faces, skin, hands and the pose in a photo
    Landmarks(Landmarks),
    /// Mark a place on the skin and find it in a later photo
    #[command(subcommand)]
    Site(Site),
    /// Say how large a pixel is, from the irises, a coin or a printed card
    Scale(ScaleOf),
    /// Say which runtime, models and accelerators were found
    Doctor(Doctor),
    /// Make or change a history's key
    #[command(subcommand)]
    Key(Key),
}

/// Which engine runs the networks, and with what.
#[derive(Args)]
pub struct Engine {
    /// `auto` prefers ONNX Runtime and falls back to the embedded engine
    #[arg(long, value_name = "auto|onnxruntime|embedded", default_value = "auto", value_parser = ["auto", "onnxruntime", "embedded"])]
    pub engine: String,
    /// Threads of one run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub threads: u16,
}

/// Which pack, which part of the picture, which engine.
#[derive(Args)]
pub struct Model {
    /// Folder of the model pack [default: $SKINKIT_PACK, or the lesion-ham7 pack in a `models` folder near here or near the program]
    #[arg(long, value_name = "DIR", env = "SKINKIT_PACK")]
    pub pack: Option<PathBuf>,
    /// lesion, face, a face region such as left_cheek, or X,Y,SIZE (centre and side in pixels)
    #[arg(long, value_name = "REGION", default_value = "lesion", allow_hyphen_values = true)]
    pub region: String,
    /// How the photo was taken; `auto` leaves it to the pack's network
    #[arg(long, value_name = "auto|dermoscope|close-up", default_value = "auto", value_parser = ["auto", "dermoscope", "close-up"])]
    pub capture: String,
    /// What the person knows, such as itches=yes, age=52 or site=face; may be repeated. The pack says what it asks
    #[arg(long = "answer", value_name = "QUESTION=ANSWER")]
    pub answers: Vec<String>,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Args)]
pub struct KeyFile {
    /// File with the history's key: 64 hex digits (see `skinkit key new`)
    #[arg(long, value_name = "FILE", env = "SKINKIT_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

/// Which landmark networks, which engine.
#[derive(Args)]
pub struct Networks {
    /// Folder of landmark networks, for hands and pose [default: a models/landmarks folder near here or near the program]
    #[arg(long, value_name = "DIR", env = "SKINKIT_LANDMARKS")]
    pub networks: Option<PathBuf>,
    #[command(flatten)]
    pub engine: Engine,
}
