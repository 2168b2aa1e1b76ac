//! Small dense linear systems.

/// Solves `a x = b` by elimination with partial pivoting; `None` when singular.
pub fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    for k in 0..N {
        let pivot = (k..N).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs()))?;
        if a[pivot][k].abs() < 1e-12 || !a[pivot][k].is_finite() {
            return None;
        }
        a.swap(k, pivot);
        b.swap(k, pivot);
        let (row, rhs) = (a[k], b[k]);
        for i in k + 1..N {
            let factor = a[i][k] / row[k];
            for (cell, above) in a[i].iter_mut().zip(row) {
                *cell -= factor * above;
            }
            b[i] -= factor * rhs;
        }
    }
    for k in (0..N).rev() {
        let known: f64 = (k + 1..N).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    Some(b)
}

/// Inverse of a symmetric positive definite matrix; `None` when singular.
pub fn inverse<const N: usize>(a: [[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut out = [[0.0; N]; N];
    for k in 0..N {
        let unit = core::array::from_fn(|i| f64::from(u8::from(i == k)));
        let column = solve(a, unit)?;
        for (row, v) in out.iter_mut().zip(column) {
            row[k] = v;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_inverts() {
        let a = [[0.0, 2.0, 1.0], [4.0, 1.0, 0.0], [1.0, 0.0, 3.0]];
        let x = solve(a, [7.0, 6.0, 10.0]).unwrap();
        for (got, want) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((got - want).abs() < 1e-12);
        }
        let inv = inverse([[4.0, 1.0], [1.0, 3.0]]).unwrap();
        assert!((inv[0][0] - 3.0 / 11.0).abs() < 1e-12);
        assert!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]).is_none());
    }
}
