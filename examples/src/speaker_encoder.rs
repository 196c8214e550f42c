//! A speaker encoder: whose voice a stretch of sound holds. Its package holds Python code and weights.
//!
//! The weights are Resemblyzer's, trained as in Wan et al., "Generalized End-to-End Loss for Speaker
//! Verification", ICASSP 2018.

use std::path::Path;

use neuropod::{DType, Dim, Neuropod, Packager, PythonModel, Result, Tensor, TensorSpec};

use crate::mel::{CHANNELS, Frame};

/// Frames in one window: 1.6 s.
pub const WINDOW: usize = 160;

/// Frames from the start of one window to the start of the next.
pub const STEP: usize = WINDOW / 2;

/// Numbers in an embedding.
pub const SIZE: usize = 256;

/// A voice as a point at distance 1 from the origin. The numbers are not negative, and the voices of one
/// speaker are near each other.
pub type Embedding = [f32; SIZE];

/// Packages the Python file `code`, whose function `get_model` returns a PyTorch module, with the file of
/// its weights.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack(code: &Path, weights: &Path, package: &Path) -> Result<()> {
    let model = PythonModel::new("speaker_encoder", "get_model").module(code).data("pretrained.pt", weights);
    Packager::python("speaker-encoder", model)
        .input(TensorSpec::new("mels", DType::Float32, [Dim::from("batch"), Dim::Any, CHANNELS.into()]))
        .output(TensorSpec::new("embedding", DType::Float32, [Dim::from("batch"), SIZE.into()]))
        .test_input("mels", Tensor::zeros(DType::Float32, [1, WINDOW, CHANNELS])?)
        .write(package)
}

/// The embedding of each whole window of [`WINDOW`] frames, in order. The windows run as one batch; fewer
/// frames than a window have no embedding.
///
/// # Errors
///
/// As for [`Neuropod::infer`].
pub fn embeddings(model: &Neuropod, frames: &[Frame]) -> Result<Vec<Embedding>> {
    if frames.len() < WINDOW {
        return Ok(Vec::new());
    }
    let output = model.infer([("mels", &windows(frames)?)])?.take("embedding")?;
    let (embeddings, _) = output.as_slice()?.as_chunks();
    Ok(embeddings.to_vec())
}

/// The whole windows, which overlap by half: float32 of \[windows, [`WINDOW`], [`CHANNELS`]\].
///
/// # Errors
///
/// As for [`Tensor::from_vec`].
pub fn windows(frames: &[Frame]) -> Result<Tensor> {
    let windows: Vec<&[Frame]> = frames.windows(WINDOW).step_by(STEP).collect();
    Tensor::from_vec([windows.len(), WINDOW, CHANNELS], windows.concat().into_flattened())
}

/// One embedding for a voice that was embedded several times: their mean, brought back to distance 1.
pub fn mean(embeddings: &[Embedding]) -> Embedding {
    let mut mean = [0.0; SIZE];
    for embedding in embeddings {
        mean.iter_mut().zip(embedding).for_each(|(sum, value)| *sum += value);
    }
    let length = similarity(&mean, &mean).sqrt();
    // Of no embeddings there is no mean, and zero is similar to none.
    if length == 0.0 { mean } else { mean.map(|value| value / length) }
}

/// How similar two voices are, from 0 to 1: the cosine of the angle between their embeddings.
pub fn similarity(one: &Embedding, other: &Embedding) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The embedding that is 1 at an index and 0 elsewhere.
    fn axis(index: usize) -> Embedding {
        std::array::from_fn(|other| f32::from(u8::from(other == index)))
    }

    #[test]
    fn windows_are_whole_and_overlap_by_half() {
        let frames: Vec<Frame> = (0..400).map(|index| [index as f32; CHANNELS]).collect();
        let windows = windows(&frames).unwrap();
        assert_eq!(windows.dims(), [4, WINDOW, CHANNELS]);
        let starts = windows.as_slice::<f32>().unwrap().iter().step_by(WINDOW * CHANNELS);
        assert_eq!(starts.copied().collect::<Vec<_>>(), [0.0, 80.0, 160.0, 240.0]);
    }

    #[test]
    fn a_mean_lies_between_and_at_distance_1() {
        let mean = mean(&[axis(0), axis(1)]);
        let half = 0.5f32.sqrt();
        assert!((similarity(&mean, &axis(0)) - half).abs() < 1e-6);
        assert!((similarity(&mean, &axis(1)) - half).abs() < 1e-6);
        assert!((similarity(&mean, &mean) - 1.0).abs() < 1e-6);
        assert_eq!(similarity(&mean, &axis(2)), 0.0);
        assert_eq!(super::mean(&[]), [0.0; SIZE]);
    }
}
