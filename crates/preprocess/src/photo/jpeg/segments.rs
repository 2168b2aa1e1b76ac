//! The marker segments of a JPEG file (ITU-T T.81, annex B).

use super::fault::{Fault, damaged};

/// One segment, without its marker and its length.
pub(super) struct Segment<'a> {
    pub marker: u8,
    pub payload: &'a [u8],
    /// Where what follows begins.
    pub end: usize,
}

const NO_END: Fault = Fault::Damaged("there is no end-of-image marker; the file was cut short");

pub(super) const START_OF_SCAN: u8 = 0xda;
pub(super) const END_OF_IMAGE: u8 = 0xd9;

/// The segment that begins at the next marker from `at` on. Bytes between segments are skipped, as libjpeg does; so is
/// what a scan did not use.
pub(super) fn next(bytes: &[u8], mut at: usize) -> Result<Segment<'_>, Fault> {
    loop {
        let marker = match bytes.get(at..) {
            Some([0xff, marker @ 1..=0xfe, ..]) => *marker,
            Some([_, _, ..]) => {
                at += 1;
                continue;
            }
            _ => return Err(NO_END),
        };
        at += 2;
        match marker {
            // TEM and restarts have no length.
            0x01 | 0xd0..=0xd7 => {}
            0xd8 => return Err(damaged("a second picture begins within the first")),
            END_OF_IMAGE => {
                return Ok(Segment {
                    marker,
                    payload: &[],
                    end: at,
                });
            }
            _ => {
                let cut = || damaged("a marker segment is longer than the file");
                let length = bytes.get(at..at + 2).ok_or_else(cut)?;
                let end = at + usize::from(u16::from_be_bytes([length[0], length[1]]));
                let payload = bytes.get(at + 2..end).ok_or_else(cut)?;
                return Ok(Segment { marker, payload, end });
            }
        }
    }
}

/// Refuses a file without an end-of-image marker after `at`: it was cut short.
pub(super) fn find_end(bytes: &[u8], at: usize) -> Result<(), Fault> {
    let mut pairs = bytes.get(at..).unwrap_or_default().windows(2);
    pairs
        .any(|pair| pair == [0xff, END_OF_IMAGE])
        .then_some(())
        .ok_or(NO_END)
}
