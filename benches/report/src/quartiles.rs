//! A median and its spread.

use serde::{Deserialize, Serialize};

/// What repeated measurements of one thing gave: the median, and the quartiles around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    /// A quarter of the measurements was at most this.
    pub lower: f64,
    /// Half of the measurements were at most this.
    pub median: f64,
    /// Three quarters of the measurements were at most this.
    pub upper: f64,
}

impl Quartiles {
    /// The quartiles of some measurements, each of which is one of them.
    ///
    /// # Panics
    ///
    /// If there is no measurement.
    pub fn of(measurements: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measurements.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        assert!(!sorted.is_empty(), "nothing was measured");
        let at = |quarter: usize| sorted[(sorted.len() - 1) * quarter / 4];
        Quartiles { lower: at(1), median: at(2), upper: at(3) }
    }

    /// Of a thing that was measured once.
    pub fn once(value: f64) -> Self {
        Quartiles { lower: value, median: value, upper: value }
    }

    /// Whether the middle halves of two sets of measurements have nothing in common.
    pub fn is_apart_from(&self, other: &Quartiles) -> bool {
        self.lower > other.upper || self.upper < other.lower
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_measurements() {
        let quartiles = Quartiles::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(quartiles, Quartiles { lower: 2.0, median: 3.0, upper: 4.0 });
        assert_eq!(Quartiles::of([7.0]), Quartiles::once(7.0));
    }

    #[test]
    fn overlapping_halves_are_not_apart() {
        let [low, middle, high] =
            [1.0, 1.5, 3.0].map(|lower| Quartiles { lower, median: lower + 0.5, upper: lower + 1.0 });
        assert!(!low.is_apart_from(&middle) && !middle.is_apart_from(&low));
        assert!(low.is_apart_from(&high) && high.is_apart_from(&low));
    }
}
