//! `cargo xtask install`: the command, the plugins and the library for C and C++, laid out so that they find each
//! other.

mod build;
mod files;
mod library;
mod plugin;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

pub(crate) use self::build::{C_LIBRARY, Profile, TESTED, UNLINKED, command, example, python_module};
pub(crate) use self::files::{DATA, Destination, PROGRAM, files_below};
use self::library::Library;
pub(crate) use self::library::{build_tool_paths, headers, install_library, library_paths, soname};
pub(crate) use self::plugin::Plugin;
use crate::environment::Environment;
use crate::process::Process;
use crate::setup;

/// The command's path in an installation.
pub(crate) const COMMAND: &str = "bin/neuropod";

const HEADER: &str = "neuropod-plugin/include/neuropod_plugin.h";

pub(crate) const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Shells, and where each looks for completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/neuropod"),
    ("zsh", "share/zsh/site-functions/_neuropod"),
    ("fish", "share/fish/vendor_completions.d/neuropod.fish"),
];

/// Sets up what is missing, and installs as the arguments say.
///
/// # Errors
///
/// The arguments are wrong, or the setup, the build or writing a file failed; the error says what to do.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<ExitCode> {
    let prefix = std::path::absolute(parse(arguments)?).context("cannot resolve the folder of --prefix")?;
    // Packagers collect files in a folder of their own first.
    let prefix = match env::var_os("DESTDIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Path::new(&folder).join(prefix.strip_prefix("/").unwrap_or(&prefix)),
        None => prefix,
    };
    let environment = setup::run(root)?;
    install(root, &environment, &prefix, Profile::Release)?;
    eprintln!("\ninstalled: {} --help", prefix.join(COMMAND).display());
    eprintln!("models run with the frameworks of {} if no environment is active", environment.venv.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the command, the plugins and the library for C and C++, and puts them under `prefix` with what belongs to
/// them. Files of an earlier installation are replaced one by one, so that programs which use them go on.
///
/// # Errors
///
/// The build failed, or a file cannot be written.
pub(crate) fn install(root: &Path, environment: &Environment, prefix: &Path, profile: Profile) -> Result<()> {
    let command = command(root, environment, profile)?;
    let plugins = Plugin::build_all(root, environment, profile)?;
    let library = Library::build(root, environment, profile)?;

    eprintln!("installing into {}", prefix.display());
    let destination = Destination::new(prefix);
    destination.copy(COMMAND, PROGRAM, &command)?;
    for plugin in &plugins {
        plugin.install(&destination, "lib/neuropod", &environment.venv)?;
    }
    library.install(root, &destination)?;
    destination.copy("include/neuropod/neuropod_plugin.h", DATA, &root.join(HEADER))?;
    for licence in LICENCES {
        destination.copy(&format!("share/doc/neuropod/{licence}"), DATA, &root.join(licence))?;
    }
    for (shell, path) in COMPLETIONS {
        let script = Process::new(prefix.join(COMMAND)).args(["completions", shell]).stdout()?;
        destination.write(path, DATA, script.as_bytes())?;
    }
    Ok(())
}

/// A library's path, which ends otherwise than on Linux where libraries do.
pub(crate) fn on_this_system(path: &str) -> String {
    match path.strip_suffix(".so") {
        Some(library) => format!("{library}{}", env::consts::DLL_SUFFIX),
        None => path.to_owned(),
    }
}

/// The folder to install into.
fn parse<'a>(arguments: &[&'a str]) -> Result<&'a str> {
    let folder = match arguments {
        ["--prefix", folder] => folder,
        [argument] => argument.strip_prefix("--prefix=").unwrap_or_default(),
        _ => "",
    };
    ensure!(
        !folder.is_empty(),
        "name the folder to install into: `cargo xtask install --prefix ~/.local` for instance"
    );
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read() {
        for arguments in [&["--prefix", "/opt"][..], &["--prefix=/opt"]] {
            assert_eq!(parse(arguments).unwrap(), "/opt");
        }
    }

    #[test]
    fn wrong_arguments_are_answered_with_right_ones() {
        for arguments in [&[][..], &["--prefix"], &["--prefix="], &["--prefx=/opt"], &["--prefix", "a", "b"]]
        {
            let message = parse(arguments).unwrap_err().to_string();
            assert!(message.contains("cargo xtask install --prefix"), "{message}");
        }
    }
}
