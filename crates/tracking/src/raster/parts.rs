//! Connected parts of a yes/no picture.

/// Pixels `from..to` of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    pub y: usize,
    pub from: usize,
    pub to: usize,
}

/// Pixels that touch one another, as runs in row order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    runs: Vec<Run>,
    /// Width of the picture.
    width: usize,
}

impl Part {
    /// How many pixels it has.
    pub fn count(&self) -> usize {
        self.runs.iter().map(|run| run.to - run.from).sum()
    }

    /// Indices of its pixels, ascending.
    pub fn pixels(&self) -> impl Iterator<Item = usize> + '_ {
        self.runs
            .iter()
            .flat_map(|run| run.y * self.width + run.from..run.y * self.width + run.to)
    }

    /// Whether it reaches the edge of its picture, which is so high.
    pub fn touches_edge(&self, height: usize) -> bool {
        self.runs
            .iter()
            .any(|run| run.y == 0 || run.y + 1 == height || run.from == 0 || run.to == self.width)
    }
}

/// The 4-connected parts of a picture of this width, given as runs in row order; in the order of their first runs.
pub(crate) fn joined(runs: &[Run], width: usize) -> Vec<Part> {
    // Each run leads to an earlier one of its part; the first leads to itself.
    let mut leads: Vec<usize> = (0..runs.len()).collect();
    let mut above = 0;
    for (k, run) in runs.iter().enumerate() {
        while runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].to <= run.from) {
            above += 1;
        }
        for (j, other) in runs.iter().enumerate().take(k).skip(above) {
            if other.y == run.y || other.from >= run.to {
                break;
            }
            let (a, b) = (first(&mut leads, j), first(&mut leads, k));
            leads[a.max(b)] = a.min(b);
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut place = vec![0; runs.len()];
    for (k, run) in runs.iter().enumerate() {
        let root = first(&mut leads, k);
        if root == k {
            place[k] = parts.len();
            parts.push(Part {
                runs: Vec::new(),
                width,
            });
        }
        parts[place[root]].runs.push(*run);
    }
    parts
}

/// Where a run's leads end, shortening the way for the next time.
fn first(leads: &mut [usize], mut k: usize) -> usize {
    while leads[k] != k {
        leads[k] = leads[leads[k]];
        k = leads[k];
    }
    k
}
