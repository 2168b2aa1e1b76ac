//! Scans that look alike.

use serde::{Deserialize, Serialize};
use skinkit_store::ScanId;

use crate::history::History;
use crate::{Error, Result};

/// A scan found by its look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Similar {
    /// The scan.
    pub scan: ScanId,
    /// Whose skin.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion there.
    pub lesion: Option<String>,
    /// When it was taken, in milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// Cosine similarity of the embeddings, -1 to 1.
    pub similarity: f32,
}

/// A lesion's place among a person's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UnlikeRank {
    /// 1 is least like the others.
    pub rank: u32,
    /// Where on the body.
    pub site: String,
    /// Which lesion there.
    pub lesion: Option<String>,
    /// The lesion's latest scan, which was compared.
    pub scan: ScanId,
    /// Median cosine similarity to the person's other lesions, -1 to 1.
    pub similarity: f32,
    /// How far that lies below the person's usual, in robust standard deviations; `None` below five lesions.
    pub deviation: Option<f64>,
}

impl History {
    /// The `most` scans of anybody that look most like this one, itself left out, most alike first. Exact: every scan of
    /// the same pack and version is compared.
    ///
    /// # Errors
    /// [`Error::NoEmbedding`] where the scan's pack makes none; what the store says.
    pub fn nearest(&self, id: ScanId, most: usize) -> Result<Vec<Similar>> {
        let scan = self.scan(id)?;
        let embedding = scan.embedding.as_ref().ok_or(Error::NoEmbedding { scan: id.0 })?;
        let found = self
            .store
            .nearest(&scan.pack_id, &scan.pack_version, embedding, most.saturating_add(1))?;
        found
            .into_iter()
            .filter(|neighbour| neighbour.id != id)
            .take(most)
            .map(|neighbour| {
                let scan = self.scan(neighbour.id)?;
                Ok(Similar {
                    scan: scan.id,
                    subject: scan.subject,
                    site: scan.site,
                    lesion: scan.lesion,
                    taken_at: scan.taken_at,
                    similarity: neighbour.similarity,
                })
            })
            .collect()
    }

    /// Ranks a person's lesions by how little each is like that person's others, least alike first. A rank, not a
    /// verdict: in everyone some lesion comes first. The latest accepted scan of each lesion is compared; those that
    /// another pack or version made than the person's latest are left out.
    ///
    /// # Errors
    /// [`Error::Tracking`] with fewer than three lesions; what the store says.
    pub fn unlike_the_others(&self, subject: &str) -> Result<Vec<UnlikeRank>> {
        let mut latest = Vec::new();
        for site in self.sites(subject)? {
            let mut seen = Vec::new();
            for scan in self.scans(subject, &site)?.into_iter().rev() {
                if scan.accepted() && scan.embedding.is_some() && !seen.contains(&scan.lesion) {
                    seen.push(scan.lesion.clone());
                    latest.push(scan);
                }
            }
        }
        if let Some(newest) = latest.iter().max_by_key(|scan| scan.taken_at) {
            let pack = (newest.pack_id.clone(), newest.pack_version.clone());
            latest.retain(|scan| (&scan.pack_id, &scan.pack_version) == (&pack.0, &pack.1));
        }
        let lesions: Vec<(String, Vec<f32>)> = latest
            .iter()
            .map(|scan| (scan.id.to_string(), scan.embedding.clone().unwrap_or_default()))
            .collect();
        let ranked = skinkit_tracking::unlike_the_others(&lesions)?;
        Ok(ranked
            .into_iter()
            .filter_map(|place| {
                let scan = latest.iter().find(|scan| scan.id.to_string() == place.id)?;
                Some(UnlikeRank {
                    rank: place.rank as u32,
                    site: scan.site.clone(),
                    lesion: scan.lesion.clone(),
                    scan: scan.id,
                    similarity: place.similarity,
                    deviation: place.deviation,
                })
            })
            .collect())
    }
}
