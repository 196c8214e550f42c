//! Lets the benchmarks find libtorch and libpython without an exported variable.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if let Ok(libtorch) = std::env::var("DEP_NEUROPOD_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}");
    }
    #[cfg(feature = "python")]
    pyo3_build_config::add_libpython_rpath_link_args();
}
