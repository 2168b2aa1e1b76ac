//! The list of pictures and their labels: CSV with a header, columns `isic_id`, `dx` and, where
//! known, `lesion_id`, in any order. Columns that say what a picture is one of (`capture`, `tone`, `source`, and what
//! published lists call them) make groups; other columns are ignored.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

/// One picture of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Name of the picture file without its ending.
    pub id: String,
    /// Label as the list spells it.
    pub dx: String,
    /// Lesion that the picture shows, where the list says.
    pub lesion: Option<String>,
    /// What the picture is one of, where the list says: a group of [`GROUPS`] and its value.
    pub groups: Vec<(String, String)>,
}

/// Groups of pictures, each with the columns that it may come from.
const GROUPS: [(&str, &[&str]); 3] = [
    ("capture", &["capture", "modality"]),
    (
        "tone",
        &[
            "tone",
            "skin_tone",
            "skin_tone_class_0dark_5light",
            "tone_fitzpatrick",
            "fitzpatrick",
        ],
    ),
    ("source", &["source", "source_split"]),
];

/// Why a list cannot be used. Each message names the line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// The file has no text.
    #[error(
        "line 1: the list of labels is empty; it needs a header with the columns isic_id, dx and, if known, lesion_id"
    )]
    Empty,
    /// A column is missing from the header.
    #[error("line 1: no column \"{column}\"; the header has: {found}")]
    MissingColumn {
        /// The column that is needed.
        column: &'static str,
        /// What the header has instead.
        found: String,
    },
    /// A column comes twice.
    #[error("line 1: the column \"{0}\" comes twice; keep one")]
    RepeatedColumn(&'static str),
    /// There is a header and nothing below it.
    #[error("line 1: there is no picture below the header")]
    NoRows,
    /// A needed cell is empty.
    #[error("line {line}: \"{column}\" is empty")]
    EmptyCell {
        /// Line in the file.
        line: u64,
        /// The column that is empty there.
        column: &'static str,
    },
    /// A picture is listed twice.
    #[error("line {line}: picture \"{id}\" is already on line {first}; list each picture once")]
    Repeated {
        /// Line in the file.
        line: u64,
        /// The picture.
        id: String,
        /// Where it came first.
        first: u64,
    },
    /// Not CSV as expected: a row of another length, or not UTF-8.
    #[error("line {line}: {what}")]
    Malformed {
        /// Line in the file.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// Labels that the model pack does not have.
    #[error(
        "the model pack has no label {unknown}; its labels are: {known}; leave those rows out, or pass --skip-unknown"
    )]
    UnknownLabels {
        /// The labels, each with its first line and how often it comes.
        unknown: String,
        /// The pack's labels.
        known: String,
    },
    /// The file could not be read.
    #[error("could not read the list of labels: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads a list. Column names are compared without case and surrounding space.
pub fn read(mut source: impl Read) -> Result<Vec<Row>, LabelsError> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let malformed = |error| malformed(error, text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let header = reader.headers().map_err(malformed)?.clone();
    if header.iter().all(str::is_empty) {
        return Err(LabelsError::Empty);
    }
    let id_column = column(&header, "isic_id")?;
    let dx_column = column(&header, "dx")?;
    let lesion_column = match column(&header, "lesion_id") {
        Err(LabelsError::MissingColumn { .. }) => None,
        found => Some(found?),
    };

    let groups: Vec<(&str, usize)> = GROUPS
        .iter()
        .filter_map(|(group, names)| {
            let found = names.iter().find_map(|name| column(&header, name).ok())?;
            Some((*group, found))
        })
        .collect();

    let mut rows = Vec::new();
    let mut first_line: HashMap<String, u64> = HashMap::new();
    let mut lines = Lines::new(text);
    for record in reader.into_records() {
        let record = record.map_err(malformed)?;
        let line = lines.line_of(record.position());
        let cell = |at: usize, column| match record.get(at) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(LabelsError::EmptyCell { line, column }),
        };
        let id = cell(id_column, "isic_id")?;
        let dx = cell(dx_column, "dx")?;
        let lesion = lesion_column
            .and_then(|at| record.get(at))
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        if let Some(first) = first_line.insert(id.clone(), line) {
            return Err(LabelsError::Repeated { line, id, first });
        }
        let groups = groups.iter().filter_map(|(group, at)| {
            let value = record.get(*at).filter(|text| !text.is_empty())?;
            Some(((*group).to_owned(), value.to_owned()))
        });
        rows.push(Row {
            line,
            id,
            dx,
            lesion,
            groups: groups.collect(),
        });
    }
    if rows.is_empty() {
        return Err(LabelsError::NoRows);
    }
    Ok(rows)
}

/// The rows whose label the pack has, compared without case, and how many there are of each other label.
pub fn known(rows: Vec<Row>, labels: &[String]) -> (Vec<Row>, BTreeMap<String, usize>) {
    let mut unknown = BTreeMap::new();
    let (known, others): (Vec<Row>, Vec<Row>) = rows
        .into_iter()
        .partition(|row| labels.iter().any(|label| label.eq_ignore_ascii_case(&row.dx)));
    for row in others {
        *unknown.entry(row.dx).or_insert(0) += 1;
    }
    (known, unknown)
}

/// Each row's label as its place among the pack's `labels`, compared without case.
pub fn resolve(rows: &[Row], labels: &[String]) -> Result<Vec<usize>, LabelsError> {
    let mut unknown: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    let mut truth = Vec::with_capacity(rows.len());
    for row in rows {
        match labels.iter().position(|label| label.eq_ignore_ascii_case(&row.dx)) {
            Some(class) => truth.push(class),
            None => unknown.entry(&row.dx).or_insert((row.line, 0)).1 += 1,
        }
    }
    if unknown.is_empty() {
        return Ok(truth);
    }
    let named: Vec<String> = unknown
        .iter()
        .map(|(label, (line, times))| format!("\"{label}\" (first on line {line}, {times} in all)"))
        .collect();
    Err(LabelsError::UnknownLabels {
        unknown: named.join(", "),
        known: labels.join(", "),
    })
}

fn column(header: &csv::StringRecord, name: &'static str) -> Result<usize, LabelsError> {
    let mut places = header
        .iter()
        .enumerate()
        .filter(|(_, text)| text.eq_ignore_ascii_case(name));
    match (places.next(), places.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => Err(LabelsError::MissingColumn {
            column: name,
            found: header.iter().collect::<Vec<_>>().join(", "),
        }),
        (Some(_), Some(_)) => Err(LabelsError::RepeatedColumn(name)),
    }
}

/// Lines of records met in order. The reader's own count leaves out empty lines before a record.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(0, |position| position.byte() as usize);
        while let Some(&byte) = self.text.get(self.at) {
            if self.at >= start && byte != b'\n' && byte != b'\r' {
                break;
            }
            self.at += 1;
            let lone_return = byte == b'\r' && self.text.get(self.at) != Some(&b'\n');
            self.line += u64::from(byte == b'\n' || lone_return);
        }
        self.line
    }
}

fn malformed(error: csv::Error, text: &[u8]) -> LabelsError {
    let line = Lines::new(text).line_of(error.position());
    match error.into_kind() {
        csv::ErrorKind::Io(error) => LabelsError::Io(error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => LabelsError::Malformed {
            line,
            what: format!("{len} cells where the header has {expected_len}"),
        },
        csv::ErrorKind::Utf8 { .. } => LabelsError::Malformed {
            line,
            what: "not UTF-8 text".to_owned(),
        },
        other => LabelsError::Malformed {
            line,
            what: format!("{other:?}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn any_order_and_extra_columns() {
        let rows = read("\u{feff}age, DX ,lesion_id,isic_id\n40,nv,L1,A\n\n,mel,,\"B, b\"\r\n".as_bytes()).unwrap();
        assert_eq!(
            rows,
            [
                Row {
                    line: 2,
                    id: "A".into(),
                    dx: "nv".into(),
                    lesion: Some("L1".into()),
                    groups: vec![],
                },
                Row {
                    line: 4,
                    id: "B, b".into(),
                    dx: "mel".into(),
                    lesion: None,
                    groups: vec![],
                },
            ]
        );
        let rows = read("isic_id,dx\nA,nv\n".as_bytes()).unwrap();
        assert_eq!(rows[0].lesion, None);
    }

    #[test]
    fn faults_name_their_line() {
        assert!(message("").contains("line 1: the list of labels is empty"));
        assert!(message("id,dx\nA,nv\n").contains("line 1: no column \"isic_id\"; the header has: id, dx"));
        assert!(message("isic_id,diagnosis\n").contains("no column \"dx\""));
        assert!(message("isic_id,dx,dx\nA,nv,nv\n").contains("\"dx\" comes twice"));
        assert!(message("isic_id,dx\n").contains("no picture below"));
        assert_eq!(message("isic_id,dx\nA,nv\nB,\n"), "line 3: \"dx\" is empty");
        assert_eq!(message("isic_id,dx\nA,nv\n ,nv\n"), "line 3: \"isic_id\" is empty");
        assert_eq!(
            message("isic_id,dx\nA,nv\nB,nv,x\n"),
            "line 3: 3 cells where the header has 2"
        );
        assert_eq!(
            message("isic_id,dx\r\nA,nv\r\n\r\n\r\nB,\r\n"),
            "line 5: \"dx\" is empty"
        );
        assert_eq!(message("isic_id,dx\n\"A\nA\",nv\nB,\n"), "line 4: \"dx\" is empty");
        assert_eq!(
            message("isic_id,dx\nA,nv\nB,nv\nA,mel\n"),
            "line 4: picture \"A\" is already on line 2; list each picture once"
        );
        let latin1 = read(&b"isic_id,dx\nA,nv\nB,\xe9\n"[..]).unwrap_err().to_string();
        assert_eq!(latin1, "line 3: not UTF-8 text");
    }

    #[test]
    fn groups_come_from_what_lists_call_them() {
        let rows =
            read("isic_id,dx,modality,tone_fitzpatrick\nA,nv,clinical,2\nB,nv,dermoscopic,\n".as_bytes()).unwrap();
        let group = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(rows[0].groups, [group("capture", "clinical"), group("tone", "2")]);
        assert_eq!(rows[1].groups, [group("capture", "dermoscopic")]);
    }

    #[test]
    fn labels_that_the_pack_lacks_can_be_left_out() {
        let rows = read("isic_id,dx\nA,NV\nB,inf\nC,inf\n".as_bytes()).unwrap();
        let (known, unknown) = known(rows, &["mel".to_owned(), "nv".to_owned()]);
        assert_eq!(known.len(), 1);
        assert_eq!(unknown, BTreeMap::from([("inf".to_owned(), 2)]));
    }

    #[test]
    fn labels_become_places() {
        let labels = ["mel".to_owned(), "nv".to_owned()];
        let rows = read("isic_id,dx\nA,NV\nB,mel\n".as_bytes()).unwrap();
        assert_eq!(resolve(&rows, &labels).unwrap(), [1, 0]);
        let rows = read("isic_id,dx\nA,nv\nB,bcc\nC,df\nD,bcc\n".as_bytes()).unwrap();
        assert_eq!(
            resolve(&rows, &labels).unwrap_err().to_string(),
            "the model pack has no label \"bcc\" (first on line 3, 2 in all), \"df\" (first on line 4, 1 in all); \
             its labels are: mel, nv; leave those rows out, or pass --skip-unknown"
        );
    }
}
