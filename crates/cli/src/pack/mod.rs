//! Commands on a model pack and on this machine.

pub mod bench_change;
pub mod doctor;
