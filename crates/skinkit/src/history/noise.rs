//! How much a person's own repeat shots differ.

use serde::{Deserialize, Serialize};
use skinkit_store::{ScanId, ScanTime};
use skinkit_tracking::{Basis, Change, MeasureNoise, NoiseModel, same_visit};

use crate::history::History;
use crate::{Result, StoredScan};

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
        let noise = NoiseModel::default();
        let mut compared = Vec::new();
        for (earlier, later) in self.latest_repeats(subject)? {
            let (before, after) = (self.observation(&earlier)?, self.observation(&later)?);
            let change = skinkit_tracking::compare(&before, &after, &noise);
            compared.push(((earlier.id, later.id), change));
        }
        Ok(Repeats(compared))
    }

    /// A person's latest pairs of accepted shots of one lesion in one visit, by the time of the later shot, oldest first.
    ///
    /// Only the scans of visits with several shots are read, latest first, until there are enough.
    fn latest_repeats(&self, subject: &str) -> Result<Vec<(StoredScan, StoredScan)>> {
        // One more than are used, because one of them may be the very pair that is judged.
        const MOST: usize = MOST_REPEATS + 1;
        let mut times = self.store.times(subject)?;
        // By lesion and, as they come, by time.
        times.sort_by_key(|time| (time.site, time.lesion));
        let mut visits: Vec<&[ScanTime]> = times
            .chunk_by(|a, b| (a.site, a.lesion) == (b.site, b.lesion) && same_visit(a.taken_at, b.taken_at))
            .filter(|visit| visit.len() > 1)
            .collect();
        visits.sort_by_key(|visit| visit.last().map(|time| std::cmp::Reverse(time.taken_at)));
        let mut pairs: Vec<(StoredScan, StoredScan)> = Vec::new();
        for visit in visits {
            // Visits come latest first: none of the pairs to come is later than this visit's last shot.
            let latest = visit.last().map(|time| time.taken_at);
            if pairs.len() >= MOST && pairs.iter().all(|(_, after)| Some(after.taken_at) > latest) {
                break;
            }
            let mut shots = visit
                .iter()
                .map(|time| self.scan(time.id))
                .collect::<Result<Vec<_>>>()?;
            shots.retain(StoredScan::accepted);
            for shot in shots.windows(2) {
                let [before, after] = shot else { continue };
                let same_pack = (&before.pack_id, &before.pack_version) == (&after.pack_id, &after.pack_version);
                if same_pack && same_visit(before.taken_at, after.taken_at) {
                    pairs.push((before.clone(), after.clone()));
                }
            }
            pairs.sort_by_key(|(_, after)| std::cmp::Reverse(after.taken_at));
            pairs.truncate(MOST);
        }
        pairs.reverse();
        Ok(pairs)
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
