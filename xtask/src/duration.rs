//! Durations as people read them.

use std::time::Duration;

/// `0.04 s`, `12.3 s`, `3 min 05 s`.
pub(crate) fn readable(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..1.0 => format!("{seconds:.2} s"),
        ..60.0 => format!("{seconds:.1} s"),
        _ => {
            let whole = seconds.round() as u64;
            format!("{} min {:02} s", whole / 60, whole % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_unit_by_size() {
        let shown = |millis| readable(Duration::from_millis(millis));
        assert_eq!(shown(42), "0.04 s");
        assert_eq!(shown(12_340), "12.3 s");
        assert_eq!(shown(184_600), "3 min 05 s");
    }
}
