//! How much a person's own repeat shots differ.

use serde::{Deserialize, Serialize};
use skinkit_store::{Scan, ScanId};
use skinkit_tracking::{Basis, Change, MeasureNoise, NoiseModel, same_visit};

use crate::history::History;
use crate::{Result, record};

/// Repeat shots that refine the noise: the latest ones, because each is a comparison of its own to make.
const MOST_REPEATS: usize = 8;

/// What a person's own repeat shots say about the noise of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LearntNoise {
    /// Pairs of shots of one lesion in one visit that could be laid over each other, at most eight.
    pub repeats: u32,
    /// The noise of each measure: as it ships, refined with the repeats; once two of them lie as close as guided
    /// re-shots do, [`MeasureNoise::guided`] for pictures that agree at least 0.5 ([`MeasureNoise::after_repeats`]).
    pub measures: MeasureNoise,
}

impl History {
    /// The noise that comparisons of a person's scans use. Ask for two shots a visit, at most an hour apart and with
    /// pictures kept: what they differ by is noise, and it moves the noise that ships towards this person's own.
    ///
    /// # Errors
    /// What the store says, or a scan that cannot be read back.
    pub fn noise_of(&self, subject: &str) -> Result<LearntNoise> {
        let repeats = self.repeats(subject)?.about(None);
        Ok(LearntNoise {
            repeats: repeats.len() as u32,
            measures: MeasureNoise::shipped().after_repeats(&repeats),
        })
    }

    /// Comparisons of a person's latest repeat shots.
    pub(crate) fn repeats(&self, subject: &str) -> Result<Repeats> {
        let mut pairs: Vec<(Scan, Scan)> = Vec::new();
        for site in self.sites(subject)? {
            let mut last: Vec<Scan> = Vec::new();
            for scan in self.scans(subject, &site)?.into_iter().filter(record::accepted) {
                match last.iter_mut().find(|earlier| earlier.lesion == scan.lesion) {
                    Some(earlier) => {
                        let earlier = std::mem::replace(earlier, scan.clone());
                        let is_repeat = same_visit(earlier.taken_at, scan.taken_at)
                            && (&earlier.pack_id, &earlier.pack_version) == (&scan.pack_id, &scan.pack_version);
                        if is_repeat {
                            pairs.push((earlier, scan));
                        }
                    }
                    None => last.push(scan),
                }
            }
        }
        pairs.sort_by_key(|(_, later)| later.taken_at);
        // One more than are used, because one of them may be the very pair that is judged.
        let latest = pairs.len().saturating_sub(MOST_REPEATS + 1);
        let noise = NoiseModel::default();
        let mut compared = Vec::new();
        for (earlier, later) in &pairs[latest..] {
            let (before, after) = (self.observation(earlier)?, self.observation(later)?);
            let change = skinkit_tracking::compare(&before, &after, &noise);
            compared.push(((earlier.id, later.id), change));
        }
        Ok(Repeats(compared))
    }
}

/// A person's latest repeat shots, compared.
#[derive(Default)]
pub(crate) struct Repeats(Vec<((ScanId, ScanId), Change)>);

impl Repeats {
    /// Those that may speak about a pair: the latest ones that could be laid over each other, never the pair itself.
    pub(crate) fn about(&self, judged: Option<(ScanId, ScanId)>) -> Vec<Change> {
        let others: Vec<&Change> = self
            .0
            .iter()
            .filter(|(pair, _)| judged != Some(*pair))
            .map(|(_, change)| change)
            .collect();
        let latest = others.len().saturating_sub(MOST_REPEATS);
        others[latest..]
            .iter()
            .filter(|change| change.basis == Basis::Pictures)
            .map(|change| (*change).clone())
            .collect()
    }
}
