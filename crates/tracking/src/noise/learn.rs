//! Noise of the measures, from shots of unchanged lesions.

use crate::compare::change::{Change, MeasureChange};
use crate::error::{Error, Result};
use crate::measure::measures::Measure;
use crate::noise::handheld::HandheldNoise;
use crate::noise::model::MeasureNoise;
use crate::noise::tail::Tail;
use std::collections::BTreeMap;

/// How many pairs the noise at hand is worth when a person's own repeats refine it.
const PRIOR_PAIRS: f64 = 20.0;
/// One wild repeat must not blind the comparison: its squared z counts as this much at most.
const MOST_SQUARE: f64 = 16.0;
/// Agreement that parts close pairs from loose ones: real pairs of one lesion differ several
/// times as much below it (see the README).
const CLOSE_FROM: f32 = 0.8;

/// Repeat shots that must lie within what guided re-shots differ by before a host counts as guiding: two shots at two visits.
const LEAST_GUIDED: usize = 2;
/// For each repeat that does not, this many must.
const GUIDED_ODDS: usize = 4;
/// Agreement from which a later pair of such a person is judged as guided. Less than [`CLOSE_FROM`], because a lesion that
/// grew leaves less skin to agree; chosen on folds that the bench does not report on (see the README).
const GUIDED_FROM: f32 = 0.5;

/// Fewest pairs on either side for close and loose to be told apart.
const LEAST_BAND: usize = 60;

impl MeasureNoise {
    /// Learns noise from comparisons of unchanged lesions.
    ///
    /// `together` are pictures laid over each other, `apart` pairs measured one by one.
    /// `false_alarms` is the part of unchanged pairs that may show any change at all.
    ///
    /// # Errors
    /// [`Error::TooFew`] with fewer than 100 comparable pairs in `together`;
    /// [`Error::OutOfRange`] for `false_alarms` outside 0.001..=0.5.
    pub fn learnt(together: &[Change], apart: &[Change], false_alarms: f64, fitted_on: &str) -> Result<Self> {
        const LEAST: usize = 100;
        if !(0.001..=0.5).contains(&false_alarms) {
            return Err(Error::OutOfRange {
                what: "false_alarms",
                value: false_alarms,
                range: "0.001..=0.5",
            });
        }
        let is_close = |c: &&Change| c.alignment.is_some_and(|a| a.agreement >= CLOSE_FROM);
        let is_loose = |c: &&Change| c.alignment.is_some_and(|a| a.agreement < CLOSE_FROM);
        let mut close: Vec<&Change> = together.iter().filter(is_close).collect();
        let mut loose: Vec<&Change> = together.iter().filter(is_loose).collect();
        let mut close_from = CLOSE_FROM;
        if close.len().min(loose.len()) < LEAST_BAND {
            // Too few on one side to tell them apart.
            close.append(&mut loose);
            close_from = -1.0;
        }
        let pairs = close.len() + loose.len();
        if pairs < LEAST {
            return Err(Error::TooFew {
                what: "a noise model",
                needed: LEAST,
                got: pairs,
            });
        }
        let (close_tails, loose_tails) = (tails(&close), tails(&loose));
        let mut least: Vec<f64> = close
            .iter()
            .map(|c| least_chance(&close_tails, &c.measures))
            .chain(loose.iter().map(|c| least_chance(&loose_tails, &c.measures)))
            .collect();
        least.sort_unstable_by(f64::total_cmp);
        let k = (false_alarms * least.len() as f64) as usize;
        Ok(Self {
            level: least[k.min(least.len() - 1)],
            close: close_tails,
            loose: loose_tails,
            handheld: HandheldNoise::shipped(),
            close_from,
            apart: tails_apart(apart),
            false_alarms,
            pairs: pairs as u32,
            fitted_on: fitted_on.into(),
        })
    }

    /// This noise for a person with these repeat shots. Where it is the noise that ships and the repeats show that the
    /// same view is led to with the same device, pictures that agree at least 0.5 are judged by
    /// [`MeasureNoise::guided`], all others as before; then it is [`MeasureNoise::refined`].
    ///
    /// They show it when at least two agree 0.8 and differ by no more than `guided()` allows, and four for each that does not.
    pub fn after_repeats(&self, repeats: &[Change]) -> Self {
        let guided = Self::guided();
        let within = repeats.iter().filter(|c| guided.explains(c)).count();
        let beyond = repeats.len() - within;
        let is_guided = within >= LEAST_GUIDED && within >= GUIDED_ODDS * beyond;
        if !is_guided || *self != Self::shipped() {
            return self.refined(repeats);
        }
        let led = Self {
            loose: self.loose.clone(),
            close_from: GUIDED_FROM,
            // Nothing tells of pictures measured one by one whether they are alike.
            apart: self.apart.clone(),
            ..guided
        };
        led.refined(repeats)
    }

    /// Whether two shots lie close over each other and nothing between them is more than this noise.
    fn explains(&self, repeat: &Change) -> bool {
        repeat.alignment.is_some_and(|a| a.agreement >= CLOSE_FROM)
            && least_chance(&self.close, &repeat.measures) >= self.level
    }

    /// This noise, refined with comparisons of a person's own repeat shots: wider where they repeat worse than unchanged
    /// pairs do on average, narrower where better. The noise at hand counts as 20 pairs. Each repeat speaks for pairs that
    /// agree as it does, close or loose.
    pub fn refined(&self, repeats: &[Change]) -> Self {
        let mut out = self.clone();
        let is_close = |c: &&Change| c.alignment.is_some_and(|a| a.agreement >= self.close_from);
        let (close, loose): (Vec<&Change>, Vec<&Change>) = repeats.iter().partition(is_close);
        for (tails, repeats) in [(&mut out.close, close), (&mut out.loose, loose)] {
            for (measure, tail) in tails {
                let squares: Vec<f64> = repeats
                    .iter()
                    .flat_map(|c| &c.measures)
                    .filter(|c| c.measure == *measure && c.chance.is_some())
                    .map(|c| ((c.difference - tail.centre) / tail.sd).powi(2).min(MOST_SQUARE))
                    .collect();
                // A typical pair's square is not 1 where the tail is heavy: repeats like all others leave the tail as it is.
                let typical = tail.mean_square(MOST_SQUARE);
                let seen = squares.iter().sum::<f64>() / typical;
                tail.sd *= ((PRIOR_PAIRS + seen) / (PRIOR_PAIRS + squares.len() as f64)).sqrt();
            }
        }
        out
    }
}

/// Least chance over all measures of one comparison.
pub(crate) fn least_chance(tails: &BTreeMap<Measure, Tail>, changes: &[MeasureChange]) -> f64 {
    changes
        .iter()
        .filter(|c| c.chance.is_some())
        .filter_map(|c| Some(tails.get(&c.measure)?.chance_of(c.measure, c.difference)))
        .fold(1.0, f64::min)
}

/// A tail for each measure that was judged; one that hardly varies is left out.
pub(crate) fn tails(pairs: &[&Change]) -> BTreeMap<Measure, Tail> {
    let mut seen: BTreeMap<Measure, Vec<f64>> = BTreeMap::new();
    for c in pairs.iter().flat_map(|c| &c.measures) {
        // Where the scale was not known, sizes say nothing about noise.
        if c.chance.is_some() {
            seen.entry(c.measure).or_default().push(c.difference);
        }
    }
    seen.into_iter()
        .filter_map(|(m, d)| Some((m, Tail::learnt(&d).ok()?)))
        .collect()
}

/// The same for pictures measured one by one. Which of two unchanged shots came first means nothing, so every difference
/// counts both ways.
fn tails_apart(pairs: &[Change]) -> BTreeMap<Measure, Tail> {
    let mut seen: BTreeMap<Measure, Vec<f64>> = BTreeMap::new();
    for c in pairs.iter().flat_map(|c| &c.measures) {
        seen.entry(c.measure).or_default().extend([c.difference, -c.difference]);
    }
    seen.into_iter()
        .filter_map(|(m, d)| Some((m, Tail::learnt(&d).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::change::{Alignment, Basis, Verdict};
    use crate::measure::measures::LengthUnit;

    /// Comparisons whose area differs by `spread` times -1..1.
    fn pairs(n: usize, spread: f64) -> Vec<Change> {
        let alignment = Alignment {
            scale: 1.0,
            rotation: 0.0,
            origin: [0.0; 2],
            agreement: 0.9,
            scale_sd: 0.0,
            scale_known: true,
            overlap: 1.0,
        };
        (0..n)
            .map(|i| Change {
                similarity: None,
                similarity_chance: None,
                alignment: Some(alignment),
                basis: Basis::Pictures,
                unit: LengthUnit::Pixel,
                verdict: Verdict::NoMeasurableChange,
                measures: vec![MeasureChange {
                    measure: Measure::Area,
                    before: 1.0,
                    after: 1.0,
                    difference: spread * (((i * 7919) % n) as f64 / n as f64 * 2.0 - 1.0),
                    minimum_detectable: None,
                    chance: Some(1.0),
                    exceeds_noise: false,
                }],
            })
            .collect()
    }

    #[test]
    fn the_level_keeps_the_false_alarms_asked_for() {
        let seen = pairs(1000, 0.1);
        let noise = MeasureNoise::learnt(&seen, &[], 0.03, "test").unwrap();
        let tail = &noise.close[&Measure::Area];
        assert!((tail.sd - 0.068).abs() < 0.003, "{tail:?}");
        let alarms = seen
            .iter()
            .filter(|c| tail.chance(c.measures[0].difference) < noise.level)
            .count();
        assert!((20..=30).contains(&alarms), "{alarms}");
        assert!(MeasureNoise::learnt(&seen[..50], &[], 0.03, "test").is_err());
        assert!(MeasureNoise::learnt(&seen, &[], 0.9, "test").is_err());
    }

    #[test]
    fn repeats_that_lie_close_are_judged_as_guided() {
        let shipped = MeasureNoise::shipped();
        let sd = |n: &MeasureNoise| n.close[&Measure::Area].sd;
        let led = shipped.after_repeats(&pairs(2, 0.005));
        assert!(sd(&led) < 1.05 * sd(&MeasureNoise::guided()), "{}", sd(&led));
        assert_eq!((led.level, led.close_from), (MeasureNoise::guided().level, GUIDED_FROM));
        assert_eq!(led.apart, shipped.apart);
        // Too few, too unlike, laid too badly, or a noise of the pack's own: as it was, refined.
        let mut loose = pairs(2, 0.005);
        loose
            .iter_mut()
            .for_each(|c| c.alignment.as_mut().unwrap().agreement = 0.7);
        let wild = [pairs(2, 0.005), pairs(1, 0.4)].concat();
        for repeats in [pairs(1, 0.005), pairs(8, 0.4), loose, wild] {
            assert_eq!(shipped.after_repeats(&repeats), shipped.refined(&repeats));
        }
        let own = MeasureNoise::learnt(&pairs(1000, 0.1), &[], 0.03, "test").unwrap();
        assert_eq!(own.after_repeats(&pairs(2, 0.005)), own.refined(&pairs(2, 0.005)));
    }

    #[test]
    fn typical_repeats_leave_the_noise_as_it_is() {
        // Differences drawn from each shipped tail itself, by its table.
        let mut random = skinkit_numerics::random::Random::new(11);
        for noise in [MeasureNoise::shipped(), MeasureNoise::guided()] {
            for (measure, tail) in &noise.close {
                let noise = MeasureNoise {
                    close: [(*measure, tail.clone())].into(),
                    loose: BTreeMap::new(),
                    ..noise.clone()
                };
                let mut ratios = Vec::new();
                for _ in 0..400 {
                    let repeats: Vec<Change> = (0..8)
                        .map(|_| {
                            let mut repeat = pairs(1, 0.0).remove(0);
                            let chance = f64::from(random.within(1e-6, 1.0));
                            let side = if random.below(2) == 0 { 1.0 } else { -1.0 };
                            repeat.measures[0].measure = *measure;
                            repeat.measures[0].difference = tail.centre + side * tail.detectable(chance);
                            repeat
                        })
                        .collect();
                    ratios.push((noise.refined(&repeats).close[measure].sd / tail.sd).powi(2));
                }
                let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
                assert!((mean - 1.0).abs() < 0.05, "{measure:?}: {mean}");
            }
        }
    }

    #[test]
    fn repeats_widen_or_narrow() {
        let noise = MeasureNoise::learnt(&pairs(1000, 0.1), &[], 0.03, "test").unwrap();
        let sd = |n: &MeasureNoise| n.close[&Measure::Area].sd;
        assert!(sd(&noise.refined(&pairs(30, 0.3))) > 1.3 * sd(&noise));
        assert!(sd(&noise.refined(&pairs(30, 0.02))) < 0.8 * sd(&noise));
        assert_eq!(noise.refined(&[]), noise);
    }
}
