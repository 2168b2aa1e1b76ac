#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod color;
pub mod cosine;
pub mod linear;
pub mod normal;
pub mod quantile;
pub mod random;
