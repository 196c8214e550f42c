//! Notes of music: what was played, and what was found.

use std::fmt;

/// How far apart two starts of the same note may be, in seconds: the usual figure in the field.
const TOLERANCE: f32 = 0.05;

const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// A note with its time. It is displayed as `C4 0.50-1.00 s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// The number that MIDI gives its pitch: 60 is C4, the middle C, and each semitone is one more.
    pub pitch: usize,
    /// When it starts, in seconds.
    pub start: f32,
    /// When it ends, in seconds.
    pub end: f32,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.2}-{:.2} s", name(self.pitch), self.start, self.end)
    }
}

/// A pitch's name, such as `C4` for 60.
pub fn name(pitch: usize) -> String {
    // MIDI's octaves start one below C0, at 0.
    format!("{}{}", NAMES[pitch % 12], (pitch / 12) as isize - 1)
}

/// How many of the notes played are among those found: the pitch is the same, and they start within
/// 50 ms of each other. Each found note stands for one played note.
pub fn count_found(played: &[Note], found: &[Note]) -> usize {
    let mut left = found.to_vec();
    let take = |note: &Note| {
        let matching =
            |other: &Note| other.pitch == note.pitch && (other.start - note.start).abs() <= TOLERANCE;
        left.iter().position(matching).map(|position| left.swap_remove(position))
    };
    played.iter().filter_map(take).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(pitch: usize, start: f32) -> Note {
        Note { pitch, start, end: start + 0.5 }
    }

    #[test]
    fn pitches_are_named_as_musicians_do() {
        assert_eq!(name(60), "C4");
        assert_eq!(name(21), "A0");
        assert_eq!(name(0), "C-1");
        assert_eq!(note(66, 1.25).to_string(), "F#4 1.25-1.75 s");
    }

    #[test]
    fn a_note_is_found_by_pitch_and_start_and_once() {
        let played = [note(60, 0.0), note(60, 0.04), note(62, 1.0)];
        assert_eq!(count_found(&played, &[note(60, 0.02), note(60, 0.05), note(62, 0.97)]), 3);
        assert_eq!(count_found(&played, &[note(60, 0.02), note(62, 1.1), note(61, 0.0)]), 1);
        assert_eq!(count_found(&played, &[]), 0);
    }
}
