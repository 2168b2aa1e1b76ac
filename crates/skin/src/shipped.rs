//! The noise that ships with this crate. Written by `skin_bench learn`; do not edit.

pub(crate) const LIMIT: f32 = f32::INFINITY;
pub(crate) const NEW_SPOT_CONTRAST: f32 = f32::INFINITY;
pub(crate) const FALSE_ALARMS: f32 = 0.05;
pub(crate) const PAIRS: u32 = 0;
/// A row a measure, a column a zone; 0 where it is not known.
pub(crate) const SPREADS: [[f32; 13]; 14] = [[0.0; 13]; 14];
/// A row a measure, a column a band of tone.
pub(crate) const TONES: [[f32; 3]; 14] = [[1.0; 3]; 14];
