//! Which bits of which coefficients a picture's scans have sent.

use super::fault::{Fault, damaged};
use super::header::FrameHeader;
use super::scan::ScanHeader;

/// For each component and coefficient the last bit that was sent; none before the first.
pub(super) struct Progress {
    sent: Vec<[Option<u32>; 64]>,
    scans: usize,
}

/// More scans than any encoder writes: reading each takes its time.
const MOST_SCANS: usize = 500;

impl Progress {
    pub fn new(frame: &FrameHeader) -> Self {
        Self {
            sent: vec![[None; 64]; frame.components.len()],
            scans: 0,
        }
    }

    /// Takes note of a scan, which must go on where those before it stopped.
    pub fn add(&mut self, scan: &ScanHeader) -> Result<(), Fault> {
        self.scans += 1;
        if self.scans > MOST_SCANS {
            return Err(damaged("there are more scans than any encoder writes"));
        }
        let [before, now] = scan.bits;
        let [first, last] = scan.band;
        for component in &scan.components {
            let sent = &mut self.sent[component.index];
            let has_first = first == 0 || sent[0].is_some();
            for sent in &mut sent[first..=last] {
                let follows = match *sent {
                    None => before == 0,
                    Some(bit) => before > 0 && bit == before,
                };
                if !follows || !has_first {
                    return Err(damaged("a scan sends what was sent before, or not yet"));
                }
                *sent = Some(now);
            }
        }
        Ok(())
    }

    /// Whether everything was sent, to the last bit.
    pub fn check_whole(&self) -> Result<(), Fault> {
        let is_whole = self.sent.as_flattened().iter().all(|sent| *sent == Some(0));
        is_whole
            .then_some(())
            .ok_or(damaged("its last scans are missing; the file was cut short"))
    }
}
