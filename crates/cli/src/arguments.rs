//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Records, measures and compares pictures of skin, on this machine alone.
///
/// Exit status: 0 done, 2 bad arguments, 3 bad input, 4 runtime or model missing, 5 history.
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
    /// Measure a pack on labelled pictures
    Eval(Eval),
    /// Find face landmarks in a photo
    Landmarks(Landmarks),
    /// Say which runtime, models and accelerators were found
    Doctor(Doctor),
    /// Make a history's key
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
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Args)]
pub struct KeyFile {
    /// File with the history's key: 64 hex digits (see `skinkit key new`)
    #[arg(long, value_name = "FILE", env = "SKINKIT_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

#[derive(Args)]
pub struct Analyze {
    /// JPEG or PNG
    pub photo: PathBuf,
    #[command(flatten)]
    pub model: Model,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw region, landmarks, mask and heatmap over the photo into this PNG
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct Add {
    /// The history; made if it is not there
    pub db: PathBuf,
    /// Where on the body, in your own words: 'left forearm'
    pub site: String,
    /// JPEG or PNG
    pub photo: PathBuf,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub key: KeyFile,
    /// Whose skin
    #[arg(long, default_value = "me")]
    pub subject: String,
    /// When the photo was taken, as 2026-11-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub taken_at: Option<String>,
    /// Keep the analysed region of the picture in the history, encrypted
    #[arg(long)]
    pub keep_picture: bool,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct HistoryOf {
    pub db: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// Whose skin
    #[arg(long, default_value = "me")]
    pub subject: String,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Compare {
    pub db: PathBuf,
    pub site: String,
    #[command(flatten)]
    pub key: KeyFile,
    /// Whose skin
    #[arg(long, default_value = "me")]
    pub subject: String,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Report {
    pub db: PathBuf,
    /// The page to write
    #[arg(long, value_name = "HTML")]
    pub out: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// Whose skin
    #[arg(long, default_value = "me")]
    pub subject: String,
}

#[derive(Args)]
pub struct Eval {
    /// Folder of the model pack
    pub pack: PathBuf,
    /// Folder of pictures named ISIC_ID.jpg (or .png)
    pub images: PathBuf,
    /// CSV with the columns isic_id,dx and optionally lesion_id
    pub labels: PathBuf,
    #[command(flatten)]
    pub engine: Engine,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Landmarks {
    /// JPEG or PNG
    pub photo: PathBuf,
    /// Folder of landmark networks, for hands and pose [default: a models/landmarks folder near here or near the program]
    #[arg(long, value_name = "DIR", env = "SKINKIT_LANDMARKS")]
    pub networks: Option<PathBuf>,
    #[command(flatten)]
    pub engine: Engine,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw what was found over the photo into this PNG
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct Doctor {
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum Key {
    /// Write a new random key to a file that only you can read; an existing file is never replaced
    New {
        /// The file to make
        file: PathBuf,
    },
}
