//! Sound from WAV files.

use std::path::Path;

use anyhow::{Context, ensure};

/// The samples of a 16-bit WAV file with one channel at 16 kHz, each in -1 … 1.
///
/// # Errors
///
/// If the file cannot be read or has another format.
pub fn read(path: &Path) -> anyhow::Result<Vec<f32>> {
    let mut reader =
        hound::WavReader::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let format = reader.spec();
    ensure!(
        format.channels == 1 && format.sample_rate == 16_000 && format.bits_per_sample == 16,
        "{} should have one channel of 16 bits at 16000 Hz, found {} of {} bits at {} Hz",
        path.display(),
        format.channels,
        format.bits_per_sample,
        format.sample_rate
    );
    let samples: Result<Vec<f32>, _> =
        reader.samples::<i16>().map(|sample| sample.map(|value| f32::from(value) / 32768.0)).collect();
    samples.with_context(|| format!("{} is damaged", path.display()))
}
