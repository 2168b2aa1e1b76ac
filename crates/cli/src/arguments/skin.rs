//! Arguments of the commands on skin: zones of a face, spots.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Networks;

#[derive(Args)]
pub struct Skin {
    /// JPEG or PNG with one face
    pub photo: PathBuf,
    /// An earlier photo of the same face: say what changed beyond what taking the picture again explains
    #[arg(long, value_name = "PHOTO")]
    pub since: Option<PathBuf>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw over the photo into this PNG: the zones (lines), and skin unlike the rest of its zone, as one in a hundred
    /// (orange) and one in a thousand (pink) places of skin are
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Spots {
    #[command(subcommand)]
    pub command: Option<SpotsCommand>,
    #[command(flatten)]
    pub find: FindSpots,
}

#[derive(Subcommand)]
pub enum SpotsCommand {
    /// Match the spots of two photos of the same skin: matched, new, gone
    Compare(CompareSpots),
}

#[derive(Args)]
pub struct FindSpots {
    /// JPEG or PNG of skin: a forearm, a back, a face
    pub photo: Option<PathBuf>,
    /// Give sizes in millimeters: read a coin of this diameter in the photo (a euro: 23.25, a quarter dollar: 24.26)
    #[arg(long, value_name = "MM")]
    pub coin: Option<f32>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw the spots over the photo into this PNG: pigmented (green), red (pink)
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct CompareSpots {
    /// The earlier photo
    pub before: PathBuf,
    /// The later photo
    pub after: PathBuf,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Draw over the later photo into this PNG: matched (green), new (orange), unmatched (blue)
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}
