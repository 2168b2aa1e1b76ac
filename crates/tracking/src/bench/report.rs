use super::alter::Alteration;
use super::reshoot::Conditions;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A count out of a number of trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    /// How many came true.
    pub hits: u32,
    /// Out of how many.
    pub of: u32,
}

impl Proportion {
    /// Share, 0..=1; 0 out of nothing.
    pub fn share(self) -> f64 {
        f64::from(self.hits) / f64::from(self.of.max(1))
    }

    /// 95 % interval by Wilson's score.
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p, z) = (f64::from(self.of), self.share(), 1.959_964);
        let middle = p + z * z / (2.0 * n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
    }

    pub(crate) fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u32::from(hit);
    }

    fn percent(self) -> String {
        let (low, high) = self.interval();
        format!("{:.1} ({:.1}–{:.1})", 100.0 * self.share(), 100.0 * low, 100.0 * high)
    }
}

/// Results for one kind and size of change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The change that was painted in.
    pub change: Alteration,
    /// Pairs with the verdict `Changed`; a pair that could not be compared counts as not found.
    pub found: Proportion,
    /// Of those with a true direction, pairs whose reported aspect and direction are the true ones.
    pub right: Proportion,
    /// Pairs that could not be compared.
    pub not_compared: Proportion,
    /// Pairs that the embedding's cosine alone calls changed, at the same false-alarm rate.
    pub by_cosine: Option<Proportion>,
}

/// What a run of the bench found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How the re-shots were made.
    pub conditions: Conditions,
    /// Whether each shot came with its millimetre scale.
    pub scale_known: bool,
    /// Pictures used.
    pub pictures: u32,
    /// Lesions they show.
    pub lesions: u32,
    /// One row a change; the first is no change at all.
    pub rows: Vec<Row>,
    /// Cosine below which cosine alone says changed, set on these very re-shots.
    pub cosine_threshold: Option<f64>,
}

impl Report {
    /// Specificity: unchanged re-shots that were compared and not called changed, of all that
    /// were compared.
    pub fn specificity(&self) -> Option<Proportion> {
        let row = self.rows.iter().find(|r| r.change == Alteration::None)?;
        let of = row.found.of - row.not_compared.hits;
        Some(Proportion {
            hits: of - row.found.hits,
            of,
        })
    }

    /// Pairs of `change` called changed.
    pub fn found(&self, change: Alteration) -> Option<Proportion> {
        self.rows.iter().find(|r| r.change == change).map(|r| r.found)
    }

    /// The report as a Markdown table, with what it is and is not.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let scale = if self.scale_known { "known" } else { "not known" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "Synthetic: {} pictures of {} lesions, re-shot by simulation; millimetre scale {scale}. \
             Percent with 95 % Wilson intervals.\n",
            self.pictures, self.lesions
        );
        if let Some(s) = self.specificity() {
            let _ = writeln!(out, "Specificity {} of {} pairs.\n", s.percent(), s.of);
        }
        let _ = writeln!(
            out,
            "| change | pairs | called changed | aspect and direction right | not comparable | cosine alone |\n|---|---|---|---|---|---|"
        );
        for row in &self.rows {
            let right = if row.right.of == 0 {
                "–".into()
            } else {
                row.right.percent()
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {right} | {:.1} | {} |",
                name(row.change),
                row.found.of,
                row.found.percent(),
                100.0 * row.not_compared.share(),
                row.by_cosine.map_or("–".into(), Proportion::percent),
            );
        }
        out
    }
}

/// A change in words.
fn name(change: Alteration) -> String {
    match change {
        Alteration::None => "none (re-shot)".into(),
        Alteration::Growth(p) => format!("growth {:.0} % of area", 100.0 * p),
        Alteration::Shrinkage(p) => format!("shrinkage from +{:.0} % of area", 100.0 * p),
        Alteration::Darker(e) => format!("darker by ΔE {e:.0}"),
        Alteration::Redder(e) => format!("redder by ΔE {e:.0}"),
        Alteration::Satellite(d) => format!("new spot of {d:.0} px"),
        Alteration::Notch(p) => format!("border notch of {:.0} % of radius", 100.0 * p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_at_known_counts() {
        // Reference: Newcombe 1998, table I, method 3.
        let (low, high) = Proportion { hits: 81, of: 263 }.interval();
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4);
        let (low, high) = Proportion { hits: 0, of: 20 }.interval();
        assert!(low.abs() < 1e-9 && (high - 0.1611).abs() < 1e-4);
    }
}
