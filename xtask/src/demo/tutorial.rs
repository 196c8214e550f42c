//! The tutorial of the Python package, with the wheel.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::install::Profile;
use crate::wheel::{self, PACKAGE, Venv};

/// Builds the wheel, installs it into an environment below `out`, and runs the code of the package's README there.
pub(super) fn run(root: &Path, environment: &Environment, out: &Path) -> Result<()> {
    eprintln!("building the Python package\n");
    let wheel = wheel::build(root, environment, &out.join("wheel"), Profile::Release)?;
    let venv = Venv::make(environment, &out.join("environment"), &wheel, None)?;

    let readme = root.join(PACKAGE).join("README.md");
    let text = fs::read_to_string(&readme).with_context(|| format!("cannot read {}", readme.display()))?;
    let folder = out.join("tutorial");
    let cannot_write = || format!("cannot write to {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(cannot_write)?;
    }
    fs::create_dir_all(&folder).with_context(cannot_write)?;
    fs::write(folder.join("tutorial.py"), python_code(&text)).with_context(cannot_write)?;

    println!("The Python package's tutorial, in {}:\n", folder.display());
    let quiet = ["-W", "ignore::DeprecationWarning", "tutorial.py"];
    venv.python(&quiet).hidden_env("TF_CPP_MIN_LOG_LEVEL", Some("3".as_ref())).current_dir(&folder).run()
}

/// The blocks of Python in a Markdown text, one behind the other.
fn python_code(markdown: &str) -> String {
    let blocks = markdown.split("```python\n").skip(1);
    blocks.filter_map(|rest| rest.split_once("```").map(|(code, _)| code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_what_is_marked_as_python() {
        let text = "# Title\n```python\na = 1\n```\ntext\n```text\nb\n```\n```python\nprint(a)\n```\n";
        assert_eq!(python_code(text), "a = 1\nprint(a)\n");
    }
}
