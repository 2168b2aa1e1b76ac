//! Names to choose from, where a name was not found.

use skinkit::{Error, History};

use crate::failure::Failure;

/// Refuses a person who is not in the history, and says who is.
pub fn check(history: &History, subject: &str) -> Result<(), Failure> {
    history.check_subject(subject).map_err(|error| match error {
        Error::UnknownSubject { .. } => match of(history, subject, None) {
            Ok(names) => Failure::Input(format!(
                "no scans of '{subject}' in {}{names}",
                history.path().display()
            )),
            Err(failure) => failure,
        },
        other => other.into(),
    })
}

/// The end of a message about a person or a place without scans: the names to choose from, or nothing where the names
/// were right.
pub fn of(history: &History, subject: &str, site: Option<&str>) -> Result<String, Failure> {
    let subjects = history.subjects()?;
    if subjects.is_empty() {
        return Ok("; it has no scans yet".to_owned());
    }
    if history.sites(subject)?.is_empty() {
        return Ok(format!(
            "; it has scans of {}: choose one with --subject",
            listed(&subjects)
        ));
    }
    let Some(site) = site else { return Ok(String::new()) };
    if history.scans(subject, site)?.is_empty() {
        let sites = history.sites(subject)?;
        return Ok(format!("; the sites of '{subject}' are {}", listed(&sites)));
    }
    let lesions = history.lesions(subject, site)?;
    Ok(match lesions.is_empty() {
        true => String::new(),
        false => format!("; its lesions are {}: choose one with --lesion", listed(&lesions)),
    })
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}
