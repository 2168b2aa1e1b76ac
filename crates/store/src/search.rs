//! Exact similarity search over the embeddings of one pack.
//!
//! The embeddings lie sealed on the disk. The first search of a pack opens them into memory as
//! unit vectors; later searches only add what is new. An erasure by any process empties the copy.

use std::collections::HashMap;

use pulp::{Arch, Simd, WithSimd};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    Error, Result, Store,
    scan::{ScanId, bad, embedding_from_bytes},
    seal::Cell,
    vault::{SubjectKeys, Vault},
};

/// A scan found by its embedding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Neighbour {
    /// The scan.
    pub id: ScanId,
    /// Cosine similarity, −1 to 1.
    pub similarity: f32,
}

/// Opened embeddings by the row of their pack.
pub(crate) type Indexes = HashMap<i64, Index>;

/// Rows a block. Blocks never grow, so no stale copy is left behind by a reallocation.
const BLOCK: usize = 4096;

/// The opened embeddings of one pack.
pub(crate) struct Index {
    state: State,
    length: usize,
    last: i64,
    ids: Vec<i64>,
    blocks: Vec<Zeroizing<Vec<f32>>>,
}

/// Changes whenever an embedding may have gone.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    epoch: [u8; 16],
    erasures: i64,
}

impl Store {
    /// The `k` scans of a pack whose embeddings are most similar to `embedding`, best first;
    /// equal similarities in the order of adding. Exact: every embedding of the pack is compared.
    /// A scan whose embedding is all zeros has similarity 0. None when the pack is unknown.
    ///
    /// Opened embeddings stay in memory (4 bytes a value) until [`Store::forget_embeddings`],
    /// an erasure, or the last handle is dropped.
    ///
    /// # Errors
    /// [`Error::BadValue`] when `embedding` has another length than the pack's, isn't finite or
    /// is all zeros; [`Error::Corrupt`], [`Error::KeyChanged`], [`Error::Io`].
    pub fn nearest(&self, pack_id: &str, pack_version: &str, embedding: &[f32], k: usize) -> Result<Vec<Neighbour>> {
        let query = unit(embedding).ok_or_else(|| bad("embedding", "not finite, or all zeros"))?;
        self.read(|db, vault| {
            let found = db
                .prepare_cached("SELECT id, length FROM pack WHERE lookup = ?1")?
                .query_row([vault.pack_lookup(pack_id, pack_version)], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, usize>(1)?))
                })
                .optional()?;
            let Some((pack, length)) = found else {
                return Ok(Vec::new());
            };
            if length != query.len() {
                return Err(bad(
                    "embedding",
                    &format!("{} values, but this pack's have {length}", query.len()),
                ));
            }
            let (state, last) = present(db, pack)?;
            if let Some(index) = self.indexes().get(&pack)
                && index.state == state
                && index.last == last
            {
                return Ok(index.nearest(&query, k));
            }
            let mut indexes = self.indexes_mut();
            let index = indexes.entry(pack).or_insert_with(|| Index::new(state, length));
            // This snapshot may be older than the copy that another thread has just made.
            if index.state != state || index.last > last {
                *index = Index::new(state, length);
            }
            index.load(db, vault, pack)?;
            Ok(index.nearest(&query, k))
        })
    }

    /// Overwrites and frees the embeddings that searches have opened.
    pub fn forget_embeddings(&self) {
        self.indexes_mut().clear();
    }
}

fn present(db: &Connection, pack: i64) -> Result<(State, i64)> {
    Ok(db
        .prepare_cached(
            "SELECT epoch, erasures,
                    (SELECT coalesce(max(scan_id), 0) FROM embedding WHERE pack_id = ?1)
             FROM vault",
        )?
        .query_row([pack], |row| {
            let state = State {
                epoch: row.get(0)?,
                erasures: row.get(1)?,
            };
            Ok((state, row.get(2)?))
        })?)
}

impl Index {
    fn new(state: State, length: usize) -> Self {
        Self {
            state,
            length,
            last: 0,
            ids: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Opens what was added since the last time.
    fn load(&mut self, db: &Connection, vault: &Vault, pack: i64) -> Result<()> {
        let mut keys: HashMap<i64, SubjectKeys> = HashMap::new();
        let mut statement = db.prepare_cached(
            "SELECT embedding.scan_id, site.subject_id, embedding.value
             FROM embedding
             JOIN scan ON scan.id = embedding.scan_id
             JOIN site ON site.id = scan.site_id
             WHERE embedding.pack_id = ?1 AND embedding.scan_id > ?2
             ORDER BY embedding.scan_id",
        )?;
        let mut rows = statement.query((pack, self.last))?;
        while let Some(row) = rows.next()? {
            let (id, subject): (i64, i64) = (row.get(0)?, row.get(1)?);
            let keys = match keys.entry(subject) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => new.insert(vault.subject(db, subject)?),
            };
            let stored = row
                .get_ref(2)?
                .as_blob()
                .map_err(|_| Error::corrupt("an embedding is no blob"))?;
            let opened = keys.values.open(Cell::new("embedding", id, "value"), stored)?;
            self.push(id, &Zeroizing::new(embedding_from_bytes(&opened)?))?;
        }
        Ok(())
    }

    fn push(&mut self, id: i64, embedding: &[f32]) -> Result<()> {
        if embedding.len() != self.length {
            return Err(Error::corrupt(format!(
                "the embedding of scan {id} has the wrong length"
            )));
        }
        let capacity = BLOCK * self.length;
        let block = match self.blocks.pop() {
            Some(block) if block.len() < capacity => block,
            full => {
                self.blocks.extend(full);
                Zeroizing::new(Vec::with_capacity(capacity))
            }
        };
        self.blocks.push(block);
        if let Some(block) = self.blocks.last_mut() {
            match unit(embedding) {
                Some(unit) => block.extend_from_slice(&unit),
                None => block.extend(std::iter::repeat_n(0.0, self.length)),
            }
        }
        self.ids.push(id);
        self.last = id;
        Ok(())
    }

    fn nearest(&self, query: &[f32], k: usize) -> Vec<Neighbour> {
        let arch = Arch::new();
        let mut best = Best::new(k);
        let mut scores = [0.0; BLOCK];
        for (ids, block) in self.ids.chunks(BLOCK).zip(&self.blocks) {
            arch.dispatch(Scores {
                block,
                query,
                out: &mut scores,
            });
            for (id, similarity) in ids.iter().zip(&scores) {
                best.offer(*id, *similarity);
            }
        }
        best.found
    }
}

/// The best `k` so far, best first. Offers come in the order of their numbers.
struct Best {
    k: usize,
    found: Vec<Neighbour>,
    bar: f32,
}

impl Best {
    fn new(k: usize) -> Self {
        Self {
            k,
            found: Vec::new(),
            bar: if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY },
        }
    }

    fn offer(&mut self, id: i64, similarity: f32) {
        if similarity > self.bar {
            let at = self.found.partition_point(|other| other.similarity >= similarity);
            self.found.insert(
                at,
                Neighbour {
                    id: ScanId(id),
                    similarity: similarity.clamp(-1.0, 1.0),
                },
            );
            self.found.truncate(self.k);
            if self.found.len() == self.k
                && let Some(last) = self.found.last()
            {
                self.bar = last.similarity;
            }
        }
    }
}

/// The vector at length 1; `None` when it has no direction.
fn unit(vector: &[f32]) -> Option<Zeroizing<Vec<f32>>> {
    // Summed in f64: squares of large values must not overflow.
    let norm = vector.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
    (norm > 0.0 && norm.is_finite())
        .then(|| Zeroizing::new(vector.iter().map(|v| (f64::from(*v) / norm) as f32).collect()))
}

/// Dot products of the query with every row of a block, by the widest instructions at hand.
struct Scores<'a> {
    block: &'a [f32],
    query: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Scores<'_> {
    type Output = ();

    // Plain loops: a closure handed to an iterator would be compiled without those instructions.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (query, query_rest) = S::as_simd_f32s(self.query);
        let (queries, query) = query.as_chunks::<4>();
        for (row, score) in self.block.chunks_exact(self.query.len()).zip(self.out) {
            let (row, row_rest) = S::as_simd_f32s(row);
            let (rows, row) = row.as_chunks::<4>();
            // Four sums: one alone would wait for each addition to finish.
            let zero = simd.splat_f32s(0.0);
            let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
            for (row, query) in rows.iter().zip(queries) {
                a = simd.mul_add_e_f32s(row[0], query[0], a);
                b = simd.mul_add_e_f32s(row[1], query[1], b);
                c = simd.mul_add_e_f32s(row[2], query[2], c);
                d = simd.mul_add_e_f32s(row[3], query[3], d);
            }
            for (row, query) in row.iter().zip(query) {
                a = simd.mul_add_e_f32s(*row, *query, a);
            }
            let sum = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
            *score = simd.reduce_sum_f32s(sum);
            for (row, query) in row_rest.iter().zip(query_rest) {
                *score += row * query;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn best_is_a_stable_sort(values in prop::collection::vec(-4..4i8, 0..40), k in 0..12usize) {
            let mut best = Best::new(k);
            let mut all: Vec<(i64, f32)> = Vec::new();
            for (id, value) in values.iter().enumerate() {
                let value = f32::from(*value) / 4.0;
                best.offer(id as i64, value);
                all.push((id as i64, value));
            }
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            all.truncate(k);
            let found: Vec<_> = best.found.iter().map(|n| (n.id.0, n.similarity)).collect();
            prop_assert_eq!(found, all);
        }

        #[test]
        fn dot_is_the_dot_product(pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 1..150)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let block = [&a[..], &b[..]].concat();
            let mut out = [9.0; 2];
            Arch::new().dispatch(Scores { block: &block, query: &b, out: &mut out });
            prop_assert!((f64::from(out[0]) - exact).abs() < 1e-5);
        }
    }

    #[test]
    fn unit_of_large_and_of_no_direction() {
        let unit_of = unit(&[3e38, 0.0]).unwrap();
        assert_eq!(&**unit_of, &[1.0, 0.0]);
        assert!(unit(&[0.0, 0.0]).is_none());
        assert!(unit(&[f32::NAN]).is_none());
        assert!(unit(&[f32::INFINITY]).is_none());
    }
}
