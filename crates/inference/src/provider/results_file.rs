//! Results of races, kept from one start of an app to the next.

use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::race::{RaceKey, RaceReport};
use crate::json;

/// Changed when a result would be read differently.
const FORMAT: u32 = 1;

/// Results kept; the oldest go first. An app has some ten networks.
const MOST: usize = 64;

/// Held while a result is added: two threads that add one each must not lose the other's.
static ADDING: Mutex<()> = Mutex::new(());

/// A larger file was not written here.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    format: u32,
    races: Vec<RaceReport>,
}

/// The result of the race with this key, if the file holds one.
///
/// # Errors
/// What is wrong with a file that is there.
pub(crate) fn find(path: &Path, key: &RaceKey) -> Result<Option<RaceReport>, String> {
    let races = read(path)?;
    Ok(races
        .into_iter()
        .find(|race| race.key == *key && race.winner().is_some()))
}

/// Adds a result, in place of an older one with the same key. A file that cannot be read is begun anew.
///
/// # Errors
/// Why it could not be written.
pub(crate) fn keep(path: &Path, report: &RaceReport) -> Result<(), String> {
    let _adding = ADDING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut races = read(path).unwrap_or_default();
    races.retain(|race| race.key != report.key);
    races.push(report.clone());
    let surplus = races.len().saturating_sub(MOST);
    races.drain(..surplus);
    let json = serde_json::to_vec_pretty(&Kept { format: FORMAT, races }).map_err(|error| error.to_string())?;
    write(path, &json).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Whole or not at all: into a temporary file with a name of its own beside it, then renamed.
fn write(path: &Path, json: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(json)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read(path: &Path) -> Result<Vec<RaceReport>, String> {
    let unusable = |reason: String| format!("{} cannot be used: {reason}", path.display());
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unusable(error.to_string())),
    };
    if about.len() > MOST_BYTES {
        return Err(unusable(format!("it has {} bytes", about.len())));
    }
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let kept: Kept = json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
    if kept.format != FORMAT {
        return Err(unusable(format!("its format is {}, not {FORMAT}", kept.format)));
    }
    Ok(kept.races)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Candidate, Provider, RaceEntry, RaceOutcome};

    fn report(network: &str) -> RaceReport {
        let cpu = Candidate::new(Provider::Cpu, 1);
        RaceReport {
            network: network.to_owned(),
            key: RaceKey {
                network_sha256: network.to_owned(),
                device: "a phone".to_owned(),
                runtime: "1.24.4".to_owned(),
                candidates: vec![cpu],
            },
            entries: vec![RaceEntry {
                candidate: cpu,
                outcome: RaceOutcome::Won { median_ms: 1.5 },
            }],
            remembered: false,
            note: None,
        }
    }

    #[test]
    fn results_are_found_by_everything_in_their_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/providers.json");
        assert_eq!(find(&path, &report("a").key), Ok(None));
        for network in ["a", "b"] {
            keep(&path, &report(network)).unwrap();
        }
        assert_eq!(find(&path, &report("a").key), Ok(Some(report("a"))));
        for change in [
            |key: &mut RaceKey| key.device = "another phone".to_owned(),
            |key: &mut RaceKey| key.runtime = "1.25.0".to_owned(),
            |key: &mut RaceKey| key.network_sha256 = "c".to_owned(),
            |key: &mut RaceKey| key.candidates[0].threads = 2,
        ] {
            let mut key = report("a").key;
            change(&mut key);
            assert_eq!(find(&path, &key), Ok(None));
        }
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside the file");
    }

    #[test]
    fn damaged_files_are_said_and_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("providers.json");
        for damage in [
            "",
            "{",
            "[]",
            r#"{"format":9,"races":[]}"#,
            &"x".repeat(MOST_BYTES as usize + 1),
        ] {
            std::fs::write(&path, damage).unwrap();
            let error = find(&path, &report("a").key).unwrap_err();
            assert!(error.contains("providers.json cannot be used"), "{error}");
            keep(&path, &report("a")).unwrap();
            assert_eq!(find(&path, &report("a").key), Ok(Some(report("a"))));
        }
    }

    #[test]
    fn threads_that_add_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("providers.json");
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for index in 0..4 {
                        keep(path, &report(&format!("{thread}-{index}"))).unwrap();
                    }
                });
            }
        });
        assert_eq!(read(&path).unwrap().len(), 32);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside the file");
    }

    #[test]
    fn the_file_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("providers.json");
        for index in 0..MOST + 3 {
            keep(&path, &report(&index.to_string())).unwrap();
        }
        assert_eq!(read(&path).unwrap().len(), MOST);
        assert_eq!(find(&path, &report("2").key), Ok(None));
    }
}
