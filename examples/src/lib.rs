//! What the examples share: packaging and running models, and what they read, make and show.
#![forbid(unsafe_code)]

pub mod addition;
#[cfg(feature = "tf")]
pub mod basic_pitch;
pub mod mel;
pub mod melody;
pub mod notes;
pub mod plot;
pub mod recording;
pub mod silero_vad;
#[cfg(feature = "python")]
pub mod speaker_encoder;
