//! TorchScript packages beside libtorch alone.
//!
//! Needs PyTorch: `cargo xtask exec -- cargo bench -p neuropod-benches --features torch --bench torch`.
//! A part of a name after `--` measures what has it in its name: `-- torch/call/small`.

mod call;
mod growth;
mod load;
mod memory;
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
    let models = Models::of(Framework::Torch);
    call::run(&mut criterion, &models);
    growth::run(&mut criterion, &models);
    threads::run(&models);
    if !is_quick() {
        load::run(&mut criterion, &models);
        memory::run();
    }
    criterion.final_summary();
}

fn subject(group: &'static str, case: &str) -> Subject {
    Subject::new(group, case).of("torch")
}

/// With the backend that is linked in. The number of threads is the process's: libtorch alone has the same.
fn linked() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).intra_op_threads(1).backend(neuropod_backend_torch::backend())
}
