//! Plots, as SVG.

use anyhow::{Result, anyhow};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::format;
use crate::series::Series;

const SIZE: (u32, u32) = (720, 360);
const FONT: (&str, u32) = ("sans-serif", 15);
const REFERENCE: RGBColor = RGBColor(130, 130, 130);

/// Colours that people with any colour vision tell apart: Okabe and Ito, "Color Universal Design", 2008.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(60, 60, 60),
];

/// What the numbers along the axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Bytes,
    /// A count of these.
    Count(&'static str),
}

impl Axis {
    /// A number on it.
    pub(crate) fn label(self, number: f64) -> String {
        match self {
            Axis::Bytes => format::bytes(number),
            Axis::Count(_) => number.to_string(),
        }
    }
}

/// Lines through the medians, with the quartiles as bars; both axes are logarithmic.
///
/// # Errors
///
/// If there is nothing to draw.
pub(crate) fn growth(series: &[Series], axis: Axis) -> Result<String> {
    let mut svg = String::new();
    draw(&mut svg, series, axis).map_err(|error| anyhow!("a plot cannot be drawn: {error}"))?;
    Ok(svg)
}

fn draw(svg: &mut String, series: &[Series], axis: Axis) -> Result<()> {
    let unit = series.first().ok_or_else(|| anyhow!("it has no series"))?.unit;
    let points = || series.iter().flat_map(|series| &series.points);
    let (left, right) = bounds(points().map(|(x, _)| *x));
    let (low, high) = decades(bounds(points().flat_map(|(_, y)| [y.lower, y.upper])));

    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(72)
        .build_cartesian_2d(Steps::of(points().map(|(x, _)| *x), left, right), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .label_style(FONT)
        .x_label_formatter(&|x| axis.label(*x))
        .y_label_formatter(&|y| format::value(*y, unit))
        .x_desc(match axis {
            Axis::Bytes => "bytes",
            Axis::Count(what) => what,
        })
        .draw()?;
    let mut colours = COLOURS.iter().cycle();
    for one in series {
        let mut next = || colours.next().copied().unwrap_or(BLACK);
        let colour = if one.is_reference { REFERENCE } else { next() };
        let style = colour.stroke_width(2);
        let medians = one.points.iter().map(|(x, y)| (*x, y.median));
        let line = match one.is_reference {
            true => chart.draw_series(DashedLineSeries::new(medians.clone(), 6, 4, style))?,
            false => chart.draw_series(LineSeries::new(medians.clone(), style))?,
        };
        line.label(&one.label).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        let spread = one.points.iter();
        chart.draw_series(
            spread.map(|(x, y)| ErrorBar::new_vertical(*x, y.lower, y.median, y.upper, colour.filled(), 6)),
        )?;
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .label_font(FONT)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    root.present()?;
    Ok(())
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
}

/// The powers of ten around.
fn decades((low, high): (f64, f64)) -> (f64, f64) {
    (10_f64.powf(low.log10().floor()), 10_f64.powf((high * 1.2).log10().ceil()))
}

/// A logarithmic axis whose labels are the numbers that were measured.
struct Steps {
    marks: Vec<f64>,
    /// Logarithms.
    range: (f64, f64),
}

impl Steps {
    fn of(values: impl Iterator<Item = f64>, left: f64, right: f64) -> Self {
        let mut marks: Vec<f64> = values.collect();
        marks.sort_by(f64::total_cmp);
        marks.dedup();
        let (left, right) = (position(left), position(right));
        let margin = ((right - left) * 0.04).max(0.1);
        Steps { marks, range: (left - margin, right + margin) }
    }
}

/// Where a number stands: its logarithm, but that zero has a place too.
fn position(value: f64) -> f64 {
    value.max(0.5).ln()
}

impl Ranged for Steps {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        let (left, right) = self.range;
        let part = (position(*value) - left) / (right - left);
        start + (part * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.range.0.exp()..self.range.1.exp()
    }
}

impl ValueFormatter<f64> for Steps {
    fn format(value: &f64) -> String {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Quartiles, Unit};

    #[test]
    fn a_plot_has_its_lines_and_labels() {
        let points: Vec<_> = [4.0, 1024.0, 1048576.0].map(|size| (size, Quartiles::once(1e-6))).into();
        let series = |label: &str, is_reference| Series {
            label: label.into(),
            is_reference,
            unit: Unit::Seconds,
            points: points.clone(),
        };
        let svg = growth(&[series("ours", false), series("theirs", true)], Axis::Bytes).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for text in ["ours", "theirs", "1 MiB", "1 KiB", "4 B"] {
            assert!(svg.contains(text), "{text} is missing");
        }
        assert!(growth(&[], Axis::Bytes).is_err());
    }
}
