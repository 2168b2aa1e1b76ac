//! A JPEG scan's bits and its Huffman codes (ITU-T T.81, annex F).

/// Codes up to this length are found at one look.
const QUICK: u32 = 10;

/// What bits begin with.
#[derive(Debug, Clone, Copy, Default)]
struct Quick {
    /// Bits of the code; 0 where it is longer.
    length: u8,
    symbol: u8,
    /// Bits of the code and the number after it; 0 where they are longer.
    whole: u8,
    /// The number, where it is among these bits.
    value: i8,
}

/// The codes of one table.
pub(super) struct HuffmanTable {
    /// By the next [`QUICK`] bits.
    quick: Box<[Quick; 1 << QUICK]>,
    /// For each length 1..=16: the first code that is longer, moved up to 16 bits; and what is added to a code's number
    /// to find its symbol.
    ends: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// From the number of codes of each length 1..=16, and their symbols by rising code; `None` for what is no code.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let (mut quick, mut ends) = (Box::new([Quick::default(); 1 << QUICK]), [(0, 0); 17]);
        let (mut code, mut index) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(counts) {
            ends[length as usize].1 = index as i32 - code as i32;
            for _ in 0..count {
                let symbol = *symbols.get(index)?;
                if code >> length != 0 {
                    return None;
                }
                if length <= QUICK {
                    let first = (code << (QUICK - length)) as usize;
                    for (rest, quick) in quick[first..first + (1 << (QUICK - length))].iter_mut().enumerate() {
                        *quick = Quick::new(length, symbol, rest as u32);
                    }
                }
                (code, index) = (code + 1, index + 1);
            }
            ends[length as usize].0 = code << (16 - length);
            code <<= 1;
        }
        Some(Self {
            quick,
            ends,
            symbols: symbols.get(..index)?.to_vec(),
        })
    }

    #[cold]
    fn lookup_long(&self, bits: u32) -> Option<(u32, u8)> {
        let length = (QUICK + 1..=16).find(|length| bits < self.ends[*length as usize].0)?;
        let number = (bits >> (16 - length)) as i32 + self.ends[length as usize].1;
        let symbol = self.symbols.get(usize::try_from(number).ok()?)?;
        Some((length, *symbol))
    }
}

impl Quick {
    /// For a code of `length` bits; `rest` are the bits that follow it, up to [`QUICK`] in all.
    fn new(length: u32, symbol: u8, rest: u32) -> Self {
        let mut quick = Self {
            length: length as u8,
            symbol,
            ..Self::default()
        };
        let size = u32::from(symbol & 15);
        let whole = length + size;
        // Seven bits and a sign.
        if size <= 7 && whole <= QUICK {
            (quick.whole, quick.value) = (whole as u8, extend((rest >> (QUICK - whole)) as i32, size) as i8);
        }
        quick
    }
}

/// A number of `size` bits, of which a first bit of 0 says that it is negative.
#[inline(always)]
fn extend(value: i32, size: u32) -> i32 {
    let negative = size > 0 && value >> (size.wrapping_sub(1) & 31) == 0;
    if negative {
        value.wrapping_sub(1i32.wrapping_shl(size)).wrapping_add(1)
    } else {
        value
    }
}

/// The bits of a scan, from its first byte on.
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, the first on top.
    held: u64,
    count: u32,
    /// Zeros that were lent beyond the scan's end.
    lent: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            held: 0,
            count: 0,
            lent: 0,
        }
    }

    /// Holds at least 32 bits from now on.
    #[inline(always)]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(four) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<4>()) {
            let word = u32::from_be_bytes(*four);
            // No byte of 0xff among them.
            if (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.held |= u64::from(word) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.fill_slowly();
    }

    /// Byte by byte: 0xff is followed by a stuffed 0, or is a marker, which ends the scan.
    #[cold]
    fn fill_slowly(&mut self) {
        while self.count < 32 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xff, 0x00, ..]) => {
                    self.at += 2;
                    0xff
                }
                Some([byte, ..]) if *byte != 0xff => {
                    self.at += 1;
                    *byte
                }
                _ => {
                    self.lent += 8;
                    0
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.held = self.held.wrapping_shl(count);
        self.count = self.count.wrapping_sub(count);
    }

    /// The next symbol, and the whole number in the bits after it whose count is the symbol's lower half.
    #[inline(always)]
    pub fn symbol(&mut self, codes: &HuffmanTable) -> Option<(u8, i32)> {
        self.fill();
        let quick = codes.quick[(self.held >> (64 - QUICK)) as usize];
        if quick.whole > 0 {
            self.skip(u32::from(quick.whole));
            return Some((quick.symbol, i32::from(quick.value)));
        }
        let (length, symbol) = if quick.length > 0 {
            (u32::from(quick.length), quick.symbol)
        } else {
            codes.lookup_long((self.held >> 48) as u32)?
        };
        let size = u32::from(symbol & 15);
        // A code and its number have 31 bits at most.
        let value = (self.held.wrapping_shl(length) >> 1).wrapping_shr(63 - size) as i32;
        self.skip(length.wrapping_add(size));
        Some((symbol, extend(value, size)))
    }

    /// The next bits, at most 16, as a whole number.
    #[inline(always)]
    pub fn bits(&mut self, count: u32) -> u32 {
        self.fill();
        let value = (self.held >> 1).wrapping_shr(63 - count) as u32;
        self.skip(count);
        value
    }

    /// Where the bytes are that were not taken yet: never beyond the marker that ends the scan.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether more was read than is there.
    pub fn ran_out(&self) -> bool {
        self.lent > self.count
    }

    /// Steps over a restart marker, `RST0` to `RST7` by its number; `None` where it is not there, or bits are missing.
    pub fn restart(&mut self, number: usize) -> Option<()> {
        if self.ran_out() {
            return None;
        }
        (self.held, self.count, self.lent) = (0, 0, 0);
        // A marker may be preceded by any number of 0xff.
        while let Some([0xff, 0xff, ..]) = self.bytes.get(self.at..) {
            self.at += 1;
        }
        match self.bytes.get(self.at..)? {
            [0xff, marker, ..] if usize::from(*marker) == 0xd0 + number % 8 => self.at += 2,
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 00 → 5, 010 → 1, 011 → 2, …, and one of twelve bits: 1111 1111 1110 → 0x21.
    fn codes() -> HuffmanTable {
        HuffmanTable::new(&[0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], &[5, 1, 2, 0x21]).unwrap()
    }

    #[test]
    fn symbols_and_their_numbers_are_read() {
        // 010 1 → 1: +1. 010 0 → 1: −1. 011 10 → 2: +2. 00 01111 → 5: −16. Filled with ones.
        let bytes = [0b0101_0100, 0b0111_0000, 0b1111_1111, 0x00];
        let (mut bits, codes) = (BitReader::new(&bytes), codes());
        let read: Vec<_> = (0..4).map_while(|_| bits.symbol(&codes)).collect();
        assert_eq!(read, [(1, 1), (1, -1), (2, 2), (5, -16)]);
        assert!(!bits.ran_out());
    }

    #[test]
    fn long_codes_are_found_and_impossible_ones_are_not() {
        // After 00, 010, 011 the next codes begin with 1000: the twelve-bit one is 1000 0000 0000.
        let bytes = [0b1000_0000, 0b0000_1000, 0, 0];
        assert_eq!(BitReader::new(&bytes).symbol(&codes()), Some((0x21, 1)));
        assert_eq!(BitReader::new(&[0b1100_0000, 0, 0, 0]).symbol(&codes()), None);
        let too_many = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(HuffmanTable::new(&too_many, &[1, 2, 3]).is_none());
        assert!(HuffmanTable::new(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1]).is_none());
    }

    #[test]
    fn the_end_is_noticed_and_restarts_are_stepped_over() {
        let bytes = [0b0000_0000, 0xff, 0xd0, 0b0011_1111];
        let (mut bits, codes) = (BitReader::new(&bytes), codes());
        assert_eq!(bits.symbol(&codes), Some((5, -31)));
        assert!(!bits.ran_out());
        let mut beyond = BitReader::new(&bytes);
        (0..2).for_each(|_| assert!(beyond.symbol(&codes).is_some()));
        assert!(
            beyond.ran_out() && beyond.restart(0).is_none(),
            "a marker ends the scan"
        );
        bits.restart(8).unwrap();
        assert_eq!(bits.symbol(&codes), Some((5, 31)));
        assert!(bits.restart(1).is_none());
    }
}
