//! Signs of life while something takes long, if the standard error is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Runs `task` with a spinner and the time since it began.
pub(crate) fn with_spinner<T>(message: impl Into<String>, task: impl FnOnce() -> T) -> T {
    let spinner = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed_precise}") {
        spinner.set_style(style);
    }
    spinner.set_message(message.into());
    spinner.enable_steady_tick(Duration::from_millis(100));
    let result = task();
    spinner.finish_and_clear();
    result
}
