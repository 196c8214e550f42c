//! Makes the packages that the benchmarks in C++ and Python run.
//!
//! `cargo xtask exec -- cargo run --release -p neuropod-benches --bin packages` says where they are.
#![forbid(unsafe_code)]

use neuropod_benches::models::{Framework, Models};

fn main() {
    for framework in [Framework::Python, Framework::Tf, Framework::Torch] {
        let models = Models::of(framework);
        println!("{}", models.package("small").parent().expect("a package is in a folder").display());
    }
}
