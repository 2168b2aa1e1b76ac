//! The standard normal distribution.

/// Distribution function: the chance of a value at or below `z`.
pub fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * core::f64::consts::FRAC_1_SQRT_2)
}

/// The value that is not exceeded with chance `p`: the inverse of [`below`], by bisection to 1e-12.
/// Infinite at 0 and 1, NaN outside them.
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // Beyond 40 the chance is no longer a double.
    let (mut low, mut high) = (-40.0f64, 40.0f64);
    while high - low > 1e-12 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if below(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_both_ways() {
        // Abramowitz and Stegun, table 26.1.
        for (z, p) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_543),
            (1.96, 0.975_002_104_851_780),
            (-3.0, 0.001_349_898_031_630),
        ] {
            assert!((below(z) - p).abs() < 1e-14, "{z}");
            assert!((quantile(p) - z).abs() < 1e-9, "{p}");
        }
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert!(quantile(1.5).is_nan());
    }
}
