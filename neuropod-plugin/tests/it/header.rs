//! `include/neuropod_plugin.h` says in C what `src/abi.rs` says in Rust.

use std::env;
use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};

/// What the header shows although no function in Rust takes it.
const SHOWN: [&str; 2] = ["NeuropodHost", "NeuropodPluginEntry"];

const START: &str = "\
// The C interface between a program and a Neuropod plugin, version 1.
//
// Generated from neuropod-plugin/src/abi.rs. docs/abi.md says how a plugin is written; examples/c/addition.c is
// one. \"The program\" is whoever loads a plugin.
//
// - A plugin is a shared library that exports `neuropod_plugin`.
// - Tables grow at their end. Each starts with its `size` in bytes as its writer knows it; a field beyond that is
//   not there. What has no `size` never changes while the version is the same.
// - A function returns 0 if all went well. Otherwise it has called `report` of its `NeuropodErrors` once before,
//   and the program gets that error.
// - Texts are UTF-8 without a terminating zero, and are valid during the call that hands them over, unless it is
//   said otherwise. Paths are bytes as the system takes them.
// - No C++ exception leaves a function; `neuropod_plugin_guarded` below reports it.
// - Every function may be called from any thread, several at once.
// - A table's pointers must not be null unless their comment allows it.
// - A plugin can rely on what the program hands it. The program checks what a plugin hands it, as far as that can
//   be checked.
";

const END: &str = r#"
#ifdef __cplusplus
extern "C" {
#endif

// The one function that a plugin exports. It returns null on an error, and always the same plugin otherwise.
const struct NeuropodPlugin *neuropod_plugin(const struct NeuropodHost *host, struct NeuropodErrors *errors);

#ifdef __cplusplus
}  // extern "C"

#include <exception>

// Runs the body of a function that the program calls: an exception is reported as an error of that kind.
template <typename Body>
int32_t neuropod_plugin_guarded(NeuropodErrors *errors, uint32_t kind, Body &&body) noexcept {
  const auto report = [&](const char *message) noexcept {
    size_t length = 0;
    while (message[length] != 0) ++length;
    errors->report(errors, kind, NeuropodStr{reinterpret_cast<const uint8_t *>(message), length}, NeuropodStr{});
    return 1;
  };
  try {
    return body();
  } catch (const std::exception &error) {
    return report(error.what());
  } catch (...) {
    return report("an unknown C++ exception");
  }
}
#endif
"#;

#[test]
fn the_header_is_up_to_date() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = crate_folder.join("include/neuropod_plugin.h");
    let expected = generate(&crate_folder.join("src/abi.rs"));
    if env::var_os("NEUROPOD_WRITE_HEADER").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs from src/abi.rs: write it with `NEUROPOD_WRITE_HEADER=1 cargo test -p neuropod-plugin header`",
        path.display()
    );
}

fn generate(source: &Path) -> String {
    let mut config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Cxx,
        include_guard: Some("NEUROPOD_PLUGIN_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        header: Some(START.to_owned()),
        after_includes: Some("\nstruct NeuropodOwner;".to_owned()), // its functions are declared before it
        trailer: Some(END.to_owned()),
        line_length: 110,
        ..Config::default()
    };
    config.export.include = SHOWN.map(str::to_owned).into();
    config.export.exclude = vec!["ENTRY_SYMBOL".to_owned()];
    let bindings = Builder::new().with_src(source).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).unwrap()
}
