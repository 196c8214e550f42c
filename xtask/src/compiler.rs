//! The C++ compiler that the backends' glue is built with.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::Process;

/// Makes sure that a C++17 compiler with its standard library is there.
///
/// # Errors
///
/// There is none, or it cannot compile three lines; the error says what to install.
pub(crate) fn check(root: &Path) -> Result<()> {
    // What the `cc` crate takes: build scripts will look no further.
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_string());
    // CXX may carry flags or a wrapper, as in `ccache g++`.
    let mut words = compiler.split_whitespace();
    let process = Process::new(words.next().unwrap_or("c++"))
        .args(words)
        .args(["-std=c++17", "-fsyntax-only"])
        .arg(root.join("xtask/compiler-check.cpp"));
    match process.finish() {
        Ok(finished) if finished.status.success() => Ok(()),
        Ok(finished) => {
            let problem = format!("{} {}", finished.status, finished.stderr.trim());
            bail!("{}", remedy(&compiler, problem.trim()))
        }
        Err(_) => bail!("{}", remedy(&compiler, "there is no such program on PATH")),
    }
}

fn remedy(compiler: &str, problem: &str) -> String {
    format!(
        "a C++17 compiler is needed, and `{compiler}` does not serve: {problem}\n\
         To install one (or name yours in CXX):\n  \
         Debian, Ubuntu: apt install g++\n  \
         Fedora: dnf install gcc-c++\n  \
         macOS: xcode-select --install"
    )
}
