//! One scan's entropy-coded data to coefficients (ITU-T T.81, annexes F and G).

use super::coefficients::{Block, Coefficients};
use super::fault::{Fault, damaged};
use super::header::{FrameHeader, Header};
use super::huffman::{BitReader, HuffmanTable};

/// Data that say what they cannot.
const BAD_CODE: Fault = Fault::Damaged("the entropy-coded data hold a code that its tables do not have");
const CUT_SHORT: Fault = Fault::Damaged("the entropy-coded data end early");

/// What a scan holds of which components.
pub(super) struct ScanHeader {
    pub components: Vec<ScanComponent>,
    /// First and last coefficient, by their number as coded.
    pub band: [usize; 2],
    /// Which bit was the last one sent before, 0 if none was; and which one is sent now.
    pub bits: [u32; 2],
}

pub(super) struct ScanComponent {
    /// Its place in the frame.
    pub index: usize,
    /// Numbers of its Huffman tables, DC and AC.
    tables: [usize; 2],
}

impl ScanHeader {
    pub fn read(frame: &FrameHeader, payload: &[u8]) -> Result<Self, Fault> {
        let unusable = damaged("a scan header is unusable");
        let (&[count], rest) = payload.split_first_chunk().ok_or(unusable)?;
        let count = usize::from(count);
        let (names, &[start, end, bits]) = rest
            .split_at_checked(2 * count)
            .and_then(|(names, rest)| Some((names, rest.first_chunk()?)))
            .ok_or(unusable)?;
        let mut components = Vec::new();
        for &[id, tables] in names.as_chunks::<2>().0 {
            let index = frame.components.iter().position(|c| c.id == id).ok_or(unusable)?;
            let tables = [usize::from(tables >> 4), usize::from(tables & 15)];
            if tables.iter().any(|table| *table > 3) || components.iter().any(|c: &ScanComponent| c.index == index) {
                return Err(unusable);
            }
            components.push(ScanComponent { index, tables });
        }
        let band = [usize::from(start), usize::from(end)];
        let bits = [u32::from(bits >> 4), u32::from(bits & 15)];
        let is_possible = if frame.is_progressive {
            let band_fits = match band {
                [0, end] => end == 0,
                [start, end] => start <= end && end < 64 && count == 1,
            };
            let bits_fit = bits[1] <= 13 && (bits[0] == 0 || bits[0] == bits[1] + 1);
            band_fits && bits_fit
        } else {
            band == [0, 63] && bits == [0, 0]
        };
        if components.is_empty() || !is_possible {
            return Err(unusable);
        }
        let blocks = |component: &ScanComponent| frame.components[component.index].sampling.iter().product::<usize>();
        if count > 1 && components.iter().map(blocks).sum::<usize>() > 10 {
            return Err(damaged("a scan has more than ten blocks an MCU"));
        }
        Ok(Self { components, band, bits })
    }
}

/// A component in a scan: where its coefficients go, and the tables that say them.
struct Coded<'a> {
    coefficients: &'a mut Coefficients,
    /// Blocks of one MCU, across and down.
    sampling: [usize; 2],
    dc: Option<&'a HuffmanTable>,
    ac: Option<&'a HuffmanTable>,
    last_dc: i32,
}

/// What the scan does to each of its blocks.
#[derive(Clone, Copy)]
enum Pass {
    Sequential,
    FirstDc,
    RefineDc,
    FirstAc,
    RefineAc,
}

/// Reads a scan, a row of MCUs at a time.
pub(super) struct ScanReader<'a> {
    reader: BitReader<'a>,
    pass: Pass,
    band: [usize; 2],
    /// The bit that is sent.
    low: u32,
    /// Blocks that are still to come without anything new.
    end_of_band: u32,
    coded: Vec<Coded<'a>>,
    /// MCUs of a row, and rows.
    mcus: [usize; 2],
    restart: usize,
    until_restart: usize,
    restarts: usize,
}

impl<'a> ScanReader<'a> {
    /// `coefficients` are those of all components of the frame.
    pub fn new(
        bytes: &'a [u8],
        header: &'a Header<'_>,
        frame: &FrameHeader,
        scan: &ScanHeader,
        coefficients: &'a mut [Coefficients],
    ) -> Result<Self, Fault> {
        let pass = match (frame.is_progressive, scan.band[0], scan.bits[0]) {
            (false, ..) => Pass::Sequential,
            (true, 0, 0) => Pass::FirstDc,
            (true, 0, _) => Pass::RefineDc,
            (true, _, 0) => Pass::FirstAc,
            (true, ..) => Pass::RefineAc,
        };
        let (needs_dc, needs_ac) = match pass {
            Pass::Sequential => (true, true),
            Pass::FirstDc => (true, false),
            Pass::RefineDc => (false, false),
            Pass::FirstAc | Pass::RefineAc => (false, true),
        };
        let mut places: Vec<Option<&mut Coefficients>> = coefficients.iter_mut().map(Some).collect();
        let is_alone = scan.components.len() == 1;
        let mut coded = Vec::new();
        for component in &scan.components {
            let [dc, ac] = [0, 1].map(|class| header.huffman[class][component.tables[class]].as_ref());
            if (needs_dc && dc.is_none()) || (needs_ac && ac.is_none()) {
                return Err(damaged("a scan asks for a Huffman table that is not there"));
            }
            let Some(coefficients) = places[component.index].take() else {
                return Err(damaged("a scan header is unusable"));
            };
            coded.push(Coded {
                coefficients,
                sampling: if is_alone {
                    [1, 1]
                } else {
                    frame.components[component.index].sampling
                },
                dc,
                ac,
                last_dc: 0,
            });
        }
        Ok(Self {
            reader: BitReader::new(bytes),
            pass,
            band: scan.band,
            low: scan.bits[1],
            end_of_band: 0,
            coded,
            mcus: match &scan.components[..] {
                [one] => frame.blocks(one.index),
                _ => frame.mcus(),
            },
            restart: header.restart,
            until_restart: header.restart,
            restarts: 0,
        })
    }

    /// Rows of MCUs.
    pub fn rows(&self) -> usize {
        self.mcus[1]
    }

    /// Reads the next row of MCUs into the coefficients' blocks from row `to` MCUs on.
    pub fn read_row(&mut self, to: usize) -> Result<(), Fault> {
        for column in 0..self.mcus[0] {
            if self.restart > 0 && self.until_restart == 0 {
                self.next_interval()?;
            }
            self.until_restart = self.until_restart.saturating_sub(1);
            self.read_mcu(column, to).ok_or(BAD_CODE).map_err(|fault| {
                // Beyond the end there are no codes.
                if self.reader.ran_out() { CUT_SHORT } else { fault }
            })?;
        }
        // Gray in place of what is missing must not pass for skin.
        if self.reader.ran_out() {
            return Err(CUT_SHORT);
        }
        Ok(())
    }

    /// The coefficients of the scan's component number `place`.
    pub fn coefficients(&mut self, place: usize) -> &mut Coefficients {
        self.coded[place].coefficients
    }

    /// Where the bytes are that the scan did not need.
    pub fn position(&self) -> usize {
        self.reader.position()
    }

    fn next_interval(&mut self) -> Result<(), Fault> {
        if self.reader.ran_out() {
            return Err(CUT_SHORT);
        }
        let missing = damaged("a restart marker is missing or out of order");
        self.reader.restart(self.restarts).ok_or(missing)?;
        (self.until_restart, self.restarts) = (self.restart, self.restarts + 1);
        self.end_of_band = 0;
        self.coded.iter_mut().for_each(|coded| coded.last_dc = 0);
        Ok(())
    }

    #[inline(always)]
    fn read_mcu(&mut self, column: usize, row: usize) -> Option<()> {
        let Self {
            reader,
            pass,
            band,
            low,
            end_of_band,
            coded,
            ..
        } = self;
        for coded in coded {
            let [across, down] = coded.sampling;
            for block in 0..across * down {
                let (x, y) = (column * across + block % across, row * down + block / across);
                let mut block = coded.coefficients.block(x, y);
                match pass {
                    Pass::Sequential => {
                        first_dc(reader, coded.dc?, &mut coded.last_dc, 0, &mut block)?;
                        sequential_ac(reader, coded.ac?, &mut block)?;
                    }
                    Pass::FirstDc => first_dc(reader, coded.dc?, &mut coded.last_dc, *low, &mut block)?,
                    Pass::RefineDc => {
                        if reader.bits(1) == 1 {
                            block.refine_first(1 << *low);
                        }
                    }
                    Pass::FirstAc => first_ac(reader, coded.ac?, *band, *low, end_of_band, &mut block)?,
                    Pass::RefineAc => refine_ac(reader, coded.ac?, *band, *low, end_of_band, &mut block)?,
                }
            }
        }
        Some(())
    }
}

#[inline(always)]
fn first_dc(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    last: &mut i32,
    low: u32,
    block: &mut Block<'_>,
) -> Option<()> {
    let (size, difference) = reader.symbol(table)?;
    if size > 11 {
        return None;
    }
    *last = last.wrapping_add(difference);
    block.set(0, last.wrapping_shl(low));
    Some(())
}

#[inline(always)]
fn sequential_ac(reader: &mut BitReader<'_>, table: &HuffmanTable, block: &mut Block<'_>) -> Option<()> {
    let mut k = 1usize;
    while k < 64 {
        let (symbol, value) = reader.symbol(table)?;
        let run = usize::from(symbol >> 4);
        if symbol & 15 == 0 {
            if run < 15 {
                break;
            }
            k = k.wrapping_add(16);
            continue;
        }
        k = k.wrapping_add(run);
        if k > 63 {
            return None;
        }
        block.set(k, value);
        k = k.wrapping_add(1);
    }
    Some(())
}

fn first_ac(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    [start, end]: [usize; 2],
    low: u32,
    end_of_band: &mut u32,
    block: &mut Block<'_>,
) -> Option<()> {
    if *end_of_band > 0 {
        *end_of_band -= 1;
        return Some(());
    }
    let mut k = start;
    while k <= end {
        let (symbol, value) = reader.symbol(table)?;
        let run = u32::from(symbol >> 4);
        if symbol & 15 == 0 {
            if run < 15 {
                *end_of_band = (1 << run) - 1 + reader.bits(run);
                break;
            }
            k += 16;
            continue;
        }
        k += run as usize;
        if k > end {
            return None;
        }
        block.set(k, value << low);
        k += 1;
    }
    Some(())
}

fn refine_ac(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    [start, end]: [usize; 2],
    low: u32,
    end_of_band: &mut u32,
    block: &mut Block<'_>,
) -> Option<()> {
    let mut k = start;
    if *end_of_band == 0 {
        while k <= end {
            let (symbol, value) = reader.symbol(table)?;
            let mut run = u32::from(symbol >> 4);
            let is_new = match symbol & 15 {
                0 if run < 15 => {
                    *end_of_band = (1 << run) + reader.bits(run);
                    break;
                }
                0 => false,
                1 => true,
                _ => return None,
            };
            // Over coefficients that have bits already, each of which is sent another, and `run` that have none.
            while k <= end {
                if block.is_coded(k) {
                    refine(reader, low, k, block);
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                k += 1;
            }
            if is_new {
                if k > end {
                    return None;
                }
                block.set(k, value << low);
            }
            k += 1;
        }
    }
    if *end_of_band > 0 {
        for k in k..=end {
            if block.is_coded(k) {
                refine(reader, low, k, block);
            }
        }
        *end_of_band -= 1;
    }
    Some(())
}

#[inline(always)]
fn refine(reader: &mut BitReader<'_>, low: u32, k: usize, block: &mut Block<'_>) {
    if reader.bits(1) == 1 {
        block.refine(k, 1 << low);
    }
}
