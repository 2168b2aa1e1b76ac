//! Quantiles and medians.

/// The value below which a part `q` (0..=1) of `values` lies, the nearest one there is; 0 when there are none.
/// Takes linear time and reorders `values`.
pub fn nearest(values: &mut [f32], q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let k = ((values.len() - 1) as f32 * q.clamp(0.0, 1.0)).round() as usize;
    *values.select_nth_unstable_by(k, f32::total_cmp).1
}

/// [`nearest`] at one half: a value that is there, in linear time. Reorders `values`; 0 when there are none.
pub fn middle(values: &mut [f32]) -> f32 {
    nearest(values, 0.5)
}

/// The median, the mean of the two middle values where their number is even; 0 when there are none. Sorts `values`.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    of_sorted(values, 0.5)
}

/// The value at part `q` (0..=1) of sorted values, linear between two of them (type 7 of Hyndman and Fan 1996);
/// 0 when there are none.
pub fn of_sorted(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = q.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_few_values() {
        let mut v = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(median(&mut v), 2.5);
        assert_eq!((of_sorted(&v, 0.0), of_sorted(&v, 1.0)), (1.0, 4.0));
        assert!((of_sorted(&v, 0.25) - 1.75).abs() < 1e-12);
        assert_eq!(middle(&mut [5.0, 1.0, 9.0]), 5.0);
        assert_eq!(nearest(&mut [5.0, 1.0, 9.0], 1.0), 9.0);
        assert_eq!((median(&mut []), middle(&mut [])), (0.0, 0.0));
    }
}
