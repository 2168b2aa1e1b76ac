//! Names to choose from, where a name was not found.

use skinkit::History;

use crate::failure::Failure;

/// The end of a message about a person or a place without scans: the names to choose from, or nothing where the names
/// were right.
pub fn of(history: &History, subject: &str, site: Option<&str>) -> Result<String, Failure> {
    let subjects = history.subjects()?;
    if subjects.is_empty() {
        return Ok("; it has no scans yet".to_owned());
    }
    if !subjects.iter().any(|known| known == subject) {
        return Ok(format!(
            "; it has scans of {}: choose one with --subject",
            listed(&subjects)
        ));
    }
    let Some(site) = site else { return Ok(String::new()) };
    let sites = history.sites(subject)?;
    if !sites.iter().any(|known| known == site) {
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
