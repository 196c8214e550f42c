//! Passes on where the frameworks' libraries are.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_NEUROPOD_TORCH_LIBTORCH_LIB");
    if let Ok(libtorch) = env::var("DEP_NEUROPOD_TORCH_LIBTORCH_LIB") {
        println!("cargo:libtorch_lib={libtorch}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}");
    }
}
