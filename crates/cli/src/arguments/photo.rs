//! Arguments of the commands that work on one photo.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Model, Networks};

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
