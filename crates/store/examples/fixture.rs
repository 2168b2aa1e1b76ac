//! Prints a small history of the present schema as SQL text, to be kept as a fixture before the
//! next migration is written:
//!
//! ```sh
//! cargo run -p skinkit-store --example fixture > crates/store/tests/fixtures/schema_N.sql
//! ```
//!
//! The key is 32 bytes of 7. What is in the history is repeated in `tests/migrations.rs`.

use std::io::Write;

use rusqlite::{Connection, types::ValueRef};
use skinkit_store::{Key, NewScan, Payload, Raster, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("history.db");
    let store = Store::create(&path, &Key::from_bytes([7; 32]))?;
    for (index, (subject, site, lesion)) in [
        ("Ada", "left forearm", Some("mole 1")),
        ("Ada", "left forearm", None),
        ("Ada", "back", None),
        ("Bob", "nose", Some("spot")),
    ]
    .into_iter()
    .enumerate()
    {
        store.add(&NewScan {
            subject: subject.to_owned(),
            site: site.to_owned(),
            lesion: lesion.map(str::to_owned),
            taken_at: 1_700_000_000_000 - index as i64 * 1000,
            pack_id: "pack".to_owned(),
            pack_version: "1.0.0".to_owned(),
            embedding: Some(vec![1.0, index as f32, -0.5]),
            heatmap: (index == 0).then(|| Raster {
                width: 2,
                height: 1,
                channels: 1,
                bytes: vec![1, 2],
            }),
            mask: None,
            picture: (index == 0).then(|| b"picture".to_vec()),
            payload: Payload {
                version: 1,
                bytes: b"what the host keeps".to_vec(),
            },
        })?;
    }
    drop(store);
    print_as_sql(&Connection::open(&path)?, &mut std::io::stdout().lock())?;
    Ok(())
}

fn print_as_sql(db: &Connection, out: &mut dyn Write) -> Result<(), Box<dyn std::error::Error>> {
    let mut schema = db.prepare(
        "SELECT name, type, sql FROM sqlite_master
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY type DESC, rowid",
    )?;
    let mut tables = vec![];
    let mut rows = schema.query([])?;
    while let Some(row) = rows.next()? {
        writeln!(out, "{};", row.get::<_, String>(2)?)?;
        if row.get::<_, String>(1)? == "table" {
            tables.push(row.get::<_, String>(0)?);
        }
    }
    tables.push("sqlite_sequence".to_owned());
    for table in tables {
        if table == "sqlite_sequence" {
            // Inserting into the others has filled it already.
            writeln!(out, "DELETE FROM sqlite_sequence;")?;
        }
        let mut rows = db.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let values: Result<Vec<String>, _> = (0..columns)
                .map(|column| {
                    Ok::<_, rusqlite::Error>(match row.get_ref(column)? {
                        ValueRef::Null => "NULL".to_owned(),
                        ValueRef::Integer(value) => value.to_string(),
                        ValueRef::Real(value) => value.to_string(),
                        ValueRef::Text(value) => {
                            format!("'{}'", String::from_utf8_lossy(value).replace('\'', "''"))
                        }
                        ValueRef::Blob(value) => {
                            let digits: String = value.iter().map(|b| format!("{b:02x}")).collect();
                            format!("X'{digits}'")
                        }
                    })
                })
                .collect();
            writeln!(out, "INSERT INTO {table} VALUES ({});", values?.join(", "))?;
        }
    }
    for pragma in ["application_id", "user_version"] {
        let value: i64 = db.pragma_query_value(None, pragma, |row| row.get(0))?;
        writeln!(out, "PRAGMA {pragma} = {value};")?;
    }
    Ok(())
}
