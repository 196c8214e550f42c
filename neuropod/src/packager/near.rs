//! Names that somebody may have meant.

/// The most similar of the names, if one is similar enough to be a slip of the pen: other case, or no
/// more than a third of the characters wrong.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let (near, distance) = known
        .map(|known| (known, distance(&wanted, &known.to_lowercase())))
        .min_by_key(|(_, distance)| *distance)?;
    (distance * 3 <= wanted.chars().count()).then_some(near)
}

/// How many characters must be inserted, removed or replaced to make one text the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect(); // the distances of what `a` begins with
    for (i, c) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, d) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_names_are_not() {
        let known = || ["x", "length", "output"].into_iter();
        for (slip, meant) in [("ouput", "output"), ("outputs", "output"), ("X", "x"), ("lenght", "length")] {
            assert_eq!(nearest(slip, known()), Some(meant), "{slip}");
        }
        for other in ["y", "", "input_ids", "wealth"] {
            assert_eq!(nearest(other, known()), None, "{other}");
        }
        assert_eq!(nearest("x", [].into_iter()), None);
    }
}
