//! A short piece of music, made here so that every note of it is known.

use std::f32::consts::TAU;

use crate::notes::Note;

/// Seconds of a quarter note.
const QUARTER: f32 = 0.5;

/// Pitches and lengths in quarter notes of the first line of Beethoven's Ode to Joy.
#[rustfmt::skip]
const ODE_TO_JOY: [(usize, f32); 15] = [
    (64, 1.0), (64, 1.0), (65, 1.0), (67, 1.0), (67, 1.0), (65, 1.0), (64, 1.0), (62, 1.0),
    (60, 1.0), (60, 1.0), (62, 1.0), (64, 1.0), (64, 1.5), (62, 0.5), (62, 2.0),
];

/// The chord at the end: C3, G3, C4, E4 and G4.
const CHORD: [usize; 5] = [48, 55, 60, 64, 67];

/// The first line of Beethoven's Ode to Joy and a chord of C major: 20 notes in ten seconds.
pub fn ode_to_joy() -> Vec<Note> {
    let mut start = QUARTER / 2.0;
    let mut notes = Vec::new();
    for (pitch, quarters) in ODE_TO_JOY {
        let end = start + quarters * QUARTER;
        notes.push(Note { pitch, start, end });
        start = end;
    }
    notes.extend(CHORD.map(|pitch| Note { pitch, start, end: start + 3.0 * QUARTER }));
    notes
}

/// Plays notes on a synthesiser: mono samples in -1 … 1, with half a second of silence at the end.
pub fn play(notes: &[Note], sample_rate: usize) -> Vec<f32> {
    let end = notes.iter().map(|note| note.end).fold(0.0, f32::max);
    let mut samples = vec![0.0; ((end + 0.5) * sample_rate as f32) as usize];
    for note in notes {
        let first = (note.start * sample_rate as f32) as usize;
        let length = ((note.end - note.start) * sample_rate as f32) as usize;
        for (index, sample) in samples[first..first + length].iter_mut().enumerate() {
            *sample += sound(note, index as f32 / sample_rate as f32);
        }
    }
    let loudest = samples.iter().fold(0.0f32, |loudest, sample| loudest.max(sample.abs()));
    if loudest > 0.0 {
        samples.iter_mut().for_each(|sample| *sample *= 0.8 / loudest);
    }
    samples
}

/// A plucked string: eight harmonics, of which the higher ones are softer and fade sooner.
fn sound(note: &Note, seconds: f32) -> f32 {
    let frequency = 440.0 * 2f32.powf((note.pitch as f32 - 69.0) / 12.0);
    let harmonic = |number: f32| {
        let fade = (-1.5 * number * seconds).exp() / (number * number);
        fade * (TAU * number * frequency * seconds).sin()
    };
    // A note that starts or ends at once would click.
    let attack = (seconds / 0.005).min(1.0);
    let release = ((note.end - note.start - seconds) / 0.03).min(1.0);
    attack * release * (1..=8).map(|number| harmonic(number as f32)).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_sounds_at_its_time_and_pitch() {
        let samples = play(&[Note { pitch: 69, start: 0.5, end: 1.5 }], 10_000);
        assert_eq!(samples.len(), 20_000);
        assert!(samples[..5000].iter().chain(&samples[15_000..]).all(|sample| *sample == 0.0));
        let sounding = &samples[5000..15_000];
        let rises = sounding.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
        assert!((439..=441).contains(&rises), "A4 has 440 Hz, and this has {rises}");
    }

    #[test]
    fn silence_stays_silent() {
        assert!(play(&[], 1000).iter().all(|sample| *sample == 0.0));
    }
}
