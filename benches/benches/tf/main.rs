//! TensorFlow packages beside TensorFlow's C API alone.
//!
//! Needs TensorFlow: `cargo xtask exec -- cargo bench -p neuropod-benches --features tf --bench tf`.
//! A part of a name after `--` measures what has it in its name: `-- tf/call/small`.

mod call;
mod growth;
mod load;
mod memory;
mod pause;
mod reference;
mod threads;

use neuropod::{Device, LoadOptions, Neuropod};
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{Subject, criterion, is_quick};

fn main() {
    if memory::is_task() {
        return;
    }
    let mut criterion = criterion();
    let models = Models::of(Framework::Tf);
    call::run(&mut criterion, &models);
    growth::run(&mut criterion, &models);
    pause::run(&mut criterion, &models);
    threads::run(&models);
    if !is_quick() {
        load::run(&mut criterion, &models);
        memory::run();
    }
    criterion.final_summary();
}

fn subject(group: &'static str, case: &str) -> Subject {
    Subject::new(group, case).of("tf")
}

/// With the backend that is linked in.
fn linked() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).backend(neuropod_backend_tf::backend())
}
