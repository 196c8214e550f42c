//! `include/neuropod/neuropod.h` says in C what the crate says in Rust.

use std::env;
use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};

/// The files that declare something, in the order in which the header shows them.
const SOURCES: [&str; 13] = [
    "version",
    "status",
    "text",
    "tensor_type",
    "tensor",
    "allocator",
    "value_map",
    "runtime_options",
    "load_options",
    "model",
    "spec",
    "infer",
    "serialize",
];

const START: &str = "\
// Neuropod: deep-learning models of any framework through one interface. This is that of C; neuropod.hh is that of C++.
//
// Generated from the crate bindings/c. docs/c.md is a guide.
//
// Rules:
//
// - A function that can fail returns an `NP_Code`, or else null, 0 or false. The error is then the calling thread's
//   `NP_GetLastError`, and is written to `status` if the function has such a parameter, which may be null.
// - What a function returns to be freed has its own function for that, which its comment names. All else belongs to the
//   library: it must not be freed, and the comment says how long it is valid.
// - Null where a handle is needed is an error. A handle that was freed before, or is of another kind, is one in debug
//   builds of the library; otherwise it must not be used.
// - Functions may be called from any thread. A handle may be used by several threads at once as long as none of them
//   changes or frees it: a parameter that is a pointer to `const` is not changed. A model may be run by any number of
//   threads at once.
// - Texts are UTF-8 and end with a zero, unless they are an `NP_String`. Paths are bytes as the system takes them.
// - Nothing is thrown, and no call ends the process.
";

#[test]
fn the_header_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("include/neuropod/neuropod.h");
    let expected = generate(&folder.join("src"));
    if env::var_os("NEUROPOD_WRITE_HEADER").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs from src: write it with `NEUROPOD_WRITE_HEADER=1 cargo test -p neuropod-c header`",
        path.display()
    );
}

fn generate(sources: &Path) -> String {
    let config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Cxx,
        include_guard: Some("NEUROPOD_H".to_owned()),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).into(),
        header: Some(START.to_owned()),
        after_includes: Some(after_includes()),
        line_length: 110,
        ..Config::default()
    };
    let mut builder = Builder::new().with_config(config);
    for name in SOURCES {
        builder = builder.with_src(sources.join(format!("{name}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    without_safety(&String::from_utf8(header).unwrap())
}

/// Leaves out what callers in Rust must promise: in C, the rules at the top say it for every function.
fn without_safety(header: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut is_safety = false;
    for line in header.lines() {
        is_safety = line.starts_with("///") && (is_safety || line == "/// # Safety");
        if is_safety {
            continue;
        }
        if !line.starts_with("///") && kept.last() == Some(&"///") {
            kept.pop(); // the empty line that came before
        }
        kept.push(line);
    }
    kept.join("\n") + "\n"
}

/// The version, and short names that C programs of the original Neuropod's use.
fn after_includes() -> String {
    let [major, minor, patch] =
        [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    format!(
        "
// The version of this header; `NP_GetVersion` is that of the library.
#define NEUROPOD_MAJOR_VERSION {major}
#define NEUROPOD_MINOR_VERSION {minor}
#define NEUROPOD_PATCH_VERSION {patch}
#define NEUROPOD_VERSION \"{major}.{minor}.{patch}\"

#ifndef __cplusplus
// Names of devices, for `visible_device`.
enum NP_Device {{ CPU = -1, GPU0 = 0, GPU1, GPU2, GPU3, GPU4, GPU5, GPU6, GPU7 }};
#endif
"
    )
}
