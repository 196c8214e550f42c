//! Tells the program by which compiler it is built, and for what.

use std::env;
use std::ffi::OsString;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let version = Command::new(compiler).arg("--version").output().expect("the compiler starts").stdout;
    let version = String::from_utf8(version).expect("a version is text");
    println!("cargo::rustc-env=NEUROPOD_BENCH_COMPILER={}", version.trim());
    println!("cargo::rustc-env=NEUROPOD_BENCH_TARGET={}", env::var("TARGET").expect("cargo sets it"));
}
