//! Mel frames: how strong sound is at each pitch, every 10 ms.
//!
//! They are those of `librosa.feature.melspectrogram(y=samples, sr=16000, n_fft=400, hop_length=160,
//! n_mels=40)`, with one row for each frame. librosa 0.9 and later take sound before the first sample and
//! after the last for silence; earlier versions mirrored the recording there.

use std::array;
use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Samples a second.
pub const SAMPLE_RATE: usize = 16_000;

/// Channels of a frame.
pub const CHANNELS: usize = 40;

/// Samples from the middle of one frame to the middle of the next: 10 ms.
pub const HOP: usize = 160;

/// Samples that a frame is made from: 25 ms.
const WINDOW: usize = 400;

/// Frequencies that such a window tells apart, 40 Hz from each other.
const BINS: usize = WINDOW / 2 + 1;

/// One frame: the power in each channel, from the lowest pitch to the highest.
pub type Frame = [f32; CHANNELS];

/// The frames of mono samples in -1 … 1 at [`SAMPLE_RATE`]: one around the first sample, and one every
/// [`HOP`] from there. Power is the square of an amplitude, and no logarithm is taken.
pub fn frames(samples: &[f32]) -> Vec<Frame> {
    let fft = FftPlanner::new().plan_fft_forward(WINDOW);
    let (weights, filters) = (hann(), filters());
    let frame = |middle: usize| {
        let mut spectrum = window(samples, middle, &weights);
        fft.process(&mut spectrum);
        let power: [f64; BINS] = array::from_fn(|bin| spectrum[bin].norm_sqr());
        filters.each_ref().map(|filter| through(filter, &power))
    };
    (0..=samples.len() / HOP).map(|index| frame(index * HOP)).collect()
}

/// The samples around one, weighted; silence where there are none.
fn window(samples: &[f32], middle: usize, weights: &[f64; WINDOW]) -> [Complex<f64>; WINDOW] {
    array::from_fn(|index| {
        let sample = (middle + index).checked_sub(WINDOW / 2).and_then(|position| samples.get(position));
        Complex::from(weights[index] * f64::from(sample.copied().unwrap_or(0.0)))
    })
}

/// The power that a filter lets through.
fn through(filter: &[f64; BINS], power: &[f64; BINS]) -> f32 {
    filter.iter().zip(power).map(|(weight, power)| weight * power).sum::<f64>() as f32
}

/// A Hann window that would go on with its first weight, as suits a Fourier transform.
fn hann() -> [f64; WINDOW] {
    array::from_fn(|index| 0.5 - 0.5 * (TAU * index as f64 / WINDOW as f64).cos())
}

/// Triangles of one area, each from the middle of its lower neighbour to that of its higher one. The
/// middles are equally far apart in mel.
fn filters() -> [[f64; BINS]; CHANNELS] {
    let step = mel(SAMPLE_RATE as f64 / 2.0) / (CHANNELS + 1) as f64;
    array::from_fn(|channel| {
        let [low, middle, high] = array::from_fn(|corner| hertz(step * (channel + corner) as f64));
        array::from_fn(|bin| {
            let frequency = (bin * SAMPLE_RATE) as f64 / WINDOW as f64;
            let height = ((frequency - low) / (middle - low)).min((high - frequency) / (high - middle));
            height.max(0.0) * 2.0 / (high - low)
        })
    })
}

// The mel scale of Slaney's Auditory Toolbox (1998): linear up to 1000 Hz and logarithmic above.

/// Hertz in a mel of the linear part.
const LINEAR: f64 = 200.0 / 3.0;

/// Where the logarithmic part starts, in hertz.
const CORNER: f64 = 1000.0;

/// Mels of the logarithmic part in which the frequency grows by a factor of [`GROWTH`].
const STEPS: f64 = 27.0;

const GROWTH: f64 = 6.4;

fn mel(hertz: f64) -> f64 {
    if hertz < CORNER { hertz / LINEAR } else { CORNER / LINEAR + STEPS * (hertz / CORNER).log(GROWTH) }
}

fn hertz(mel: f64) -> f64 {
    let above = mel - CORNER / LINEAR;
    if above < 0.0 { mel * LINEAR } else { CORNER * GROWTH.powf(above / STEPS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a tone whose frequency rises from 100 Hz to 6100 Hz.
    fn rising() -> Vec<f32> {
        let seconds = (0..SAMPLE_RATE).map(|index| index as f64 / SAMPLE_RATE as f64);
        seconds.map(|t| (0.5 * (TAU * (100.0 * t + 3000.0 * t * t)).sin()) as f32).collect()
    }

    #[test]
    fn frames_are_those_of_librosa() {
        // Frames, their loudest channels and the powers there, as librosa 0.11 has them.
        let expected = [
            (0, 0, [10.5006, 10.1877, 1.74534, 0.0834152]),
            (50, 26, [0.00132861, 8.35433, 7.59501, 0.000841329]),
            (100, 35, [0.0302245, 2.50183, 1.46099, 0.030196]),
        ];
        let frames = frames(&rising());
        assert_eq!(frames.len(), 101);
        for (frame, channel, powers) in expected {
            for (power, expected) in frames[frame][channel..].iter().zip(powers) {
                let difference: f32 = (power - expected).abs() / expected;
                assert!(difference < 1e-4, "frame {frame} has {power} for {expected}");
            }
        }
    }

    #[test]
    fn a_tone_is_in_the_channels_of_its_pitch() {
        // 1000 Hz lies between the middles of channels 12 and 13, at 956 Hz and 1031 Hz, nearer to the latter.
        let phase = |index: usize| TAU * 1000.0 * index as f64 / SAMPLE_RATE as f64;
        let tone: Vec<f32> = (0..SAMPLE_RATE).map(|index| phase(index).sin() as f32).collect();
        let power = frames(&tone)[50];
        let total: f32 = power.iter().sum();
        assert!(power[12] + power[13] > 0.9 * total && power[13] > power[12], "{power:?}");
    }

    #[test]
    fn there_is_a_frame_every_hop_and_silence_has_no_power() {
        let counts = [0, 159, 160, 16_000].map(|samples| frames(&vec![0.0; samples]).len());
        assert_eq!(counts, [1, 1, 2, 101]);
        assert_eq!(frames(&[0.0; 1000])[3], [0.0; CHANNELS]);
    }

    #[test]
    fn mels_and_hertz_are_each_others_inverse() {
        for frequency in [0.0, 500.0, 999.9, 1000.0, 6400.0, 8000.0] {
            assert!((hertz(mel(frequency)) - frequency).abs() < 1e-9, "{frequency}");
        }
        assert!((mel(1000.0) - 15.0).abs() < 1e-9 && (mel(6400.0) - 42.0).abs() < 1e-9);
    }
}
