//! Gives the shared library its name for the loader.

use std::env;

/// Below 1.0, a minor version may change the interface: it is a part of the name.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let part = |name: &str| env::var(format!("CARGO_PKG_VERSION_{name}")).unwrap_or_default();
    let version = match part("MAJOR").as_str() {
        "0" => format!("0.{}", part("MINOR")),
        major => major.to_owned(),
    };
    match env::var("CARGO_CFG_TARGET_VENDOR").as_deref() {
        Ok("apple") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libneuropod.{version}.dylib");
        }
        _ => println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libneuropod.so.{version}"),
    }
}
