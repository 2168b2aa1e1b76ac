//! Arguments of the commands that work on a history.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Engine, KeyFile, Model};

/// A history, its key, and one person in it.
#[derive(Args)]
pub struct Of {
    /// The history
    pub db: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// The person whose skin it is
    #[arg(long, default_value = "me")]
    pub subject: String,
}

/// A history and its key.
#[derive(Args)]
pub struct Whole {
    /// The history
    pub db: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Add {
    /// The history; it is created if it does not exist
    pub db: PathBuf,
    /// The site: where on the body, in your own words, such as 'left forearm'
    pub site: String,
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub key: KeyFile,
    /// The person whose skin it is
    #[arg(long, default_value = "me")]
    pub subject: String,
    /// When the photo was taken, as 2026-11-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub taken_at: Option<String>,
    /// The lesion of the site, if you distinguish several
    #[arg(long, value_name = "NAME")]
    pub lesion: Option<String>,
    /// Position on the site, in any unit that all scans of the site share
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pub position: Option<String>,
    /// Measure in millimeters, using a coin of this diameter in the picture (a euro: 23.25, a quarter dollar: 24.26)
    #[arg(long, value_name = "MM", conflicts_with = "card")]
    pub coin: Option<f32>,
    /// Measure in millimeters, using a printed ArUco marker whose black square has this side
    #[arg(long, value_name = "MM")]
    pub card: Option<f32>,
    /// Keep the analyzed region of the picture in the history, encrypted
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
    /// The person whose skin it is
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
    /// The person whose skin it is
    #[arg(long, default_value = "me")]
    pub subject: String,
    /// The lesion of the site [default: the one that was scanned last]
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
    /// The person whose skin it is
    #[arg(long, default_value = "me")]
    pub subject: String,
}

#[derive(Args)]
pub struct Summary {
    #[command(flatten)]
    pub whole: Whole,
    /// One person only [default: everybody]
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// Planned days between two visits [default: the usual gap of each lesion]
    #[arg(long, value_name = "DAYS")]
    pub every_days: Option<f64>,
}

#[derive(Args)]
pub struct Trend {
    #[command(flatten)]
    pub of: Of,
    /// Where on the body
    pub site: String,
    /// The lesion of the site [default: scans that are assigned to no lesion]
    #[arg(long, value_name = "NAME")]
    pub lesion: Option<String>,
    /// Planned days between two visits [default: the usual gap of this lesion]
    #[arg(long, value_name = "DAYS")]
    pub every_days: Option<f64>,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Thumbnail {
    #[command(flatten)]
    pub whole: Whole,
    /// Number of the scan
    pub scan: i64,
    /// The picture to write
    #[arg(long, value_name = "PNG")]
    pub out: PathBuf,
    /// What to show
    #[arg(long, value_name = "picture|mask|heatmap", default_value = "picture", value_parser = ["picture", "mask", "heatmap"])]
    pub view: String,
    /// Longer side in pixels, 16 to 2048
    #[arg(long, value_name = "PX", default_value_t = 256)]
    pub side: u32,
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    pub whole: Whole,
    /// The file to write, unencrypted; an existing file is replaced
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// json can be imported again, csv is for spreadsheets, fhir is a FHIR R4 Bundle
    #[arg(long, value_name = "json|csv|fhir", default_value = "json", value_parser = ["json", "csv", "fhir"])]
    pub format: String,
    /// One person only [default: everybody]
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// Leave the pictures out
    #[arg(long)]
    pub no_pictures: bool,
}

#[derive(Args)]
pub struct Import {
    /// The history; it is created if it does not exist
    pub db: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// A JSON export
    pub file: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    pub whole: Whole,
    #[command(subcommand)]
    pub what: EraseWhat,
    /// Confirm that you want to erase; this cannot be undone
    #[arg(long, global = true)]
    pub yes: bool,
}

#[derive(Subcommand)]
pub enum EraseWhat {
    /// One scan
    Scan {
        /// Its number
        scan: i64,
    },
    /// One lesion with its scans
    Lesion {
        site: String,
        lesion: String,
        /// The person whose skin it is
        #[arg(long, default_value = "me")]
        subject: String,
    },
    /// One site with its lesions and scans
    Site {
        site: String,
        /// The person whose skin it is
        #[arg(long, default_value = "me")]
        subject: String,
    },
    /// One person; the key to their data is destroyed
    Subject { subject: String },
    /// Everybody; an empty history remains
    Everything,
}

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    pub whole: Whole,
    /// The backup to write; an existing file is never replaced
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    pub whole: Whole,
    /// The backup; it is checked before it replaces the history
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Nearest {
    #[command(flatten)]
    pub whole: Whole,
    /// Number of the scan
    pub scan: i64,
    /// How many to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub most: usize,
}

#[derive(Args)]
pub struct Unlike {
    #[command(flatten)]
    pub of: Of,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Match {
    #[command(flatten)]
    pub of: Of,
    /// Where on the body
    pub site: String,
    /// Numbers of the scans of the visit, one for each lesion
    #[arg(required = true)]
    pub scans: Vec<i64>,
    /// Standard deviation of a lesion's position between visits, in the unit of `add --position`
    #[arg(long, value_name = "DISTANCE", default_value_t = 5.0)]
    pub position_sd: f32,
    /// State that a scan shows a known lesion
    #[arg(long = "same", value_name = "SCAN=LESION")]
    pub same: Vec<String>,
    /// State that a scan shows a new lesion
    #[arg(long = "new", value_name = "SCAN")]
    pub new: Vec<i64>,
    /// Who states it and why; kept with each statement
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
    /// Assign the scans to the lesions; without this option the result is only shown
    #[arg(long)]
    pub apply: bool,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Assign {
    #[command(flatten)]
    pub whole: Whole,
    /// Number of the scan
    pub scan: i64,
    /// The lesion [default: none; the scan is removed from its lesion]
    pub lesion: Option<String>,
    /// Who states it and why; kept with the assignment
    #[arg(long, value_name = "TEXT")]
    pub note: String,
}

#[derive(Args)]
pub struct Replay {
    #[command(flatten)]
    pub whole: Whole,
    /// Number of the scan
    pub scan: i64,
    /// The photo that the scan was made from
    pub photo: PathBuf,
    /// Folder of the model pack [default: as for `analyze`]
    #[arg(long, value_name = "DIR", env = "SKINKIT_PACK")]
    pub pack: Option<PathBuf>,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Subcommand)]
pub enum Key {
    /// Write a new random key to a file that only you can read; an existing file is never replaced
    New {
        /// The file to create
        file: PathBuf,
    },
    /// Change the key of a history
    Rotate {
        /// The history
        db: PathBuf,
        /// File with the new key
        new: PathBuf,
        #[command(flatten)]
        key: KeyFile,
    },
}
