//! Millimeters a pixel: from irises, coins, cards and printed markers.

pub(crate) mod coin;
pub(crate) mod marker;
pub(crate) mod scale;
pub(crate) mod scale_hint;
