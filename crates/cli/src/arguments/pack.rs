//! Arguments of the commands that measure a pack or the machine.

use std::path::PathBuf;

use clap::Args;

use super::Engine;

#[derive(Args)]
pub struct Eval {
    /// Folder of the model pack
    pub pack: PathBuf,
    /// Folder of pictures named ISIC_ID.jpg (or .png)
    pub images: PathBuf,
    /// CSV with the columns isic_id,dx and optionally lesion_id, capture, tone, source (figures are given by these too)
    pub labels: PathBuf,
    /// How the pictures were taken; `auto` leaves it to the pack's network, picture by picture
    #[arg(long, value_name = "auto|dermoscope|close-up", default_value = "auto", value_parser = ["auto", "dermoscope", "close-up"])]
    pub capture: String,
    /// Look for the lesion in all of each picture, and measure the square around it
    #[arg(long)]
    pub find: bool,
    /// CSV of answers with the columns isic_id,age,sex,site,itches,grew,hurts,changed,bleeds,raised (yes, no or empty): figures
    /// with them, and beside them those of the pictures alone
    #[arg(long, value_name = "CSV")]
    pub context: Option<PathBuf>,
    /// Leave out the rows whose label the pack lacks, and say how many
    #[arg(long)]
    pub skip_unknown: bool,
    #[command(flatten)]
    pub engine: Engine,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct BenchChange {
    /// Folder with labels.csv (columns isic_id and lesion_id), images/ID.jpg and masks/ID.png
    pub data: PathBuf,
    /// Folder of the model pack [default: as for `analyze`]
    #[arg(long, value_name = "DIR", env = "SKINKIT_PACK")]
    pub pack: Option<PathBuf>,
    #[command(flatten)]
    pub engine: Engine,
    /// File with one lesion_id or isic_id per line: use only these; the half of all lesions that the noise was learned from is always left out
    #[arg(long, value_name = "FILE")]
    pub only: Option<PathBuf>,
    /// Number of lesions to use, one picture each
    #[arg(long, value_name = "N", default_value_t = 220)]
    pub pictures: usize,
    /// Number of changes to paint on each picture; 0 paints all kinds
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub changes: usize,
    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Find the border by color alone, without the pack's mask
    #[arg(long)]
    pub no_masks: bool,
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
