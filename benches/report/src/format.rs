//! Numbers as people read them.

use crate::{Quartiles, Unit};

/// A value with its unit: `1.65 µs`, for instance.
pub(crate) fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => scaled(value, &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]),
        Unit::Bytes => bytes(value),
        Unit::CallsPerSecond => scaled(value, &[(1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")]),
        Unit::Instructions => grouped(value),
    }
}

/// A number of bytes: `64 MiB`, for instance.
pub(crate) fn bytes(value: f64) -> String {
    const KIB: f64 = 1024.0;
    scaled(value, &[(KIB * KIB * KIB, "GiB"), (KIB * KIB, "MiB"), (KIB, "KiB"), (1.0, "B")])
}

/// A ratio: `0.95 ×`, with a third digit where two would say little.
pub(crate) fn ratio(value: f64) -> String {
    let digits = if value < 0.1 { 3 } else { 2 };
    format!("{value:.digits$} ×")
}

/// A ratio with its spread: `0.95 × (0.91–0.99)`.
pub(crate) fn ratio_and_spread(quartiles: &Quartiles) -> String {
    let digits = if quartiles.median < 0.1 { 3 } else { 2 };
    let Quartiles { lower, median, upper } = quartiles;
    match lower == upper {
        true => ratio(*median),
        false => format!("{median:.digits$} × ({lower:.digits$}–{upper:.digits$})"),
    }
}

/// How many times as much, with three digits at least: `3314 ×`, `1.02 ×`.
pub(crate) fn factor(value: f64) -> String {
    format!("{} ×", significant(value))
}

/// A change in percent: `+12 %`.
pub(crate) fn percent(factor: f64) -> String {
    format!("{:+.0} %", (factor - 1.0) * 100.0)
}

/// Three significant digits of the largest unit that leaves at least 1.
fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let fits = |(size, _): &&(f64, &str)| value.abs() >= *size;
    let (size, unit) = units.iter().find(fits).or(units.last()).expect("there is a unit");
    format!("{} {unit}", significant(value / size))
}

fn significant(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 99.95 => 0,
        middle if middle >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Thousands apart: `21,400`.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_three_digits_and_a_unit() {
        let seconds = |seconds| value(seconds, Unit::Seconds);
        assert_eq!(
            [94.2e-9, 1.654e-6, 0.01, 12.3, 0.0].map(seconds),
            ["94.2 ns", "1.65 µs", "10 ms", "12.3 s", "0 ns"]
        );
        assert_eq!(value(262_144.0, Unit::Bytes), "256 KiB");
        assert_eq!(value(1_234_567.0, Unit::CallsPerSecond), "1.23 M/s");
        assert_eq!(value(21_400.0, Unit::Instructions), "21,400");
        assert_eq!(value(400.0, Unit::Instructions), "400");
    }

    #[test]
    fn small_ratios_have_another_digit() {
        assert_eq!(ratio(1.304), "1.30 ×");
        assert_eq!(ratio(0.0214), "0.021 ×");
        assert_eq!([1.024, 3314.2].map(factor), ["1.02 ×", "3314 ×"]);
        let spread = Quartiles { lower: 0.9, median: 0.95, upper: 1.0 };
        assert_eq!(ratio_and_spread(&spread), "0.95 × (0.90–1.00)");
        assert_eq!(ratio_and_spread(&Quartiles::once(1.0)), "1.00 ×");
    }
}
