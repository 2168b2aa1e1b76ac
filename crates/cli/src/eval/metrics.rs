//! Figures of a classifier, each over weighted pictures: weight 1 for the figure itself, how often
//! a picture was drawn for its bootstrap interval.

/// Equal-width bins of the expected calibration error (Guo et al. 2017 use 15).
pub const CALIBRATION_BINS: usize = 15;

/// Which class counts as predicted.
#[derive(Clone, Copy)]
pub enum Choice {
    /// The one of the largest probability.
    Likeliest,
    /// The one with the highest likelihood ratio: probability divided by frequency.
    PriorAdjusted,
}

/// What was predicted for every picture, against what is true, with all rankings sorted once.
pub struct Scores {
    classes: usize,
    truth: Vec<usize>,
    likeliest: Vec<usize>,
    adjusted: Vec<usize>,
    /// Probability of the likeliest class.
    confidence: Vec<f64>,
    /// Pictures in order of each class's probability.
    rankings: Vec<Ranking>,
}

impl Scores {
    /// `truth[i]` is the class of picture i and `adjusted[i]` the prior-adjusted one, below `classes`;
    /// `probabilities` has `classes` values a picture, row after row, all finite. A tie goes to the class
    /// listed first.
    pub fn new(classes: usize, truth: Vec<usize>, adjusted: Vec<usize>, probabilities: &[f32]) -> Self {
        let mut likeliest = Vec::with_capacity(truth.len());
        let mut confidence = Vec::with_capacity(truth.len());
        for row in probabilities.chunks_exact(classes.max(1)) {
            let mut best = 0;
            for (class, &p) in row.iter().enumerate() {
                if p > row[best] {
                    best = class;
                }
            }
            likeliest.push(best);
            confidence.push(f64::from(row[best]));
        }
        let rankings = (0..classes)
            .map(|class| {
                Ranking::new(
                    probabilities
                        .iter()
                        .skip(class)
                        .step_by(classes.max(1))
                        .copied()
                        .collect(),
                )
            })
            .collect();
        Self {
            classes,
            truth,
            likeliest,
            adjusted,
            confidence,
            rankings,
        }
    }

    /// Share of pictures whose likeliest class is the true one.
    pub fn accuracy(&self, weights: &[u32]) -> Option<f64> {
        mean(
            self.truth
                .iter()
                .zip(&self.likeliest)
                .map(|(t, p)| f64::from(u8::from(t == p))),
            weights,
        )
    }

    /// Counts by true class (row) and predicted class (column).
    pub fn confusion(&self, choice: Choice, weights: &[u32]) -> Vec<Vec<u64>> {
        let chosen = match choice {
            Choice::Likeliest => &self.likeliest,
            Choice::PriorAdjusted => &self.adjusted,
        };
        let mut counts = vec![vec![0u64; self.classes]; self.classes];
        for ((&truth, &predicted), &weight) in self.truth.iter().zip(chosen).zip(weights) {
            counts[truth][predicted] += u64::from(weight);
        }
        counts
    }

    /// Area under the curve of one class against the rest: the chance that a picture of the class
    /// ranks above one that is not, a tie counting half. `None` where either side is empty.
    pub fn auc(&self, class: usize, weights: &[u32]) -> Option<f64> {
        self.rankings
            .get(class)?
            .auc(weights, |picture| self.truth[picture] == class)
    }

    /// Mean of the one-against-rest areas of all classes present.
    pub fn macro_auc(&self, weights: &[u32]) -> Option<f64> {
        let areas: Vec<f64> = (0..self.classes).filter_map(|class| self.auc(class, weights)).collect();
        average(&areas)
    }

    /// Expected calibration error of the likeliest class over [`CALIBRATION_BINS`] equal bins: how
    /// far confidence and accuracy are apart, weighted by the pictures in each bin.
    pub fn ece(&self, weights: &[u32]) -> Option<f64> {
        let mut gaps = [0.0f64; CALIBRATION_BINS];
        let mut total = 0.0;
        for (picture, &weight) in weights.iter().enumerate() {
            let confidence = self.confidence[picture];
            // Bins are (low, high] as in the reference code.
            let bin = ((confidence * CALIBRATION_BINS as f64).ceil() as usize).clamp(1, CALIBRATION_BINS) - 1;
            let right = f64::from(u8::from(self.truth[picture] == self.likeliest[picture]));
            gaps[bin] += f64::from(weight) * (right - confidence);
            total += f64::from(weight);
        }
        (total > 0.0).then(|| gaps.iter().map(|gap| gap.abs()).sum::<f64>() / total)
    }
}

/// Recall of class `class`: of its pictures, the share predicted as it. `None` without such pictures.
pub fn sensitivity(confusion: &[Vec<u64>], class: usize) -> Option<f64> {
    let of_class: u64 = confusion[class].iter().sum();
    (of_class > 0).then(|| confusion[class][class] as f64 / of_class as f64)
}

/// Of the pictures of other classes, the share not predicted as `class`. `None` without such pictures.
pub fn specificity(confusion: &[Vec<u64>], class: usize) -> Option<f64> {
    let (mut others, mut wrongly) = (0u64, 0u64);
    for (truth, row) in confusion.iter().enumerate() {
        if truth != class {
            others += row.iter().sum::<u64>();
            wrongly += row[class];
        }
    }
    (others > 0).then(|| (others - wrongly) as f64 / others as f64)
}

/// Mean sensitivity over the classes present.
pub fn balanced_accuracy(confusion: &[Vec<u64>]) -> Option<f64> {
    let recalls: Vec<f64> = (0..confusion.len())
        .filter_map(|class| sensitivity(confusion, class))
        .collect();
    average(&recalls)
}

/// Weighted mean of one value a picture.
pub fn mean(values: impl Iterator<Item = f64>, weights: &[u32]) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for (value, &weight) in values.zip(weights) {
        sum += value * f64::from(weight);
        total += f64::from(weight);
    }
    (total > 0.0).then(|| sum / total)
}

fn average(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Things in ascending order of a value, so that an area under the curve costs one pass.
pub struct Ranking {
    order: Vec<usize>,
    /// Where each run of equal values ends in `order`.
    ends: Vec<usize>,
}

impl Ranking {
    /// Sorts once, O(n log n).
    pub fn new(values: Vec<f32>) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut ends: Vec<usize> = (1..order.len())
            .filter(|&i| values[order[i - 1]] != values[order[i]])
            .collect();
        if !order.is_empty() {
            ends.push(order.len());
        }
        Self { order, ends }
    }

    /// Area under the curve (Mann–Whitney), ties counting half.
    pub fn auc(&self, weights: &[u32], positive: impl Fn(usize) -> bool) -> Option<f64> {
        let (mut below, mut positives, mut wins) = (0u64, 0u64, 0.0f64);
        let mut start = 0;
        for &end in &self.ends {
            let (mut tied_positives, mut tied_negatives) = (0u64, 0u64);
            for &thing in &self.order[start..end] {
                if positive(thing) {
                    tied_positives += u64::from(weights[thing]);
                } else {
                    tied_negatives += u64::from(weights[thing]);
                }
            }
            wins += tied_positives as f64 * (below as f64 + tied_negatives as f64 / 2.0);
            below += tied_negatives;
            positives += tied_positives;
            start = end;
        }
        (positives > 0 && below > 0).then(|| wins / (positives as f64 * below as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-6), "{a:?} is not {b}");
    }

    /// Six pictures of three classes; the last class never occurs.
    /// Likeliest: 0 1 0 1 1 2, prior-adjusted: 0 1 0 1 2 2, true: 0 0 0 1 1 1.
    fn six() -> Scores {
        #[rustfmt::skip]
        let p = [
            0.7, 0.2, 0.1,
            0.3, 0.5, 0.2,
            0.6, 0.3, 0.1,
            0.3, 0.6, 0.1,
            0.1, 0.8, 0.1,
            0.2, 0.3, 0.5,
        ];
        Scores::new(3, vec![0, 0, 0, 1, 1, 1], vec![0, 1, 0, 1, 2, 2], &p)
    }

    #[test]
    fn counts_and_rates() {
        let scores = six();
        let ones = [1; 6];
        let confusion = scores.confusion(Choice::PriorAdjusted, &ones);
        assert_eq!(confusion[1], [0, 1, 2]);
        let confusion = scores.confusion(Choice::Likeliest, &ones);
        assert_eq!(confusion, vec![vec![2, 1, 0], vec![0, 2, 1], vec![0, 0, 0]]);
        close(scores.accuracy(&ones), 4.0 / 6.0);
        close(balanced_accuracy(&confusion), 2.0 / 3.0);
        close(sensitivity(&confusion, 0), 2.0 / 3.0);
        close(specificity(&confusion, 0), 1.0);
        close(specificity(&confusion, 1), 2.0 / 3.0);
        assert_eq!(sensitivity(&confusion, 2), None);
        close(specificity(&confusion, 2), 5.0 / 6.0);
    }

    #[test]
    fn areas_with_ties() {
        let scores = six();
        let ones = [1; 6];
        // Class 0: positives .7 .3 .6; negatives .3 .1 .2: 9 pairs, 8 wins, 1 tie.
        close(scores.auc(0, &ones), 8.5 / 9.0);
        // Class 1: positives .6 .8 .3; negatives .2 .5 .3: wins 3 + 3 + 1, one tie.
        close(scores.auc(1, &ones), 7.5 / 9.0);
        assert_eq!(scores.auc(2, &ones), None);
        close(scores.macro_auc(&ones), 16.0 / 18.0);
        assert_eq!(scores.auc(9, &ones), None);
    }

    #[test]
    fn weights_are_repeats() {
        let weights = [2, 0, 1, 1, 3, 1];
        let scores = six();
        #[rustfmt::skip]
        let repeated = Scores::new(3, vec![0, 0, 0, 1, 1, 1, 1, 1], vec![0, 0, 0, 1, 2, 2, 2, 2], &[
            0.7, 0.2, 0.1,
            0.7, 0.2, 0.1,
            0.6, 0.3, 0.1,
            0.3, 0.6, 0.1,
            0.1, 0.8, 0.1,
            0.1, 0.8, 0.1,
            0.1, 0.8, 0.1,
            0.2, 0.3, 0.5,
        ]);
        let ones = [1; 8];
        assert_eq!(scores.accuracy(&weights), repeated.accuracy(&ones));
        for choice in [Choice::Likeliest, Choice::PriorAdjusted] {
            assert_eq!(scores.confusion(choice, &weights), repeated.confusion(choice, &ones));
        }
        assert_eq!(scores.macro_auc(&weights), repeated.macro_auc(&ones));
        close(scores.ece(&weights), repeated.ece(&ones).unwrap());
    }

    #[test]
    fn calibration_by_hand() {
        // Bin (.6, .6667]: .65 right and .65 wrong; bin (.8667, .9333]: .9 right.
        let scores = Scores::new(2, vec![0, 1, 0], vec![0; 3], &[0.65, 0.35, 0.65, 0.35, 0.9, 0.1]);
        close(scores.ece(&[1, 1, 1]), (2.0 * (0.65 - 0.5) + (1.0 - 0.9)) / 3.0);
        let sure = Scores::new(2, vec![0, 1], vec![0; 2], &[1.0, 0.0, 0.0, 1.0]);
        close(sure.ece(&[1, 1]), 0.0);
        assert_eq!(sure.ece(&[0, 0]), None);
    }

    #[test]
    fn a_tie_goes_to_the_first_class() {
        let scores = Scores::new(2, vec![1], vec![0], &[0.5, 0.5]);
        close(scores.accuracy(&[1]), 0.0);
    }

    #[test]
    fn all_equal_values_are_chance() {
        let ranking = Ranking::new(vec![0.5; 10]);
        close(ranking.auc(&[1; 10], |i| i < 3), 0.5);
        assert_eq!(Ranking::new(Vec::new()).auc(&[], |_| true), None);
    }
}
