//! Least-cost assignment (Hungarian method with potentials, O(n³)).

/// For each row its column, so that the summed cost is least; every row gets one.
/// `cost` has `rows * columns` finite entries, rows <= columns.
pub(crate) fn assign(cost: &[f64], rows: usize, columns: usize) -> Vec<usize> {
    debug_assert!(rows <= columns && cost.len() == rows * columns);
    // One extra row and column 0 as a sentinel, as in Jonker and Volgenant's shortest paths.
    let mut row_price = vec![0.0; rows + 1];
    let mut column_price = vec![0.0; columns + 1];
    let mut row_of = vec![0usize; columns + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let mut slack = vec![f64::INFINITY; columns + 1];
        let mut from = vec![0usize; columns + 1];
        let mut done = vec![false; columns + 1];
        let mut column = 0;
        loop {
            done[column] = true;
            let r = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in (1..=columns).filter(|&j| !done[j]) {
                let reduced = cost[(r - 1) * columns + j - 1] - row_price[r] - column_price[j];
                if reduced < slack[j] {
                    slack[j] = reduced;
                    from[j] = column;
                }
                if slack[j] < step {
                    step = slack[j];
                    next = j;
                }
            }
            for j in 0..=columns {
                if done[j] {
                    row_price[row_of[j]] += step;
                    column_price[j] -= step;
                } else {
                    slack[j] -= step;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let back = from[column];
            row_of[column] = row_of[back];
            column = back;
        }
    }
    let mut out = vec![0; rows];
    for j in 1..=columns {
        if row_of[j] > 0 {
            out[row_of[j] - 1] = j - 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn best_by_trying(cost: &[f64], rows: usize, columns: usize, row: usize, used: &mut Vec<usize>) -> f64 {
        if row == rows {
            return 0.0;
        }
        (0..columns)
            .filter_map(|j| {
                if used.contains(&j) {
                    return None;
                }
                used.push(j);
                let rest = best_by_trying(cost, rows, columns, row + 1, used);
                used.pop();
                Some(cost[row * columns + j] + rest)
            })
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn as_cheap_as_trying_all(rows in 1usize..5, more in 0usize..3, cost in prop::collection::vec(0f64..10.0, 28)) {
            let columns = rows + more;
            let cost = &cost[..rows * columns];
            let out = assign(cost, rows, columns);
            let mut seen = out.clone();
            seen.sort();
            seen.dedup();
            prop_assert_eq!(seen.len(), rows);
            let total: f64 = out.iter().enumerate().map(|(i, &j)| cost[i * columns + j]).sum();
            prop_assert!((total - best_by_trying(cost, rows, columns, 0, &mut vec![])).abs() < 1e-9);
        }
    }
}
