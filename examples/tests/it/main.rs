//! The examples' models in both frameworks and in Python, in one process. They need PyTorch, TensorFlow
//! and the data, which `cargo xtask test` provides.

mod addition;
mod basic_pitch;
mod silero_vad;
mod speaker_encoder;
mod support;
