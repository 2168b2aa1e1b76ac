//! Pragmas, the application's mark and the numbered migrations.

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use crate::{Error, Result, rename, vault::Vault};

/// Marks the file as a SkinKit history (`SKNK` in ASCII).
pub(crate) const APPLICATION_ID: i64 = 0x534B_4E4B;

/// Migration `n` (counted from 1) brings schema `n - 1` to schema `n`.
/// A migration that has been released is never edited; the next one corrects it.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_history.sql"),
    include_str!("../migrations/0002_assignment.sql"),
    include_str!("../migrations/0003_payload.sql"),
];

/// The schema that this version writes.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Settings that SQLite keeps per connection. The README's table gives the reason for each.
const PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = 2;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA journal_size_limit = 0;
    PRAGMA cache_size = -8192;
";

/// Applies the per-connection settings.
pub(crate) fn configure(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.execute_batch(PRAGMAS)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Turns on write-ahead logging, which the file remembers.
pub(crate) fn use_wal(connection: &Connection) -> Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    // A store in memory answers "memory" and needs none.
    if mode == "wal" || mode == "memory" {
        Ok(())
    } else {
        Err(Error::Sqlite {
            path: Default::default(),
            detail: format!("write-ahead logging refused, journal mode is {mode}"),
        })
    }
}

/// Reads whose file it is and which schema it has, and refuses what this version can't read.
pub(crate) fn identify(connection: &Connection) -> Result<i64> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = version(connection)?;
    if application != APPLICATION_ID || version < 1 {
        return Err(Error::NotAStore {
            path: Default::default(),
        });
    }
    if version > SCHEMA {
        return Err(Error::NewerSchema {
            path: Default::default(),
            found: version,
            supported: SCHEMA,
        });
    }
    Ok(version)
}

fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// The schema from which on names are kept in one form.
const NAMES: i64 = 3;

/// Brings the file to [`SCHEMA`], each step in a transaction of its own. `vault` is that of a history that has one already.
pub(crate) fn migrate(connection: &mut Connection, vault: Option<&Vault>) -> Result<()> {
    while version(connection)? < SCHEMA {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again under the lock: another process may have done this step.
        let from = version(&tx)?;
        if let Some(sql) = usize::try_from(from).ok().and_then(|n| MIGRATIONS.get(n)) {
            tx.execute_batch(sql)?;
            if let Some(vault) = vault.filter(|_| from + 1 == NAMES) {
                rename::all(&tx, vault)?;
            }
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", from + 1)?;
            tx.commit()?;
        }
    }
    Ok(())
}
