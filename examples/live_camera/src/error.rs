//! Anything can go wrong, and a person reads it.

/// What this program ends with.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
