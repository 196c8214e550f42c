//! How cost grows.

use crate::{Quartiles, Record, Run, Unit};

/// Measurements of one thing that differ in one number.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) label: String,
    /// Whether it is what ours are compared with.
    pub(crate) is_reference: bool,
    pub(crate) unit: Unit,
    /// The number, ascending, and what was measured.
    pub(crate) points: Vec<(f64, Quartiles)>,
}

/// The series of a group and a backend: ours, each followed by what it is compared with.
pub(crate) fn of(run: &Run, group: &str, backend: Option<&str>) -> Vec<Series> {
    let is_member = |record: &&Record| {
        record.group == group && record.backend.as_deref() == backend && record.parameter.is_some()
    };
    let mut series: Vec<Series> = Vec::new();
    for record in run.records.iter().filter(is_member) {
        let Some(at) = record.parameter else { continue };
        let ours = match &record.way {
            Some(way) => format!("{}: {way}", record.case),
            None => record.case.clone(),
        };
        add(&mut series, ours, false, record.unit, (at, record.value));
        if let Some(reference) = &record.reference {
            let label = format!("{}: {}", record.case, reference.name);
            add(&mut series, label, true, record.unit, (at, reference.value));
        }
    }
    for series in &mut series {
        series.points.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    series
}

fn add(all: &mut Vec<Series>, label: String, is_reference: bool, unit: Unit, point: (f64, Quartiles)) {
    match all.iter_mut().find(|series| series.label == label) {
        Some(series) if series.points.iter().any(|(at, _)| *at == point.0) => {}
        Some(series) => series.points.push(point),
        None => all.push(Series { label, is_reference, unit, points: vec![point] }),
    }
}

impl Series {
    /// How many times as much the last point has as the first.
    pub(crate) fn growth(&self) -> Option<f64> {
        let ([(_, first), .., (_, last)], true) = (&*self.points, self.points.len() > 1) else { return None };
        Some(last.median / first.median)
    }

    /// What one more of the number costs: the slope of the straight line through the medians that has the least
    /// squared relative errors.
    pub(crate) fn slope(&self) -> Option<f64> {
        if self.points.len() < 2 {
            return None;
        }
        // Weighted least squares, with weights of 1 / y²: each point counts by how far the line is off in percent.
        let sum = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
            self.points.iter().map(|(x, y)| term(*x, y.median) / (y.median * y.median)).sum()
        };
        let (weights, x, y) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|_, y| y));
        let (xx, xy) = (sum(&|x, _| x * x), sum(&|x, y| x * y));
        Some((weights * xy - x * y) / (weights * xx - x * x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::{record, run};

    fn series(points: &[(f64, f64)]) -> Series {
        let points = points.iter().map(|(x, y)| (*x, Quartiles::once(*y))).collect();
        Series { label: String::new(), is_reference: false, unit: Unit::Seconds, points }
    }

    #[test]
    fn the_slope_of_a_line_is_found() {
        let line = series(&[(1.0, 7.0), (10.0, 25.0), (1000.0, 2005.0)]);
        assert!((line.slope().unwrap() - 2.0).abs() < 1e-9);
        assert!((line.growth().unwrap() - 2005.0 / 7.0).abs() < 1e-9);
        assert_eq!(series(&[(1.0, 1.0)]).slope(), None);
    }

    #[test]
    fn points_are_grouped_and_sorted() {
        let at = |parameter, seconds| Record {
            parameter: Some(parameter),
            ..record("torch", "Rust", "identity", "libtorch", seconds)
        };
        let all = of(&run(vec![at(8.0, 2e-6), at(4.0, 1e-6)]), "call", Some("torch"));
        assert_eq!(all.len(), 2);
        assert_eq!((&*all[0].label, all[0].is_reference), ("identity: Rust", false));
        assert_eq!((&*all[1].label, all[1].is_reference), ("identity: libtorch", true));
        assert_eq!(all[0].points.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [4.0, 8.0]);
    }
}
