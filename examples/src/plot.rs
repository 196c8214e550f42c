//! A plot for the terminal.

use std::fmt::Write;

/// Eighths of a block, from none to all.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

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
    let axis = "─".repeat(means.len());
    let end = format!("{seconds:.1} s");
    let _ = writeln!(plot, "    └{axis}\n     0{end:>width$}", width = means.len().saturating_sub(1));
    plot
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
    fn many_values_share_a_column() {
        assert_eq!(means(&[0.0, 1.0, 1.0, 1.0], 2), [0.5, 1.0]);
        assert_eq!(means(&[], 2), [0.0f32; 0]);
    }
}
