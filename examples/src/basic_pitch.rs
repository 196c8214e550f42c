//! basic-pitch: which notes a recording of music holds, several at a time.
//!
//! The model is Spotify's: Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note
//! Transcription and Multipitch Estimation", ICASSP 2022.

use std::path::Path;

use neuropod::{DType, Neuropod, Packager, Result, SavedModel, Tensor};

use crate::notes::Note;

/// Samples a second.
pub const SAMPLE_RATE: usize = 22_050;

/// Samples in one window.
pub const WINDOW: usize = 43_844;

/// The keys of a piano, which are what the model tells apart.
pub const KEYS: usize = 88;

/// The MIDI number of the lowest key, A0.
pub const LOWEST_PITCH: usize = 21;

/// Samples from one frame of the model's outputs to the next.
const FRAME: usize = 256;

/// Frames at either end of a window that are left to its neighbours, where the sound has a context.
const MARGIN: usize = 15;

/// Frames of a window that are kept, of 172.
const KEPT: usize = 172 - 2 * MARGIN;

/// Samples from the start of a window to the start of the next.
const HOP: usize = WINDOW - 2 * MARGIN * FRAME;

/// A note starts where the posterior of its onset has a peak at least this high. This and the two
/// below are basic-pitch's own defaults.
const ONSET: f32 = 0.5;

/// It goes on while the posterior of the note is at least this high.
const SOUNDING: f32 = 0.3;

/// It lasts at least so many frames: 128 ms.
const SHORTEST: usize = 11;

/// Packages basic-pitch's SavedModel, a folder. Its inputs and outputs are those of its signature.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack(saved_model: &Path, package: &Path) -> Result<()> {
    Packager::saved_model("basic-pitch", SavedModel::folder(saved_model))
        .test_input("input_2", Tensor::zeros(DType::Float32, [1, WINDOW, 1])?)
        .write(package)
}

/// How probable it is that notes sound and start: a row of [`KEYS`] for each frame of some 12 ms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posteriors {
    /// That a note sounds.
    pub note: Vec<[f32; KEYS]>,
    /// That a note starts.
    pub onset: Vec<[f32; KEYS]>,
}

impl Posteriors {
    /// Runs the model over mono samples in -1 … 1 at [`SAMPLE_RATE`], window by window.
    ///
    /// # Errors
    ///
    /// As for [`Neuropod::infer_with_outputs`].
    pub fn of(model: &Neuropod, samples: &[f32]) -> Result<Self> {
        let mut posteriors = Posteriors::default();
        for window in windows(model, samples) {
            let outputs = model.infer_with_outputs([("input_2", &window?)], &["note", "onset"])?;
            posteriors.note.extend(kept(&outputs["note"])?);
            posteriors.onset.extend(kept(&outputs["onset"])?);
        }
        // The last window may go on in silence.
        let frames = (0..posteriors.note.len()).take_while(|&frame| sample(frame) < samples.len()).count();
        posteriors.note.truncate(frames);
        posteriors.onset.truncate(frames);
        Ok(posteriors)
    }

    /// The notes, in the order in which they start.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<_> = (0..KEYS).flat_map(|key| self.notes_of(key)).collect();
        notes.sort_by(|one, other| one.start.total_cmp(&other.start));
        notes
    }

    fn notes_of(&self, key: usize) -> impl Iterator<Item = Note> {
        let starts: Vec<_> = (0..self.onset.len()).filter(|&frame| self.starts(key, frame)).collect();
        (0..starts.len()).filter_map(move |index| {
            let start = starts[index];
            // Struck again, a note is another one.
            let limit = starts.get(index + 1).copied().unwrap_or(self.note.len());
            let sounds = |&frame: &usize| self.note.get(frame).is_some_and(|keys| keys[key] >= SOUNDING);
            let end = start + 1 + (start + 1..limit).take_while(sounds).count();
            let note = Note { pitch: LOWEST_PITCH + key, start: seconds(start), end: seconds(end) };
            (end - start >= SHORTEST).then_some(note)
        })
    }

    /// Whether the onset's posterior has a peak that is high enough.
    fn starts(&self, key: usize, frame: usize) -> bool {
        let onset = |frame: usize| self.onset.get(frame).map_or(0.0, |keys| keys[key]);
        let here = onset(frame);
        let before = frame.checked_sub(1).map_or(0.0, onset);
        here >= ONSET && here > before && here >= onset(frame + 1)
    }
}

/// Windows that overlap, filled in memory that the model takes without a copy.
pub fn windows<'a>(model: &'a Neuropod, samples: &'a [f32]) -> impl Iterator<Item = Result<Tensor>> + 'a {
    (0..samples.len()).step_by(HOP).map(move |start| {
        let mut window = model.allocate(DType::Float32, [1, WINDOW, 1])?;
        // The first window's margin lies before the recording, and stays silent.
        let silent = (MARGIN * FRAME).saturating_sub(start);
        let sound = &samples[start.saturating_sub(MARGIN * FRAME)..];
        let length = sound.len().min(WINDOW - silent);
        window.as_mut_slice::<f32>()?[silent..silent + length].copy_from_slice(&sound[..length]);
        Ok(window)
    })
}

/// A window's frames without its margins.
fn kept(output: &Tensor) -> Result<Vec<[f32; KEYS]>> {
    let (frames, _) = output.as_slice::<f32>()?.as_chunks();
    Ok(frames.iter().skip(MARGIN).take(KEPT).copied().collect())
}

fn seconds(frame: usize) -> f32 {
    sample(frame) as f32 / SAMPLE_RATE as f32
}

/// The sample at which a frame lies. The frames kept of a window span a little more than a hop, so
/// whole windows are counted by hops.
fn sample(frame: usize) -> usize {
    frame / KEPT * HOP + frame % KEPT * FRAME
}

#[cfg(test)]
mod tests {
    use super::*;

    const C4: usize = 60 - LOWEST_PITCH;

    /// Frames in which C4 starts at some and sounds in a range.
    fn posteriors(starts: &[usize], sounding: std::ops::Range<usize>) -> Posteriors {
        let mut posteriors = Posteriors { note: vec![[0.0; KEYS]; 100], onset: vec![[0.0; KEYS]; 100] };
        starts.iter().for_each(|&frame| posteriors.onset[frame][C4] = 0.9);
        posteriors.note[sounding].iter_mut().for_each(|frame| frame[C4] = 0.5);
        posteriors
    }

    #[test]
    fn a_note_lasts_until_it_fades() {
        let found = posteriors(&[10], 10..50).notes();
        assert_eq!(found, [Note { pitch: 60, start: seconds(10), end: seconds(50) }]);
    }

    #[test]
    fn a_note_ends_where_it_is_struck_again() {
        let found = posteriors(&[10, 30], 10..50).notes();
        let times: Vec<_> = found.iter().map(|note| (note.start, note.end)).collect();
        assert_eq!(times, [(seconds(10), seconds(30)), (seconds(30), seconds(50))]);
    }

    #[test]
    fn short_and_unstarted_notes_are_left_out() {
        assert_eq!(posteriors(&[10], 10..20).notes(), []);
        assert_eq!(posteriors(&[], 10..50).notes(), []);
        assert_eq!(posteriors(&[99], 90..100).notes(), []);
    }

    #[test]
    fn frames_of_later_windows_are_where_their_sound_is() {
        assert_eq!(sample(KEPT), HOP);
        assert_eq!(sample(KEPT + 1), HOP + FRAME);
    }
}
