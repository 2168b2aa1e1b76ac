//! What the command line takes.

mod history;
mod pack;
mod photo;
mod skin;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use history::*;
pub use pack::*;
pub use photo::*;
pub use skin::*;

/// Records, measures and compares pictures of skin, on this machine alone.
///
/// Exit status: 0 success, 1 the check failed (`check`, `replay`), 2 bad arguments, 3 bad input, 4 runtime or model missing, 5 history or key.
#[derive(Parser)]
#[command(name = "skinkit", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Analyze a photo and print the results; nothing is kept
    #[command(alias = "analyse")]
    Analyze(Analyze),
    /// Analyze a photo and add the scan to a history
    Add(Add),
    /// List the scans of a history
    History(HistoryOf),
    /// Compare a site's two latest scans
    Compare(Compare),
    /// Write a history as one self-contained HTML page
    Report(Report),
    /// Summarize a history: scans, dates, due visits, and how each lesion's latest two scans compare
    Summary(Summary),
    /// Show each measure of a site or lesion over time
    Trend(Trend),
    /// Write a small picture of a scan, with its mask or heatmap if asked for
    Thumbnail(Thumbnail),
    /// List the scans that look most like a scan
    Nearest(Nearest),
    /// Rank a person's lesions, the one that is least like the others first
    Unlike(Unlike),
    /// Match the scans of a visit with the known lesions of a site
    Match(Match),
    /// Assign a scan to a lesion by hand
    Assign(Assign),
    /// Write a history, or one person's part of it, to an unencrypted file
    Export(Export),
    /// Add the scans of a JSON export
    Import(Import),
    /// Erase a scan, a lesion, a site, a person or everything
    Erase(Erase),
    /// Write an encrypted copy of a history, even while it is in use
    Backup(Backup),
    /// Replace a history by a backup
    Restore(Restore),
    /// Read a whole history and report what is damaged
    Check(Whole),
    /// Analyze the photo of a scan again and compare every number
    Replay(Replay),
    /// Measure a pack and the comparison on painted changes and simulated re-shots
    BenchChange(BenchChange),
    /// Measure a pack on labeled pictures
    Eval(Eval),
    /// Find faces, skin, hands and the pose in a photo
    Landmarks(Landmarks),
    /// Mark a place on the skin and find it in a later photo
    #[command(subcommand)]
    Site(Site),
    /// Measure the skin of a face by zone, alone or against an earlier photo; nothing is kept
    Skin(Skin),
    /// Find the spots in a photo of skin, or match those of two photos
    Spots(Spots),
    /// Measure the size of a pixel, from the irises, a coin or a printed card
    Scale(ScaleOf),
    /// Report which runtime, models and accelerators were found
    Doctor(Doctor),
    /// Create or change the key of a history
    #[command(subcommand)]
    Key(Key),
}

/// Which engine runs the networks, and with what.
#[derive(Args)]
pub struct Engine {
    /// `auto` prefers ONNX Runtime and falls back to the embedded engine
    #[arg(long, value_name = "auto|onnxruntime|embedded", default_value = "auto", value_parser = ["auto", "onnxruntime", "embedded"])]
    pub engine: String,
    /// Threads for running a network
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub threads: u16,
}

/// Which pack, which part of the picture, which engine.
#[derive(Args)]
pub struct Model {
    /// Folder of the model pack [default: models/lesion-ham7 in this folder or one above it, or beside the program]
    #[arg(long, value_name = "DIR", env = "SKINKIT_PACK")]
    pub pack: Option<PathBuf>,
    /// lesion, face, a face region such as left_cheek, or X,Y,SIZE (center and side in pixels)
    #[arg(long, value_name = "REGION", default_value = "lesion", allow_hyphen_values = true)]
    pub region: String,
    /// How the photo was taken; `auto` leaves it to the pack's network
    #[arg(long, value_name = "auto|dermoscope|close-up", default_value = "auto", value_parser = ["auto", "dermoscope", "close-up"])]
    pub capture: String,
    /// Look for the lesion in all of the photo (or in the face region), and analyze the square around it
    #[arg(long)]
    pub find: bool,
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
    /// Folder of landmark networks, for hands and pose [default: models/landmarks in this folder or one above it, or beside the program]
    #[arg(long, value_name = "DIR", env = "SKINKIT_LANDMARKS")]
    pub networks: Option<PathBuf>,
    #[command(flatten)]
    pub engine: Engine,
}
