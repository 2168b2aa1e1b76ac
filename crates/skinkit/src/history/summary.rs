//! What a history holds, for a dashboard's first page.

use serde::{Deserialize, Serialize};
use skinkit_store::{Name, ScanId};
use skinkit_tracking::{Verdict, visits};

use crate::clock::now;
use crate::history::noise::Repeats;
use crate::history::{History, Pair};
use crate::{Result, StoredScan};

/// What to sum up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SummaryRequest {
    /// One person only; everybody if not given.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub subject: Option<String>,
    /// Days that should lie between two visits; each lesion's own usual gap if not given.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub visit_days: Option<f64>,
    /// Whether to compare each lesion's latest pair: some tens of milliseconds a lesion where pictures are kept.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub verdicts: bool,
    /// The moment that "overdue" is told for, in milliseconds since 1970-01-01T00:00Z; now if not given.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub now: Option<i64>,
}

/// A person in a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SubjectSummary {
    /// Whose skin.
    pub subject: String,
    /// Number of scans.
    pub scans: u64,
    /// Sites, in the order they were first recorded.
    pub sites: Vec<SiteSummary>,
}

/// A place on the body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SiteSummary {
    /// Where on the body.
    pub site: String,
    /// Number of scans.
    pub scans: u64,
    /// Lesions told apart there; scans that were put to no lesion are one entry without a name.
    pub lesions: Vec<LesionSummary>,
}

/// A lesion. Times are milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LesionSummary {
    /// Its name; `None` where the site's lesions are not told apart.
    pub lesion: Option<String>,
    /// Number of scans.
    pub scans: u64,
    /// Number of scans good enough to compare.
    pub accepted: u64,
    /// The latest scan.
    pub latest: ScanId,
    /// When the first scan was taken.
    pub first_taken_at: i64,
    /// When the latest was.
    pub last_taken_at: i64,
    /// Days between visits: as asked for, or the median gap of four visits or more.
    pub usual_days: Option<f64>,
    /// When a visit seems to have been missed.
    pub missing: Vec<i64>,
    /// When the next visit is due.
    pub next_due: Option<i64>,
    /// Whether that is past.
    pub overdue: bool,
    /// What the latest pair of scans shows, if verdicts were asked for and there are two.
    pub verdict: Option<Verdict>,
}

impl History {
    /// Counts, dates, due and missed visits of every lesion, and if asked for its latest verdict.
    ///
    /// # Errors
    /// [`Error::UnknownSubject`](crate::Error::UnknownSubject); what the store says; `visit_days` that is no positive number.
    pub fn summary(&self, request: &SummaryRequest) -> Result<Vec<SubjectSummary>> {
        let now = request.now.unwrap_or_else(now);
        let mut subjects = self.subjects()?;
        if let Some(asked) = &request.subject {
            self.check_subject(asked)?;
            let name = Name::new("subject", asked).map(|name| name.as_str().to_owned());
            subjects.retain(|subject| subject == asked || name.as_ref().is_ok_and(|name| name == subject));
        }
        subjects
            .into_iter()
            .map(|subject| {
                let repeats = if request.verdicts {
                    self.repeats(&subject)?
                } else {
                    Repeats::default()
                };
                let mut sites = Vec::new();
                for site in self.sites(&subject)? {
                    let mut lesions: Vec<Vec<StoredScan>> = Vec::new();
                    for scan in self.scans(&subject, &site)? {
                        match lesions.iter_mut().find(|scans| scans[0].lesion == scan.lesion) {
                            Some(scans) => scans.push(scan),
                            None => lesions.push(vec![scan]),
                        }
                    }
                    let lesions: Vec<LesionSummary> = lesions
                        .iter()
                        .filter_map(|scans| self.lesion_summary(scans, request, now, &repeats).transpose())
                        .collect::<Result<_>>()?;
                    sites.push(SiteSummary {
                        site,
                        scans: lesions.iter().map(|lesion| lesion.scans).sum(),
                        lesions,
                    });
                }
                Ok(SubjectSummary {
                    subject,
                    scans: sites.iter().map(|site| site.scans).sum(),
                    sites,
                })
            })
            .collect()
    }

    /// Scans of one lesion in order of time; `None` of none.
    fn lesion_summary(
        &self,
        scans: &[StoredScan],
        request: &SummaryRequest,
        now: i64,
        repeats: &Repeats,
    ) -> Result<Option<LesionSummary>> {
        let (Some(first), Some(last)) = (scans.first(), scans.last()) else {
            return Ok(None);
        };
        let times: Vec<i64> = scans.iter().map(|scan| scan.taken_at).collect();
        let visits = visits(&times, request.visit_days)?;
        let verdict = Pair::latest(scans)
            .filter(|_| request.verdicts)
            .map(|pair| self.compare_with(&pair.before, &pair.after, repeats))
            .transpose()?
            .map(|change| change.verdict);
        Ok(Some(LesionSummary {
            lesion: last.lesion.clone(),
            scans: scans.len() as u64,
            accepted: scans.iter().filter(|scan| scan.accepted()).count() as u64,
            latest: last.id,
            first_taken_at: first.taken_at,
            last_taken_at: last.taken_at,
            usual_days: visits.usual_days,
            missing: visits.missing,
            next_due: visits.next_due,
            overdue: visits.next_due.is_some_and(|due| due < now),
            verdict,
        }))
    }
}
