//! Compiles the C++ shim against the libtorch that `torch-sys` found.

use std::env;
use std::path::{Path, PathBuf};

/// Includes the other sources: libtorch's headers take nearly all of the time, and are read once.
const SHIM: &str = "shim.cpp";

const SOURCES: [&str; 8] =
    ["bare.cpp", "bind.cpp", "forks.cpp", "graph.cpp", "infer.cpp", "load.cpp", "outputs.cpp", "runtime.cpp"];
const HEADERS: [&str; 3] = ["model.h", "outputs.h", "shim.h"];

fn main() {
    for file in SOURCES.iter().chain(&HEADERS).chain([&SHIM]) {
        println!("cargo:rerun-if-changed=cpp/{file}");
    }
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");

    let Some(lib) = env::var_os("DEP_TCH_LIBTORCH_LIB").map(PathBuf::from) else {
        fail("torch-sys did not say where libtorch is (is its `doc-only` feature on?)");
    };
    let include = include_dir(&lib);
    compile(&include);

    println!("cargo:rustc-link-search=native={}", lib.display());
    println!("cargo:rustc-link-lib=torch_cpu");
    println!("cargo:rustc-link-lib=c10");
    // This crate's own tests and examples find libtorch without LD_LIBRARY_PATH. A dependent's
    // binary needs the same line from its own build script, which reads the next one.
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    println!("cargo:libtorch_lib={}", lib.display());
}

/// The headers are beside the libraries, both in the wheel and in libtorch's archive.
fn include_dir(lib: &Path) -> PathBuf {
    let from_env = env::var_os("LIBTORCH_INCLUDE").map(|dir| PathBuf::from(dir).join("include"));
    println!("cargo:rerun-if-env-changed=LIBTORCH_INCLUDE");
    let include = from_env.unwrap_or_else(|| lib.with_file_name("include"));
    if !include.join("torch/csrc/jit/api/module.h").is_file() {
        fail(&format!(
            "no libtorch headers in {}: install PyTorch with its headers (the wheel on PyPI has \
             them), or set LIBTORCH_INCLUDE to the folder that holds `include`",
            include.display()
        ));
    }
    include
}

fn compile(include: &Path) {
    let mut build = cc::Build::new();
    build.cpp(true).std("c++20").pic(true).opt_level(2).warnings(true);
    // -isystem: torch's own headers are not ours to warn about.
    for dir in [include.to_path_buf(), include.join("torch/csrc/api/include")] {
        build.flag("-isystem").flag(dir);
    }
    build.flag_if_supported("-fvisibility=hidden").debug(false).file(Path::new("cpp").join(SHIM));
    build.compile("neuropod_torch_shim");
}

fn fail(message: &str) -> ! {
    eprintln!("neuropod-backend-torch: {message}");
    std::process::exit(1);
}
