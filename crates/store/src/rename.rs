//! Names of histories from before names had one form.

use rusqlite::{Connection, Transaction};

use crate::{
    Name, Result, read,
    seal::Cell,
    vault::{SubjectKeys, Vault},
};

/// Brings every name into the form of [`Name`]. One that cannot be (it has a control character) stays, and so do two that
/// would become one: both are found as they were typed.
pub(crate) fn all(tx: &Transaction<'_>, vault: &Vault) -> Result<()> {
    for id in read::subject_rows(tx)? {
        let keys = vault.subject(tx, id)?;
        let name = read::subject_name(tx, &keys)?;
        if let Some(new) = form(&name)
            && vault.find_subject(tx, &new)?.is_none_or(|found| found.id == id)
        {
            let sealed = keys.values.seal(Cell::new("subject", id, "name"), new.as_bytes())?;
            tx.execute(
                "UPDATE subject SET lookup = ?2, name = ?3 WHERE id = ?1",
                (id, vault.subject_lookup(&new), sealed),
            )?;
        }
        for (site, name) in read::names(tx, &keys, "site", read::SITES_OF, id)? {
            let taken = |new: &str| read::site_row(tx, &keys, new);
            rename(tx, &keys, ("site", id), (site, &name), taken)?;
            for (lesion, name) in read::names(tx, &keys, "lesion", read::LESIONS_OF, site)? {
                let taken = |new: &str| read::lesion_row(tx, &keys, site, new);
                rename(tx, &keys, ("lesion", site), (lesion, &name), taken)?;
            }
        }
    }
    Ok(())
}

fn rename(
    tx: &Connection,
    keys: &SubjectKeys,
    (table, parent): (&'static str, i64),
    (row, name): (i64, &str),
    taken: impl FnOnce(&str) -> Result<Option<i64>>,
) -> Result<()> {
    let Some(new) = form(name) else { return Ok(()) };
    if taken(&new)?.is_some_and(|other| other != row) {
        return Ok(());
    }
    let sealed = keys.values.seal(Cell::new(table, row, "name"), new.as_bytes())?;
    tx.execute(
        &format!("UPDATE {table} SET lookup = ?2, name = ?3 WHERE id = ?1"),
        (row, keys.lookup(table, parent, &new), sealed),
    )?;
    Ok(())
}

/// The form of a name that is not in it.
fn form(name: &str) -> Option<String> {
    let form = Name::new("name", name).ok()?;
    (form.as_str() != name).then(|| form.as_str().to_owned())
}
