//! Silero VAD: how probable it is that a stretch of sound holds speech.

use std::path::Path;

use neuropod::{DType, Dim, Inputs, Neuropod, Packager, Result, Tensor, TensorSpec, TensorView};

/// Samples in one chunk at [`SAMPLE_RATE`].
pub const CHUNK: usize = 512;

/// Samples a second.
pub const SAMPLE_RATE: i64 = 16_000;

/// Packages Silero's TorchScript file, whose `forward(x: Tensor, sr: int)` returns a tensor.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack(model: &Path, package: &Path) -> Result<()> {
    Packager::torchscript("silero-vad", model)
        .input(TensorSpec::new("x", DType::Float32, [Dim::from("batch"), CHUNK.into()]))
        .input(TensorSpec::scalar("sr", DType::Int64))
        .output(TensorSpec::new("probability", DType::Float32, [Dim::from("batch"), 1.into()]))
        .test_input("x", Tensor::zeros(DType::Float32, [1, CHUNK])?)
        .test_input("sr", Tensor::scalar(SAMPLE_RATE))
        .write(package)
}

/// The probability of speech in each whole chunk of a recording, in order. The model keeps state
/// from chunk to chunk, so it must be freshly loaded.
///
/// # Errors
///
/// As for [`Neuropod::infer`].
pub fn probabilities(model: &Neuropod, samples: &[f32]) -> Result<Vec<f32>> {
    let sample_rate = Tensor::scalar(SAMPLE_RATE);
    let probability_of = |chunk: &[f32]| {
        let mut inputs = Inputs::new();
        inputs.push("x", TensorView::from_slice(&[1, CHUNK], chunk)?)?;
        inputs.push("sr", &sample_rate)?;
        model.infer(inputs)?.take("probability")?.as_scalar()
    };
    samples.chunks_exact(CHUNK).map(probability_of).collect()
}
