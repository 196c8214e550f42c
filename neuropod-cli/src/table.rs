//! Text in columns, and counts.

use indicatif::HumanCount;

/// The rows with their cells aligned to the left, two blanks apart, and each line indented.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]], indent: usize) -> String {
    aligned(rows, indent, |cell, width| format!("{cell:<width$}"))
}

/// The rows with their cells aligned to the right, as for numbers.
pub(crate) fn numbers<const N: usize>(rows: &[[String; N]], indent: usize) -> String {
    aligned(rows, indent, |cell, width| format!("{cell:>width$}"))
}

fn aligned<const N: usize>(
    rows: &[[String; N]],
    indent: usize,
    align: impl Fn(&str, usize) -> String,
) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| align(cell, width)).collect();
        format!("{:indent$}{}\n", "", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// `1 file`, `1,024 files`.
pub(crate) fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{} files", HumanCount(count as u64)) }
}
