//! Several lesions of one site: which scan shows which.

use serde::{Deserialize, Serialize};
use serde_json::json;
use skinkit_store::{Assignment, ScanId};
use skinkit_tracking::{LengthUnit, Matching, Measure, NoiseModel, Override, Sighting};

use crate::history::History;
use crate::{Error, Result, StoredScan};

/// Scans of one visit that are to be put to the lesions of their site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct MatchRequest {
    /// Whose skin.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// The visit's scans, one a lesion.
    pub scans: Vec<ScanId>,
    /// How far a lesion's position may move between visits: a standard deviation in the unit of
    /// [`ScanRequest::position`](crate::ScanRequest::position).
    pub position_sd: f32,
    /// A person's word: `earlier` is a lesion's name, `later` a scan's number.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default = []))]
    pub overrides: Vec<Override>,
}

/// A scan that was put to a lesion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Assigned {
    /// The scan.
    pub scan: ScanId,
    /// The lesion's name.
    pub lesion: String,
    /// Whether the lesion is new.
    pub new: bool,
}

impl History {
    /// Names of the lesions told apart at a site, in the order they were first seen.
    ///
    /// # Errors
    /// What the store says.
    pub fn lesions(&self, subject: &str, site: &str) -> Result<Vec<String>> {
        Ok(self.store().lesion_names(subject, site)?)
    }

    /// Says which of a site's known lesions each scan of a visit shows, by position, size and look. In the result an
    /// `earlier` id is a lesion's name and a `later` id a scan's number. Nothing is changed:
    /// [`History::apply_matching`] does that.
    ///
    /// # Errors
    /// [`Error::Tracking`] for an override of what is not there or a `position_sd` that is no positive number; a scan
    /// that is not of this site; what the store says.
    pub fn match_lesions(&self, request: &MatchRequest) -> Result<Matching> {
        let all = self.scans(&request.subject, &request.site)?;
        let mut later = Vec::new();
        let mut noise = NoiseModel::default();
        for (index, id) in request.scans.iter().enumerate() {
            if request.scans[..index].contains(id) {
                return Err(Error::SameScanTwice { scan: id.0 });
            }
            let scan = all.iter().find(|scan| scan.id == *id).ok_or(Error::OtherSite {
                scan: id.0,
                site: request.site.clone(),
            })?;
            later.push(Self::sighting(scan, id.to_string()));
            if scan.record.pack.noise.is_some() {
                noise = scan.noise(self.path())?;
            }
        }
        let mut earlier = Vec::new();
        for lesion in self.lesions(&request.subject, &request.site)? {
            let mut scans = all.iter().rev().filter(|scan| scan.lesion.as_ref() == Some(&lesion));
            if let Some(scan) = scans.find(|scan| !request.scans.contains(&scan.id)) {
                earlier.push(Self::sighting(scan, lesion.clone()));
            }
        }
        Ok(skinkit_tracking::match_lesions(
            &earlier,
            &later,
            request.position_sd,
            &request.overrides,
            &noise,
        )?)
    }

    /// Puts scans to lesions as a matching says, and keeps why as evidence. A new lesion is named `lesion N`. Scans that
    /// could not be matched stay where they are.
    ///
    /// # Errors
    /// A matching that names a scan that is not there (any more); what the store says. Scans before the failing one
    /// are assigned; applying the matching again does no harm.
    pub fn apply_matching(&self, subject: &str, site: &str, matching: &Matching, at: i64) -> Result<Vec<Assigned>> {
        let mut out = Vec::new();
        for pair in &matching.matched {
            let scan = number(&pair.later, site)?;
            self.store()
                .assign(scan, Some(&pair.earlier), at, &json!({"matched": pair}))?;
            out.push(Assigned {
                scan,
                lesion: pair.earlier.clone(),
                new: false,
            });
        }
        for later in &matching.new {
            let scan = number(later, site)?;
            let said = matching.manual.iter().find(|word| word.later.as_ref() == Some(later));
            let lesion = self.free_name(subject, site)?;
            self.store()
                .assign(scan, Some(&lesion), at, &json!({"new": {"manual": said}}))?;
            out.push(Assigned {
                scan,
                lesion,
                new: true,
            });
        }
        Ok(out)
    }

    /// Puts one scan to a lesion of its site by a person's word (`None`: to no lesion), and keeps the note as evidence.
    ///
    /// # Errors
    /// No scan of this number, a bad name; what the store says.
    pub fn assign(&self, scan: ScanId, lesion: Option<&str>, note: &str, at: i64) -> Result<()> {
        Ok(self.store().assign(scan, lesion, at, &json!({"manual": note}))?)
    }

    /// Every assignment of a scan to a lesion after it was added, oldest first, with its evidence.
    ///
    /// # Errors
    /// No scan of this number; what the store says.
    pub fn assignments(&self, scan: ScanId) -> Result<Vec<Assignment>> {
        Ok(self.store().assignments(scan)?)
    }

    fn sighting(scan: &StoredScan, id: String) -> Sighting {
        let record = &scan.record;
        // A size counts only in millimetres: pixels of two pictures are not the same length.
        let diameter = record
            .measures
            .as_ref()
            .filter(|measures| measures.unit == LengthUnit::Millimetre)
            .and_then(|measures| Some(measures.get(Measure::GreatestDiameter)?.value as f32));
        Sighting {
            id,
            position: record.position,
            diameter,
            embedding: scan.embedding.clone(),
        }
    }

    fn free_name(&self, subject: &str, site: &str) -> Result<String> {
        let taken = self.lesions(subject, site)?;
        let names = (1..=taken.len() + 1).map(|n| format!("lesion {n}"));
        // One more name than there are lesions: at least one is free.
        Ok(names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default())
    }
}

fn number(id: &str, site: &str) -> Result<ScanId> {
    id.parse().map(ScanId).map_err(|_| Error::OtherSite {
        scan: 0,
        site: site.to_owned(),
    })
}
