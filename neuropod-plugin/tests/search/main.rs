//! Plugins in real folders, with real shared libraries, as an installer leaves them.

mod choice;
mod descriptions;
#[cfg(target_os = "linux")]
mod fake_framework;
#[cfg(target_os = "linux")]
mod frameworks;
mod places;
mod standard;
mod support;
