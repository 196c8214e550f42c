//! Sound in WAV files.

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

/// Writes samples in -1 … 1 as a WAV file with one channel of 16 bits.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write(path: &Path, samples: &[f32], sample_rate: usize) -> anyhow::Result<()> {
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: sample_rate.try_into()?,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let written = hound::WavWriter::create(path, format).and_then(|mut writer| {
        samples.iter().try_for_each(|sample| writer.write_sample((sample * 32767.0) as i16))?;
        writer.finalize()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sound.wav");
        write(&path, &[0.0, 0.5, -1.0], 16_000).unwrap();
        let samples = read(&path).unwrap();
        assert_eq!(samples.len(), 3);
        assert!(samples.iter().zip([0.0, 0.5, -1.0]).all(|(read, written)| (read - written).abs() < 1e-4));
        write(&path, &[0.0], 22_050).unwrap();
        let told = read(&path).unwrap_err().to_string();
        assert!(told.contains("found 1 of 16 bits at 22050 Hz"), "{told}");
    }
}
