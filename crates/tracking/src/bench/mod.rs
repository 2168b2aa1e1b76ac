//! The synthetic change bench: re-shots of held-out pictures, with and without a true change.
//!
//! What it says is about these painted changes and simulated cameras, not about patients: skin
//! that deforms, tans or grows hair is not in it. It needs the feature `bench`.

mod alter;
pub mod pairs;
mod picture;
mod report;
mod reshoot;
mod run;
#[cfg(test)]
mod tests;

pub use alter::Alteration;
pub use picture::Picture;
pub use report::{Proportion, Report, Row};
pub use reshoot::Conditions;
pub use run::{Given, Settings, is_learning, learn, repeats, run, run_each, unchanged};
