//! What is known of the pictures' lesions: CSV with a header, columns `isic_id` and any of the questions that a model pack
//! asks (`age`, `sex`, `site`, `itches`, `grew`, `hurts`, `changed`, `bleeds`, `raised`): yes, no, a number, a word, or
//! empty where it is not known.

use std::collections::HashMap;
use std::io::Read;

use skinkit::inference::{Answer, Context};

use super::labels::LabelsError;

/// The answers by picture.
pub fn read(source: impl Read) -> Result<HashMap<String, Context>, LabelsError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
    let malformed = |error: csv::Error| LabelsError::Malformed {
        line: error.position().map_or(1, csv::Position::line),
        what: error.to_string(),
    };
    let header = reader.headers().map_err(malformed)?.clone();
    let names: Vec<String> = header
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_lowercase())
        .collect();
    let id_column = names
        .iter()
        .position(|name| name == "isic_id")
        .ok_or_else(|| LabelsError::MissingColumn {
            column: "isic_id",
            found: names.join(", "),
        })?;
    let mut all = HashMap::new();
    let mut lines = HashMap::new();
    for record in reader.into_records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let id = record.get(id_column).unwrap_or_default().to_owned();
        if id.is_empty() {
            return Err(LabelsError::EmptyCell {
                line,
                column: "isic_id",
            });
        }
        let mut context = Context::default();
        for (at, (name, cell)) in names.iter().zip(&record).enumerate() {
            if at != id_column && !cell.is_empty() {
                context = context.answer(name.as_str(), Answer::parse(&cell.to_lowercase()));
            }
        }
        if let Some(first) = lines.insert(id.clone(), line) {
            return Err(LabelsError::Repeated { line, id, first });
        }
        all.insert(id, context);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_cells_are_no_answers() {
        let text = "\u{feff}isic_id,age,itches,site\nA,52,yes,FACE\nB,,,\nC,,No,\n";
        let all = read(text.as_bytes()).unwrap();
        let answers = |id: &str| {
            all[id]
                .answers()
                .map(|(name, answer)| (name.to_owned(), answer.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            answers("A"),
            [
                ("age".to_owned(), Answer::Number(52.0)),
                ("itches".to_owned(), Answer::YesNo(true)),
                ("site".to_owned(), Answer::Choice("face".to_owned())),
            ]
        );
        assert!(all["B"].is_empty());
        assert_eq!(answers("C"), [("itches".to_owned(), Answer::YesNo(false))]);
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(fault("id,age\nA,3\n").contains("isic_id"));
        assert!(fault("isic_id,age\n,3\n").contains("line 2"));
        assert!(fault("isic_id,age\nA,3\nA,4\n").contains("already on line 2"));
        assert!(fault("isic_id,age\nA\n").contains("line 2"));
    }
}
