//! What a command prints.

pub mod format;
mod output;
mod table;

pub use output::Output;
pub use table::{Table, bar};
