//! What the examples share: packaging and running two models.
#![forbid(unsafe_code)]

pub mod addition;
pub mod plot;
pub mod recording;
pub mod silero_vad;
