//! Plots for the terminal.

use std::fmt::Write;

/// Eighths of a block, from none to all.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Shades, from none to all.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// Values in 0 … 1 as columns: `width` of them, each the mean of its share of the values, `height`
/// lines high, with the axes labelled; the horizontal one in seconds up to `seconds`.
pub fn columns(values: &[f32], width: usize, height: usize, seconds: f32) -> String {
    let means = means(values, width.max(1));
    let mut plot = String::new();
    for line in (0..height).rev() {
        let label = if line + 1 == height {
            "1.0"
        } else if line == 0 {
            "0.0"
        } else {
            "   "
        };
        let row: String = means.iter().map(|&mean| block(mean, line, height)).collect();
        let _ = writeln!(plot, "{label} │{row}");
    }
    plot + &axis(means.len(), seconds)
}

/// Values in 0 … 1 as shades: a line for each row, after its label of up to three characters, with
/// `width` cells, each the mean of its share of the row's values. The axis is in seconds up to `seconds`.
pub fn shades(rows: &[(String, Vec<f32>)], width: usize, seconds: f32) -> String {
    let mut plot = String::new();
    let mut cells = 0;
    for (label, values) in rows {
        let means = means(values, width.max(1));
        cells = cells.max(means.len());
        let _ = writeln!(plot, "{label:>3} │{}", means.into_iter().map(shade).collect::<String>());
    }
    plot + &axis(cells, seconds)
}

fn axis(width: usize, seconds: f32) -> String {
    let end = format!("{seconds:.1} s");
    format!("    └{}\n     0{end:>width$}\n", "─".repeat(width), width = width.saturating_sub(1))
}

fn means(values: &[f32], width: usize) -> Vec<f32> {
    let share = values.len().div_ceil(width).max(1);
    values.chunks(share).map(|chunk| chunk.iter().sum::<f32>() / chunk.len() as f32).collect()
}

/// The part of a column that falls on one line.
fn block(value: f32, line: usize, height: usize) -> char {
    let eighths = value.clamp(0.0, 1.0) * (height * 8) as f32 - (line * 8) as f32;
    BLOCKS[eighths.round().clamp(0.0, 8.0) as usize]
}

fn shade(value: f32) -> char {
    SHADES[(value.clamp(0.0, 1.0) * (SHADES.len() - 1) as f32).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_their_values() {
        let plot = columns(&[0.0, 0.5, 1.0], 3, 2, 3.0);
        let lines: Vec<_> = plot.lines().collect();
        assert_eq!(lines[0], "1.0 │  █");
        assert_eq!(lines[1], "0.0 │ ██");
        assert!(lines[3].ends_with("3.0 s"), "{plot}");
    }

    #[test]
    fn shades_are_as_dark_as_their_values() {
        let rows = [("G#4".to_owned(), vec![0.0, 0.5, 1.0]), ("G4".to_owned(), vec![1.0, 0.0, 0.0])];
        let plot = shades(&rows, 3, 3.0);
        let lines: Vec<_> = plot.lines().collect();
        assert_eq!(lines[..3], ["G#4 │ ▒█", " G4 │█  ", "    └───"]);
    }

    #[test]
    fn many_values_share_a_column() {
        assert_eq!(means(&[0.0, 1.0, 1.0, 1.0], 2), [0.5, 1.0]);
        assert_eq!(means(&[], 2), [0.0f32; 0]);
    }
}
