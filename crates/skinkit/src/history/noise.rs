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
        let repeats = self.repeats(subject, None)?;
        Ok(LearntNoise {
            repeats: repeats.len() as u32,
            measures: MeasureNoise::shipped().after_repeats(&repeats),
        })
    }

    /// Comparisons of a person's latest repeat shots, except the pair that is itself to be judged.
    pub(crate) fn repeats(&self, subject: &str, except: Option<(ScanId, ScanId)>) -> Result<Vec<Change>> {
        let mut pairs: Vec<(Scan, Scan)> = Vec::new();
        for site in self.sites(subject)? {
            let mut last: Vec<Scan> = Vec::new();
            for scan in self.scans(subject, &site)?.into_iter().filter(record::accepted) {
                match last.iter_mut().find(|earlier| earlier.lesion == scan.lesion) {
                    Some(earlier) => {
                        let earlier = std::mem::replace(earlier, scan.clone());
                        let is_repeat = same_visit(earlier.taken_at, scan.taken_at)
                            && (&earlier.pack_id, &earlier.pack_version) == (&scan.pack_id, &scan.pack_version);
                        if is_repeat && except != Some((earlier.id, scan.id)) {
                            pairs.push((earlier, scan));
                        }
                    }
                    None => last.push(scan),
                }
            }
        }
        pairs.sort_by_key(|(_, later)| later.taken_at);
        let latest = pairs.len().saturating_sub(MOST_REPEATS);
        let noise = NoiseModel::default();
        let mut changes = Vec::new();
        for (before, after) in &pairs[latest..] {
            let (before, after) = (self.observation(before)?, self.observation(after)?);
            changes.push(skinkit_tracking::compare(&before, &after, &noise));
        }
        changes.retain(|change| change.basis == Basis::Pictures);
        Ok(changes)
    }
}
