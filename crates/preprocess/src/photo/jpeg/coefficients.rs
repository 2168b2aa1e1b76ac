//! Coefficients of one component: of a row of MCUs, or of the whole picture where several scans make them.

use super::inverse_dct::needed;

/// Not kept.
const NOWHERE: u8 = 64;

/// Blocks of coefficients, of which only those are kept that the picture's size needs.
pub(super) struct Coefficients {
    /// Blocks of a row.
    columns: usize,
    /// Kept coefficients of a block.
    slots: usize,
    /// Where each coefficient, by its number as coded, lies among the kept ones.
    slot_of: [u8; 64],
    values: Vec<i16>,
    /// One bit a coefficient: whether it was coded as anything but 0. The values of others mean nothing.
    coded: Vec<u64>,
}

/// One block.
pub(super) struct Block<'a> {
    values: &'a mut [i16],
    coded: &'a mut u64,
    slot_of: &'a [u8; 64],
}

/// Where the coefficients that blocks of `side` samples need lie among themselves, by their number as coded.
pub(super) fn slots(side: usize) -> [u8; 64] {
    let (kept, mut next) = (needed(side), 0);
    std::array::from_fn(|k| {
        if kept >> k & 1 == 0 {
            return NOWHERE;
        }
        next += 1;
        next - 1
    })
}

impl Coefficients {
    /// For blocks that become `side` samples a side.
    pub fn new([columns, rows]: [usize; 2], side: usize) -> Self {
        let slots_of_block = needed(side).count_ones() as usize;
        Self {
            columns,
            slots: slots_of_block,
            slot_of: slots(side),
            values: vec![0; columns * rows * slots_of_block],
            coded: vec![0; columns * rows],
        }
    }

    /// Bytes that one block takes.
    pub fn block_bytes(side: usize) -> u64 {
        u64::from(needed(side).count_ones()) * 2 + 8
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.coded.fill(0);
    }

    #[inline(always)]
    pub fn block(&mut self, column: usize, row: usize) -> Block<'_> {
        let index = row * self.columns + column;
        Block {
            values: &mut self.values[index * self.slots..][..self.slots],
            coded: &mut self.coded[index],
            slot_of: &self.slot_of,
        }
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Which coefficients of a block are not 0, and the values of the kept ones by slot.
    #[inline(always)]
    pub fn coded(&self, column: usize, row: usize) -> (u64, &[i16]) {
        let index = row * self.columns + column;
        (self.coded[index], &self.values[index * self.slots..][..self.slots])
    }
}

impl Block<'_> {
    /// Sets coefficient `k`.
    #[inline(always)]
    pub fn set(&mut self, k: usize, value: i32) {
        *self.coded |= 1u64.wrapping_shl(k as u32);
        if let Some(kept) = self.values.get_mut(usize::from(self.slot_of[k & 63])) {
            *kept = value as i16;
        }
    }

    #[inline(always)]
    pub fn is_coded(&self, k: usize) -> bool {
        self.coded.wrapping_shr(k as u32) & 1 == 1
    }

    /// Gives the first coefficient one more bit: it was shifted right, negative or not.
    #[inline(always)]
    pub fn refine_first(&mut self, bit: i16) {
        if let Some(first) = self.values.first_mut() {
            *first |= bit;
        }
    }

    /// Moves coefficient `k` away from 0 by `bit`, unless it has that bit.
    #[inline(always)]
    pub fn refine(&mut self, k: usize, bit: i16) {
        if let Some(kept) = self.values.get_mut(usize::from(self.slot_of[k]))
            && *kept & bit == 0
        {
            *kept = if *kept < 0 {
                kept.wrapping_sub(bit)
            } else {
                kept.wrapping_add(bit)
            };
        }
    }
}
