//! What a report is made from: plain values, no type of another crate. Times are milliseconds since
//! 1970 (universal time), coordinates upright picture pixels, x right and y down. Any string may hold
//! anything, any number may be unknown (not finite): the page stays whole.

/// Everything on the page.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Whose record this is, as the host names them.
    pub subject: Option<String>,
    /// When the page was made.
    pub generated_at: i64,
    /// What made it ("SkinKit 0.1.0").
    pub made_with: String,
    /// One entry a place on the body.
    pub sites: Vec<Site>,
}

/// A place on the body with its scans.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Name given by the host ("left forearm").
    pub name: String,
    /// Scans in any order; the page sorts them by time.
    pub scans: Vec<Scan>,
    /// The latest comparison, where two scans exist.
    pub comparison: Option<Comparison>,
    /// Measures over time, each a plot of its own.
    pub trends: Vec<Trend>,
}

/// One scan.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Its number in the store.
    pub id: String,
    /// When it was taken.
    pub taken_at: i64,
    /// What was looked at, in words ("lesion", "left cheek").
    pub region: Option<String>,
    /// Where that lies in the picture: what the heatmap and the mask cover.
    pub roi: Option<Roi>,
    /// The model pack behind the results.
    pub pack: Option<Pack>,
    /// Which engine ran it.
    pub engine: String,
    /// One entry a label of the pack, in any order.
    pub probabilities: Vec<Probability>,
    /// Labels in the conformal set.
    pub prediction_set: Vec<String>,
    /// How good the picture is.
    pub quality: Option<Quality>,
    /// Whether the picture is of the kind that the pack was made from.
    pub familiarity: Option<Familiarity>,
    /// PNG or JPEG file, where pictures are kept. Only the part around the region goes on the page,
    /// made anew without the file's metadata.
    pub picture: Option<Vec<u8>>,
    /// Where the score of the top label comes from, 0..=1.
    pub heatmap: Option<Raster>,
    /// The lesion's outline as a probability, 0..=1.
    pub mask: Option<Raster>,
    /// The border that was measured, in parts of the region's width and height; drawn instead of the mask unless empty.
    pub border: Vec<[f32; 2]>,
    /// Size, shape, color.
    pub measures: Vec<Measurement>,
}

/// A square or rectangle in a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Roi {
    /// Its center.
    pub center: [f64; 2],
    /// Width and height before rotation.
    pub size: [f64; 2],
    /// Radians, clockwise as seen.
    pub rotation: f64,
}

/// A model pack as the page names it.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// Its id ("lesion-ham7").
    pub id: String,
    /// Its version.
    pub version: String,
    /// License and attribution.
    pub license: String,
    /// What the pack says it is for and where it ends, where known.
    pub intended_use: Option<String>,
}

/// One label's score.
#[derive(Clone, Debug, Default)]
pub struct Probability {
    /// Label id, as in the prediction set.
    pub label: String,
    /// Label in words.
    pub name: String,
    /// 0..=1.
    pub p: f64,
}

/// The picture's quality.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    /// Whether it passed the gate.
    pub accepted: bool,
    /// What is wrong with it, in words.
    pub issues: Vec<String>,
    /// Sharpness, exposure and so on.
    pub values: Vec<Measurement>,
}

/// How near the picture is to the pack's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Familiarity {
    /// Whether it counts as the same kind of picture.
    pub in_distribution: bool,
    /// The score behind that.
    pub score: f64,
    /// Where the line is.
    pub threshold: f64,
}

/// Values on a grid, row after row.
#[derive(Clone, Debug, Default)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values, 0..=1.
    pub values: Vec<f32>,
}

/// One named value.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// What it is, in words.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Its interval, where known.
    pub interval: Option<[f64; 2]>,
    /// Unit as printed after the value; empty for none.
    pub unit: String,
}

/// Two scans compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Id of the earlier scan.
    pub before: String,
    /// Id of the later scan.
    pub after: String,
    /// Cosine of the two embeddings.
    pub similarity: Option<f64>,
    /// Which way the verdict goes.
    pub tone: Tone,
    /// The verdict in one sentence.
    pub verdict: String,
    /// Each measure before and after.
    pub rows: Vec<Difference>,
    /// Takes a point of the earlier picture to the later one, in the order of an SVG matrix:
    /// x' = a·x + c·y + e, y' = b·x + d·y + f. Without it the two regions are laid over each other.
    pub transform: Option<[f64; 6]>,
}

/// Which way a comparison went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No more difference than two pictures of an unchanged place show.
    Steady,
    /// More than that.
    Changed,
    /// The two could not be compared.
    #[default]
    NotCompared,
}

/// One measure of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What it is, in words.
    pub name: String,
    /// Earlier value.
    pub before: f64,
    /// Later value.
    pub after: f64,
    /// The difference as the comparison counts it.
    pub difference: f64,
    /// Smallest difference that counts as more than noise, where known; on the scale of `difference`.
    pub minimum_detectable: Option<f64>,
    /// Unit of `before` and `after`.
    pub unit: String,
    /// Unit of `difference` and `minimum_detectable`.
    pub difference_unit: String,
}

/// A measure over time.
#[derive(Clone, Debug, Default)]
pub struct Trend {
    /// What it is, in words.
    pub name: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// Points in any order.
    pub points: Vec<Point>,
    /// Values that are no more than noise away from the first scan.
    pub band: Option<[f64; 2]>,
    /// A straight line through it all, from and to.
    pub line: Option<[(i64, f64); 2]>,
    /// The trend in one sentence.
    pub note: Option<String>,
}

/// One value of a trend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Point {
    /// When.
    pub taken_at: i64,
    /// The value.
    pub value: f64,
    /// Ends of its error bar, where known.
    pub interval: Option<[f64; 2]>,
    /// Whether it was marked as far from the others.
    pub outlier: bool,
}
