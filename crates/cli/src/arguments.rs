//! What the command line takes.

mod record;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use record::*;

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
    /// Draw over the photo into this PNG: the region (blue), the lesion's border as it was measured or else as the model
    /// outlines it (pink), where the likeliest label comes from (orange), landmarks (green)
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
    /// Which lesion of the site, where you tell them apart
    #[arg(long, value_name = "NAME")]
    pub lesion: Option<String>,
    /// Where on the site, in any unit that all its scans share
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pub position: Option<String>,
    /// Measure in millimetres by a coin of this diameter in the picture (a euro: 23.25, a quarter dollar: 24.26)
    #[arg(long, value_name = "MM", conflicts_with = "card")]
    pub coin: Option<f32>,
    /// Measure in millimetres by a printed ArUco marker whose black square has this side
    #[arg(long, value_name = "MM")]
    pub card: Option<f32>,
    /// The photo comes from a guided capture: same device, same view, held until sharp and steady
    #[arg(long)]
    pub guided: bool,
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
    /// Which lesion of the site [default: the one that was scanned last]
    #[arg(long, value_name = "NAME")]
    pub lesion: Option<String>,
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
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw what was found over the photo into this PNG
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
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

#[derive(Subcommand)]
pub enum Site {
    /// Mark a place in a photo and write it to a file
    Mark(MarkSite),
    /// Find a marked place in a later photo
    Find(FindSite),
}

#[derive(Args)]
pub struct MarkSite {
    /// JPEG or PNG
    pub photo: PathBuf,
    /// The place, in pixels from the left and from the top
    #[arg(value_name = "X,Y")]
    pub at: String,
    /// The file to write; on a body it holds a small grey picture of the skin
    #[arg(long, value_name = "JSON")]
    pub out: PathBuf,
    /// Side of the square around the place, in pixels: on a body it should hold skin around the spot as well
    #[arg(long, value_name = "PIXELS", default_value_t = 256.0)]
    pub size: f32,
    /// The part of the body, such as left_forearm [default: told from landmarks]
    #[arg(long, value_name = "SITE")]
    pub site: Option<String>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct FindSite {
    /// JPEG or PNG
    pub photo: PathBuf,
    /// What `skinkit site mark` wrote
    pub place: PathBuf,
    /// Where to look, in pixels from the left and from the top: on a body, where the picture is framed anew
    #[arg(long, value_name = "X,Y")]
    pub near: Option<String>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw the place over the photo into this PNG
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct ScaleOf {
    /// JPEG or PNG
    pub photo: PathBuf,
    /// Read a coin of this diameter (a euro: 23.25, a quarter dollar: 24.26) instead of the irises
    #[arg(long, value_name = "MM", conflicts_with = "card")]
    pub coin: Option<f32>,
    /// Read a printed ArUco marker whose black square has this side instead of the irises
    #[arg(long, value_name = "MM")]
    pub card: Option<f32>,
    /// The square that holds the coin or the card: centre and side in pixels [default: the picture is searched]
    #[arg(long, value_name = "X,Y,SIZE")]
    pub near: Option<String>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
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
    /// Seal a history with another key; scans are not touched
    Rotate {
        /// The history
        db: PathBuf,
        /// File with the new key
        new: PathBuf,
        #[command(flatten)]
        key: KeyFile,
    },
}
