//! The key hierarchy.
//!
//! ```text
//! host's key (32 bytes, never stored)
//! └─ key-encrypting key (derived)
//!    ├─ seals the store's look-up key (random): finds subjects and packs by keyed hash
//!    └─ seals one data key per subject (random)
//!       ├─ value key (derived): seals every value of that subject
//!       └─ look-up key (derived): finds the subject's sites and lesions by keyed hash
//! ```
//!
//! Rotation re-seals the look-up key and the data keys; erasing a subject destroys its data key.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Transaction};
use zeroize::Zeroizing;

use crate::{
    Error, Key, Name, Result,
    key::fill_random,
    name,
    schema::SCHEMA,
    seal::{Cell, Sealer, Secret, derive, lookup},
};

const WRAP: &str = "skinkit-store 1 key-encrypting key";
const VALUES: &str = "skinkit-store 1 values of a subject";
const NAMES: &str = "skinkit-store 1 names of a subject";

/// What an open store knows of its keys.
pub(crate) struct Vault {
    wrap: Sealer,
    lookup: Secret,
    epoch: [u8; 16],
}

/// The keys of one subject.
pub(crate) struct SubjectKeys {
    pub id: i64,
    pub values: Sealer,
    names: Secret,
}

/// How the host opens a store: with a key, or explicitly without.
#[derive(Clone, Copy)]
pub(crate) enum Access<'a> {
    Key(&'a Key),
    Unencrypted,
}

impl Access<'_> {
    fn sealer(self) -> Sealer {
        match self {
            Self::Key(key) => Sealer::new(&derive(WRAP, key.bytes())),
            Self::Unencrypted => Sealer::Plain,
        }
    }
}

impl Vault {
    /// Makes the vault of a new store.
    pub fn create(tx: &Transaction<'_>, access: Access<'_>) -> Result<()> {
        let wrap = access.sealer();
        let secret = new_secret(&wrap)?;
        tx.execute(
            "INSERT INTO vault (id, epoch, encrypted, lookup, erasures, history, writes)
             VALUES (1, ?1, ?2, ?3, 0, ?4, 0)",
            (
                new_epoch()?,
                matches!(access, Access::Key(_)),
                wrap.seal(LOOKUP, &*secret)?,
                new_epoch()?,
            ),
        )?;
        Ok(())
    }

    /// Opens the vault of an existing store. Reads only.
    pub fn open(connection: &Connection, access: Access<'_>) -> Result<Self> {
        Self::unlock(connection, access.sealer())
    }

    fn unlock(connection: &Connection, wrap: Sealer) -> Result<Self> {
        let row = connection
            .prepare_cached("SELECT epoch, encrypted, lookup FROM vault WHERE id = 1")?
            .query_row([], |row| {
                Ok((
                    row.get::<_, [u8; 16]>(0)?,
                    row.get::<_, bool>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?;
        let Some((epoch, encrypted, stored)) = row else {
            return Err(Error::corrupt("the vault is empty"));
        };
        let path = PathBuf::new();
        match (encrypted, &wrap) {
            (true, Sealer::Plain) => return Err(Error::Encrypted { path }),
            (false, Sealer::Sealed(_)) => return Err(Error::NotEncrypted { path }),
            _ => {}
        }
        let opened = wrap.try_open(LOOKUP, &stored).ok_or_else(Error::wrong_key)?;
        let lookup = secret(&opened)?;
        Ok(Self { wrap, lookup, epoch })
    }

    /// True while the store's key is the one this vault was opened with.
    /// Refuses a store that a newer version migrated meanwhile.
    pub fn is_current(&self, connection: &Connection) -> Result<bool> {
        let (epoch, schema): ([u8; 16], i64) = connection
            .prepare_cached(
                "SELECT epoch, (SELECT user_version FROM pragma_user_version)
                 FROM vault WHERE id = 1",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if schema > SCHEMA {
            return Err(Error::NewerSchema {
                path: PathBuf::new(),
                found: schema,
                supported: SCHEMA,
            });
        }
        Ok(epoch == self.epoch)
    }

    /// Opens the vault again after its epoch changed: a restored history may have the same key.
    pub fn reopen(&self, connection: &Connection) -> Result<Self> {
        Self::unlock(connection, self.wrap.clone()).map_err(|error| match error {
            Error::WrongKey { path } => Error::KeyChanged { path },
            other => other,
        })
    }

    /// The keys of a subject, if there is one of that name.
    pub fn find_subject(&self, connection: &Connection, name: &str) -> Result<Option<SubjectKeys>> {
        let mut statement = connection.prepare_cached("SELECT id, data_key FROM subject WHERE lookup = ?1")?;
        for name in name::forms(name) {
            let found = statement
                .query_row([self.subject_lookup(&name)], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()?;
            if let Some((id, stored)) = found {
                return self.unwrap_subject(id, &stored).map(Some);
            }
        }
        Ok(None)
    }

    /// The keys of a subject by its row.
    pub fn subject(&self, connection: &Connection, id: i64) -> Result<SubjectKeys> {
        let stored: Vec<u8> = connection
            .prepare_cached("SELECT data_key FROM subject WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?
            .ok_or_else(|| Error::corrupt("a site has no subject"))?;
        self.unwrap_subject(id, &stored)
    }

    /// The keys of a subject, who is added if there is none of that name.
    pub fn find_or_add_subject(&self, tx: &Transaction<'_>, name: &str) -> Result<SubjectKeys> {
        if let Some(found) = self.find_subject(tx, name)? {
            return Ok(found);
        }
        let name = Name::new("subject", name)?;
        let name = name.as_str();
        let id = next_id(tx, "subject")?;
        let data_key = self.new_secret()?;
        let keys = self.subject_keys(id, &data_key);
        tx.execute(
            "INSERT INTO subject (id, lookup, data_key, name) VALUES (?1, ?2, ?3, ?4)",
            (
                id,
                self.subject_lookup(name),
                self.wrap.seal(data_key_cell(id), &*data_key)?,
                keys.values.seal(Cell::new("subject", id, "name"), name.as_bytes())?,
            ),
        )?;
        Ok(keys)
    }

    /// Gives an emptied store a new look-up key, so that no old keyed hash can be recomputed.
    pub fn renew(&self, tx: &Transaction<'_>) -> Result<()> {
        let secret = self.new_secret()?;
        tx.execute(
            "UPDATE vault SET epoch = ?1, lookup = ?2 WHERE id = 1",
            (new_epoch()?, self.wrap.seal(LOOKUP, &*secret)?),
        )?;
        Ok(())
    }

    /// Seals the look-up key and every data key with another key of the host's. No value is
    /// sealed anew, whatever the history holds.
    pub fn rotate(&self, tx: &Transaction<'_>, new: &Key) -> Result<Self> {
        if matches!(self.wrap, Sealer::Plain) {
            return Err(Error::NotEncrypted { path: PathBuf::new() });
        }
        let fresh = Self {
            wrap: Access::Key(new).sealer(),
            lookup: self.lookup.clone(),
            epoch: new_epoch()?,
        };
        tx.execute(
            "UPDATE vault SET epoch = ?1, lookup = ?2 WHERE id = 1",
            (fresh.epoch, fresh.wrap.seal(LOOKUP, &*fresh.lookup)?),
        )?;
        let mut subjects = tx.prepare("SELECT id, data_key FROM subject")?;
        let mut update = tx.prepare("UPDATE subject SET data_key = ?2 WHERE id = ?1")?;
        let mut rows = subjects.query([])?;
        // Collected first: a table isn't changed while it is being read.
        let mut sealed = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, stored): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let data_key = self.wrap.open(data_key_cell(id), &stored)?;
            sealed.push((id, fresh.wrap.seal(data_key_cell(id), &data_key)?));
        }
        for (id, stored) in sealed {
            update.execute((id, stored))?;
        }
        Ok(fresh)
    }

    /// Marks a copy so that open stores and their caches notice that it took their place. In the place of a history it
    /// takes over its identity, else it gets one of its own.
    pub fn mark_restored(tx: &Transaction<'_>, place_of: Option<[u8; 16]>) -> Result<()> {
        let history = match place_of {
            Some(history) => history,
            None => new_epoch()?,
        };
        tx.execute(
            "UPDATE vault SET epoch = ?1, erasures = erasures + 1, history = ?2 WHERE id = 1",
            (new_epoch()?, history),
        )?;
        Ok(())
    }

    /// The history's identity.
    pub fn identity(connection: &Connection) -> Result<[u8; 16]> {
        Ok(connection.query_row("SELECT history FROM vault WHERE id = 1", [], |row| row.get(0))?)
    }

    /// A random secret; zeros in an unencrypted store, which has none.
    fn new_secret(&self) -> Result<Secret> {
        new_secret(&self.wrap)
    }

    /// Keyed hash of a pack and its version.
    pub fn pack_lookup(&self, pack_id: &str, version: &str) -> [u8; 32] {
        // The length keeps "a" + "bc" and "ab" + "c" apart.
        lookup(
            &self.lookup,
            "pack",
            pack_id.len() as i64,
            &format!("{pack_id}{version}"),
        )
    }

    pub fn subject_lookup(&self, name: &str) -> [u8; 32] {
        lookup(&self.lookup, "subject", 0, name)
    }

    fn unwrap_subject(&self, id: i64, stored: &[u8]) -> Result<SubjectKeys> {
        let opened = self.wrap.open(data_key_cell(id), stored)?;
        Ok(self.subject_keys(id, &*secret(&opened)?))
    }

    fn subject_keys(&self, id: i64, data_key: &[u8; 32]) -> SubjectKeys {
        let values = match self.wrap {
            Sealer::Plain => Sealer::Plain,
            Sealer::Sealed(_) => Sealer::new(&derive(VALUES, data_key)),
        };
        SubjectKeys {
            id,
            values,
            names: derive(NAMES, data_key),
        }
    }
}

impl SubjectKeys {
    /// Keyed hash of a site's or a lesion's name; `parent` is the row it belongs to.
    pub fn lookup(&self, table: &str, parent: i64, name: &str) -> [u8; 32] {
        lookup(&self.names, table, parent, name)
    }
}

const LOOKUP: Cell = Cell {
    table: "vault",
    row: 1,
    column: "lookup",
    bound: None,
};

fn data_key_cell(id: i64) -> Cell {
    Cell::new("subject", id, "data_key")
}

fn new_epoch() -> Result<[u8; 16]> {
    let mut epoch = [0; 16];
    fill_random(&mut epoch)?;
    Ok(epoch)
}

fn new_secret(wrap: &Sealer) -> Result<Secret> {
    let mut secret = Zeroizing::new([0; 32]);
    if matches!(wrap, Sealer::Sealed(_)) {
        fill_random(&mut *secret)?;
    }
    Ok(secret)
}

fn secret(opened: &[u8]) -> Result<Secret> {
    opened
        .try_into()
        .map(Zeroizing::new)
        .map_err(|_| Error::corrupt("a key has the wrong length"))
}

/// The number that the next row of an AUTOINCREMENT table gets; needed before the row is
/// written, because the sealed values name it. Only valid inside a write transaction.
pub(crate) fn next_id(tx: &Transaction<'_>, table: &'static str) -> Result<i64> {
    let last: Option<i64> = tx
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
        .query_row([table], |row| row.get(0))
        .optional()?;
    last.unwrap_or(0)
        .checked_add(1)
        .ok_or_else(|| Error::corrupt("row numbers are used up"))
}
