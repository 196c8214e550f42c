//! Tells the program by which compiler it is built, and for what; and where libtorch is, if it is built together with
//! crates that are linked to it.

use std::env;
use std::ffi::OsString;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(libtorch) = env::var("DEP_NEUROPOD_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{libtorch}");
    }
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let version = Command::new(compiler).arg("--version").output().expect("the compiler starts").stdout;
    let version = String::from_utf8(version).expect("a version is text");
    println!("cargo::rustc-env=NEUROPOD_BENCH_COMPILER={}", version.trim());
    println!("cargo::rustc-env=NEUROPOD_BENCH_TARGET={}", env::var("TARGET").expect("cargo sets it"));
}
