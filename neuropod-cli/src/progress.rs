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

/// Runs `task` with a bar that is full when all of the bytes were told.
pub(crate) fn with_bar<T>(message: impl Into<String>, bytes: u64, task: impl FnOnce(&dyn Fn(u64)) -> T) -> T {
    let bar = ProgressBar::new(bytes).with_finish(ProgressFinish::AndClear);
    let template = "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(message.into());
    let result = task(&|told| bar.inc(told));
    bar.finish_and_clear();
    result
}
