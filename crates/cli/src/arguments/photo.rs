//! Arguments of the commands that work on one photo.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Model, Networks};

#[derive(Args)]
pub struct Analyze {
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    #[command(flatten)]
    pub model: Model,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Write the photo as a PNG with the results drawn on it: the region (blue), the lesion's border as it was measured, or
    /// otherwise as the model outlines it (pink), the evidence for the likeliest label (orange), landmarks (green)
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct Landmarks {
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Write the photo as a PNG with the landmarks drawn on it
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
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    /// The place, in pixels from the left and from the top
    #[arg(value_name = "X,Y")]
    pub at: String,
    /// The file to write; for a place on the body it holds a small gray picture of the skin
    #[arg(long, value_name = "JSON")]
    pub out: PathBuf,
    /// Side of the square around the place, in pixels; on the body it should also include the skin around the spot
    #[arg(long, value_name = "PIXELS", default_value_t = 256.0)]
    pub size: f32,
    /// The part of the body, such as left_forearm [default: taken from landmarks]
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
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    /// The file that `skinkit site mark` wrote
    pub place: PathBuf,
    /// Where to look, in pixels from the left and from the top; useful on the body if the new picture is framed differently
    #[arg(long, value_name = "X,Y")]
    pub near: Option<String>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
    /// Write the photo as a PNG with the place drawn on it
    #[arg(long, value_name = "PNG")]
    pub overlay: Option<PathBuf>,
}

#[derive(Args)]
pub struct ScaleOf {
    /// JPEG, PNG or WebP
    pub photo: PathBuf,
    /// Read a coin of this diameter (a euro: 23.25, a quarter dollar: 24.26) instead of the irises
    #[arg(long, value_name = "MM", conflicts_with = "card")]
    pub coin: Option<f32>,
    /// Read a printed ArUco marker whose black square has this side instead of the irises
    #[arg(long, value_name = "MM")]
    pub card: Option<f32>,
    /// A square that contains the coin or the card: center and side in pixels [default: the picture is searched]
    #[arg(long, value_name = "X,Y,SIZE")]
    pub near: Option<String>,
    #[command(flatten)]
    pub networks: Networks,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}
