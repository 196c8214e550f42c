//! Python packages beside the same Python called through PyO3.
//!
//! Needs Python with NumPy and PyTorch:
//! `cargo xtask exec -- cargo bench -p neuropod-benches --features python --bench python`.
//! A part of a name after `--` measures what has it in its name: `-- python/call/small`.

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
    let models = Models::of(Framework::Python);
    // The first model that is loaded starts the interpreter, which PyO3 uses from then on.
    let _first = linked().load(models.package("small")).unwrap();
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
    Subject::new(group, case).of("python")
}

/// With the backend that is linked in, and one thread within an operator of PyTorch's.
fn linked() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).intra_op_threads(1)
}
