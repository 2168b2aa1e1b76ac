//! Sealing of single values and keyed hashes for look-ups.
//!
//! A sealed value is `1 ‖ nonce (24) ‖ ciphertext ‖ tag (16)`; an unencrypted one is `0 ‖ value`.
//! The associated data names the cell (table, row, column), so that a value moved to another cell
//! doesn't open.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{Error, Result, key::fill_random};

const PLAIN: u8 = 0;
const SEALED: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;

/// 32 secret bytes, overwritten when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The place of a value in the database.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub table: &'static str,
    pub row: i64,
    pub column: &'static str,
    /// Plain columns of the same row that are not to be changed behind the value's back.
    pub bound: Option<Bound>,
}

/// The plain columns of a scan: changing one of them makes its record fail to open.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub uid: [u8; 16],
    pub site: i64,
    pub lesion: Option<i64>,
}

impl Cell {
    pub fn new(table: &'static str, row: i64, column: &'static str) -> Self {
        Self {
            table,
            row,
            column,
            bound: None,
        }
    }

    /// The cell of a scan's record.
    pub fn record(row: i64, bound: Bound) -> Self {
        Self {
            bound: Some(bound),
            ..Self::new("scan", row, "record")
        }
    }

    fn associated_data(self) -> Vec<u8> {
        let mut data = Vec::with_capacity(64);
        data.extend_from_slice(b"skinkit-store 1\0");
        data.extend_from_slice(self.table.as_bytes());
        data.push(0);
        data.extend_from_slice(&self.row.to_le_bytes());
        data.extend_from_slice(self.column.as_bytes());
        if let Some(bound) = self.bound {
            data.push(0);
            data.extend_from_slice(&bound.uid);
            data.extend_from_slice(&bound.site.to_le_bytes());
            // Rows are counted from 1.
            data.extend_from_slice(&bound.lesion.unwrap_or(0).to_le_bytes());
        }
        data
    }
}

/// Seals and opens values with one key, or passes them through in an unencrypted store.
#[derive(Clone)]
pub(crate) enum Sealer {
    Sealed(Box<XChaCha20Poly1305>),
    Plain,
}

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Self {
        Self::Sealed(Box::new(XChaCha20Poly1305::new(key.into())))
    }

    pub fn seal(&self, cell: Cell, value: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Plain => {
                let mut out = Vec::with_capacity(1 + value.len());
                out.push(PLAIN);
                out.extend_from_slice(value);
                Ok(out)
            }
            Self::Sealed(cipher) => {
                // Random 24-byte nonces: no counter has to survive a crash or a restored backup.
                let mut nonce = XNonce::default();
                fill_random(&mut nonce)?;
                let mut out = Vec::with_capacity(1 + NONCE + value.len() + TAG);
                out.push(SEALED);
                out.extend_from_slice(&nonce);
                out.extend_from_slice(value);
                let tag = cipher
                    .encrypt_inout_detached(&nonce, &cell.associated_data(), (&mut out[1 + NONCE..]).into())
                    .map_err(|_| Error::BadValue {
                        field: cell.column,
                        detail: "too large to seal".to_owned(),
                    })?;
                out.extend_from_slice(&tag);
                Ok(out)
            }
        }
    }

    /// Opens a value; `None` when it was not sealed by this key for this cell.
    pub fn try_open(&self, cell: Cell, stored: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match (self, stored.split_first()?) {
            (Self::Plain, (&PLAIN, value)) => Some(Zeroizing::new(value.to_vec())),
            (Self::Sealed(cipher), (&SEALED, rest)) if rest.len() >= NONCE + TAG => {
                let (nonce, body) = rest.split_at(NONCE);
                let (body, tag) = body.split_at(body.len() - TAG);
                let mut value = Zeroizing::new(body.to_vec());
                cipher
                    .decrypt_inout_detached(
                        nonce.try_into().ok()?,
                        &cell.associated_data(),
                        value.as_mut_slice().into(),
                        tag.try_into().ok()?,
                    )
                    .ok()?;
                Some(value)
            }
            _ => None,
        }
    }

    /// Opens a value that this key must open.
    pub fn open(&self, cell: Cell, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.try_open(cell, stored).ok_or_else(|| {
            Error::corrupt(format!(
                "{}.{} of row {} does not authenticate",
                cell.table, cell.column, cell.row
            ))
        })
    }
}

/// Derives an independent key; `purpose` is a fixed text of this crate.
pub(crate) fn derive(purpose: &str, key: &[u8; 32]) -> Secret {
    Zeroizing::new(blake3::derive_key(purpose, key))
}

/// Keyed hash by which a name is found without being stored in clear.
pub(crate) fn lookup(key: &[u8; 32], table: &str, parent: i64, name: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(table.as_bytes());
    hasher.update(&[0]);
    hasher.update(&parent.to_le_bytes());
    hasher.update(name.as_bytes());
    let hash = *hasher.finalize().as_bytes();
    zeroize::Zeroize::zeroize(&mut hasher);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CELL: Cell = Cell {
        table: "scan",
        row: 7,
        column: "record",
        bound: Some(Bound {
            uid: [1; 16],
            site: 2,
            lesion: None,
        }),
    };

    proptest! {
        #[test]
        fn round_trip(key: [u8; 32], value: Vec<u8>) {
            let sealer = Sealer::new(&key);
            let stored = sealer.seal(CELL, &value).unwrap();
            prop_assert_eq!(stored.len(), value.len() + 1 + NONCE + TAG);
            prop_assert_eq!(&*sealer.open(CELL, &stored).unwrap(), &value);
        }

        #[test]
        fn any_flipped_bit_is_noticed(value: Vec<u8>, at: prop::sample::Index, bit in 0..8u8) {
            let sealer = Sealer::new(&[3; 32]);
            let mut stored = sealer.seal(CELL, &value).unwrap();
            let at = at.index(stored.len());
            stored[at] ^= 1 << bit;
            prop_assert!(sealer.try_open(CELL, &stored).is_none());
        }
    }

    #[test]
    fn a_value_opens_only_in_its_own_cell_and_with_its_own_key() {
        let sealer = Sealer::new(&[3; 32]);
        let stored = sealer.seal(CELL, b"x").unwrap();
        for cell in [
            Cell { row: 8, ..CELL },
            Cell {
                table: "finding",
                ..CELL
            },
            Cell {
                column: "value",
                ..CELL
            },
            Cell { bound: None, ..CELL },
            Cell {
                bound: Some(Bound {
                    uid: [1; 16],
                    site: 2,
                    lesion: Some(1),
                }),
                ..CELL
            },
        ] {
            assert!(sealer.try_open(cell, &stored).is_none());
        }
        assert!(Sealer::new(&[4; 32]).try_open(CELL, &stored).is_none());
        assert!(Sealer::Plain.try_open(CELL, &stored).is_none());
        let plain = Sealer::Plain.seal(CELL, b"x").unwrap();
        assert!(sealer.try_open(CELL, &plain).is_none());
    }

    #[test]
    fn short_values_are_no_panic() {
        let sealer = Sealer::new(&[3; 32]);
        for length in 0..1 + NONCE + TAG {
            assert!(sealer.try_open(CELL, &vec![SEALED; length]).is_none());
        }
    }

    #[test]
    fn equal_values_seal_differently() {
        let sealer = Sealer::new(&[3; 32]);
        assert_ne!(sealer.seal(CELL, b"x").unwrap(), sealer.seal(CELL, b"x").unwrap());
    }

    #[test]
    fn lookups_differ_by_key_table_parent_and_name() {
        let base = lookup(&[1; 32], "site", 1, "arm");
        assert_eq!(base, lookup(&[1; 32], "site", 1, "arm"));
        assert_ne!(base, lookup(&[2; 32], "site", 1, "arm"));
        assert_ne!(base, lookup(&[1; 32], "lesion", 1, "arm"));
        assert_ne!(base, lookup(&[1; 32], "site", 2, "arm"));
        assert_ne!(base, lookup(&[1; 32], "site", 1, "leg"));
    }
}
