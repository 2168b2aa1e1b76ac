//! Medians and robust spreads.

use skinkit_numerics::quantile::nearest;

/// A normal distribution's standard deviation over its median absolute deviation.
const SD_OF_MAD: f32 = 1.4826;

/// The value that `share` (`0..=1`) of the values lie below; `None` of nothing. Reorders the values.
pub(crate) fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    (!values.is_empty()).then(|| nearest(values, share))
}

/// The upper median; `None` of nothing.
pub(crate) fn median(values: &mut [f32]) -> Option<f32> {
    quantile(values, 0.5)
}

/// The median, and the standard deviation of a normal distribution with the values' median absolute deviation.
pub(crate) fn center_and_spread(values: &mut [f32]) -> Option<[f32; 2]> {
    let center = median(values)?;
    for value in values.iter_mut() {
        *value = (*value - center).abs();
    }
    Some([center, SD_OF_MAD * median(values)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_do_not_move_them() {
        let mut values: Vec<f32> = (0..101).map(|i| i as f32).collect();
        values[100] = 1e9;
        assert_eq!(median(&mut values), Some(50.0));
        assert_eq!(quantile(&mut values, 0.9), Some(90.0));
        let [center, spread] = center_and_spread(&mut values).unwrap();
        assert_eq!(center, 50.0);
        assert!((spread - 1.4826 * 25.0).abs() < 1e-3);
        assert_eq!(median(&mut []), None);
    }
}
