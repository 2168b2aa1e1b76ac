//! Shared by the benchmark's programs: its pictures, and the protocol that they are timed by.
#![forbid(unsafe_code)]

pub mod pictures;
pub mod protocol;

/// What a bench returns: an explanation for the person who ran it.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
