//! How one picture is analyzed.

use skinkit_inference::{CaptureChoice, Context, LesionOptions};
use skinkit_roi::Scale;

use crate::{Cancel, Region};

/// How one picture is analyzed: what differs from call to call, where [`Config`](crate::Config) says what does not.
///
/// ```
/// # use skinkit::{AnalyzeOptions, Region, roi::FaceRegion};
/// let options = AnalyzeOptions::new(Region::Face(FaceRegion::LeftCheek)).measures(false);
/// assert!(options.scale.is_none());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AnalyzeOptions {
    /// Which part of the picture. [`Region::Lesion`] unless said otherwise.
    pub region: Region,
    /// How large a pixel of the whole picture is at the skin, where something in the picture tells: then sizes are in
    /// millimeters, otherwise in pixels of the analyzed square.
    pub scale: Option<Scale>,
    /// Whether the lesion is measured too. True unless said otherwise; without it the call takes less time, and
    /// [`Analysis::measures`](crate::Analysis::measures) and [`Analysis::patch`](crate::Analysis::patch) are `None`.
    pub measures: bool,
    /// How the picture was taken: a pack's figures are of one way. [`CaptureChoice::Auto`] unless said otherwise; every
    /// result says which was used.
    pub capture: CaptureChoice,
    /// Whether the lesion is looked for in all of the picture, by the lesion network's mask, and cut out as the network was
    /// trained to see it. False unless said otherwise; takes two to four runs of the network and a photo that was opened whole.
    /// With [`Region::Face`] it is looked for in that region, and without it a face's region gets no labels:
    /// [`Finding::withheld`](skinkit_inference::Finding::withheld).
    pub find_lesion: bool,
    /// What the person knows of the lesion; nothing unless said otherwise. Its effect stands beside the picture's own
    /// figures, term by term: [`Finding::context`](skinkit_inference::Finding::context).
    pub context: Context,
    /// Lets another thread stop the call; nobody does unless a clone of it is kept.
    pub cancel: Cancel,
}

impl AnalyzeOptions {
    /// Everything about this part of the picture, in pixels.
    pub fn new(region: Region) -> Self {
        Self {
            region,
            scale: None,
            measures: true,
            capture: CaptureChoice::default(),
            find_lesion: false,
            context: Context::default(),
            cancel: Cancel::default(),
        }
    }

    /// Another part of the picture.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Sizes in millimeters by this scale of the whole picture; `None` leaves them in pixels.
    #[must_use]
    pub fn scale(mut self, scale: impl Into<Option<Scale>>) -> Self {
        self.scale = scale.into();
        self
    }

    /// Whether the lesion is measured too.
    #[must_use]
    pub fn measures(mut self, measures: bool) -> Self {
        self.measures = measures;
        self
    }

    /// How the picture was taken.
    #[must_use]
    pub fn capture(mut self, capture: CaptureChoice) -> Self {
        self.capture = capture;
        self
    }

    /// Whether the lesion is looked for in all of the picture.
    #[must_use]
    pub fn find_lesion(mut self, find: bool) -> Self {
        self.find_lesion = find;
        self
    }

    /// What the person knows of the lesion.
    #[must_use]
    pub fn context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// What the lesion model is told.
    pub(crate) fn lesion(&self) -> LesionOptions {
        LesionOptions {
            capture: self.capture,
            context: self.context.clone(),
        }
    }

    /// Lets whoever holds a clone of `cancel` stop the call.
    #[must_use]
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }
}

impl Default for AnalyzeOptions {
    /// A close-up of one spot.
    fn default() -> Self {
        Self::new(Region::Lesion)
    }
}
