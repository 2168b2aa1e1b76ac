#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::path::PathBuf;

/// Stands for SkinKit's one namespace in UniFFI's traits. A crate with types for the bindings imports it at its root, where
/// UniFFI's derives look for it.
#[doc(hidden)]
#[derive(Debug)]
pub struct UniFfiTag;

/// The module that UniFFI's derives state for a type. With `#[macro_use] extern crate skinkit_border` it stands in for the
/// standard macro, so that the types of all crates lie in one Kotlin package and one Swift module, those of `skinkit-ffi`.
#[macro_export]
macro_rules! module_path {
    () => {
        "skinkit_ffi"
    };
}

/// A point `[x, y]`, x to the right, y down.
pub type PointXy = [f32; 2];

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

uniffi::custom_type!(PointXy, Point, {
    remote,
    lower: |point| Point { x: point[0], y: point[1] },
    try_lift: |point| Ok([point.x, point.y]),
});

/// Both ends of an interval, `[low, high]`.
pub type Ends = [f64; 2];

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct LowHigh {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

uniffi::custom_type!(Ends, LowHigh, {
    remote,
    lower: |ends| LowHigh { low: ends[0], high: ends[1] },
    try_lift: |ends| Ok([ends.low, ends.high]),
});

uniffi::custom_type!(PathBuf, String, {
    remote,
    lower: |path| path.to_string_lossy().into_owned(),
    try_lift: |path| Ok(path.into()),
});

/// Numbers as little-endian 32-bit floats, one after the other.
pub fn to_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Numbers from [`to_bytes`].
///
/// # Errors
/// Bytes that are no whole number of floats.
pub fn from_bytes(bytes: &[u8]) -> uniffi::Result<Vec<f32>> {
    match bytes.as_chunks::<4>() {
        (floats, []) => Ok(floats.iter().map(|float| f32::from_le_bytes(*float)).collect()),
        _ => Err(uniffi::deps::anyhow::anyhow!(
            "{} bytes are no 32-bit floats",
            bytes.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_cross_as_bytes_and_come_back() {
        let there = [1.0, -2.0, 0.1, f32::MAX];
        let bytes = to_bytes(&there);
        assert_eq!(from_bytes(&bytes).unwrap(), there);
        assert!(from_bytes(&bytes[1..]).is_err());
    }
}
