//! `cargo xtask wheel`: the Python package `neuropod`, with the command and the plugins.

mod content;
mod layout;
mod platform;
mod venv;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use self::content::Content;
pub(crate) use self::venv::Venv;
use crate::environment::Environment;
use crate::install::Profile;
use crate::process::Process;
use crate::setup;

/// The folder of the Python package's crate.
pub(crate) const PACKAGE: &str = "bindings/python";

/// Where the wheel goes if nobody says.
const OUT: &str = "target/wheel";

/// Sets up what is missing, and builds as the arguments say.
///
/// # Errors
///
/// The arguments are wrong, or the setup or the build failed; the error says what to do.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<ExitCode> {
    let out = match parse(arguments)? {
        Some(folder) => std::path::absolute(folder).context("cannot resolve the folder of --out")?,
        None => root.join(OUT),
    };
    let environment = setup::run(root)?;
    let wheel = build(root, &environment, &out, Profile::Release)?;
    let size = fs::metadata(&wheel).with_context(|| format!("cannot read {}", wheel.display()))?.len();
    eprintln!("\nwheel: {} ({:.1} MB)", wheel.display(), size as f64 / 1e6);
    eprintln!("tag:   {}", tag(&wheel)?);
    Ok(ExitCode::SUCCESS)
}

/// Builds the wheel into a folder. The answer is its file.
///
/// # Errors
///
/// The build failed, the wheel is not as `layout` and `platform` say that it must be, or a file cannot be written.
pub(crate) fn build(root: &Path, environment: &Environment, out: &Path, profile: Profile) -> Result<PathBuf> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let content = match profile {
        Profile::Release => Content::by_maturin(root, environment, scratch.path())?,
        Profile::Tests => Content::from_what_is_built(root, environment, scratch.path())?,
    };
    content.add_command(root, environment, profile)?;
    content.add_plugins(root, environment, profile)?;
    content.add_licences(root)?;
    layout::check(root, &content)?;
    platform::mark(&content)?;
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    content.pack(environment, out)
}

/// The folder to write to, if one is named.
fn parse<'a>(arguments: &[&'a str]) -> Result<Option<&'a str>> {
    let folder = match arguments {
        [] => return Ok(None),
        ["--out", folder] => folder,
        [argument] => argument.strip_prefix("--out=").unwrap_or_default(),
        _ => "",
    };
    ensure!(
        !folder.is_empty(),
        "the only argument is the folder to write to: `cargo xtask wheel --out dist` for instance"
    );
    Ok(Some(folder))
}

/// For which Pythons and systems it is: the end of its name.
fn tag(wheel: &Path) -> Result<&str> {
    let name = wheel.file_stem().and_then(|name| name.to_str()).context("a wheel has a name")?;
    let mut parts = name.splitn(3, '-');
    parts.nth(2).with_context(|| format!("{name} is no wheel's name"))
}

/// A Python program of the environment, `python -m <name>`.
fn python_module(environment: &Environment, name: &str) -> Process {
    Process::new(environment.python()).args(["-m", name]).inside(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read() {
        assert_eq!(parse(&[]).unwrap(), None);
        for arguments in [&["--out", "dist"][..], &["--out=dist"]] {
            assert_eq!(parse(arguments).unwrap(), Some("dist"));
        }
        for arguments in [&["--out"][..], &["--out="], &["dist"], &["--out", "a", "b"]] {
            let message = parse(arguments).unwrap_err().to_string();
            assert!(message.contains("cargo xtask wheel --out dist"), "{message}");
        }
    }

    #[test]
    fn the_tag_ends_the_name() {
        let wheel = Path::new("/out/neuropod-0.1.0-cp310-abi3-manylinux_2_34_x86_64.whl");
        assert_eq!(tag(wheel).unwrap(), "cp310-abi3-manylinux_2_34_x86_64");
        assert!(tag(Path::new("/out/neuropod.whl")).is_err());
    }
}
