//! Making exact pins of requirements.

use std::ffi::OsStr;
use std::fs;
use std::process::Stdio;

use serde::Deserialize;

use super::pin::Pin;
use super::pip::{Pip, Variables};
use crate::PythonError;
use crate::library::Interpreter;

/// What pip would install.
#[derive(Deserialize)]
struct Report {
    install: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Metadata,
    /// From an address or a path, rather than an index.
    #[serde(default)]
    is_direct: bool,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

/// The text of a `requirements.lock` for `requirements` (`numpy>=1.26`) and all that they need: the
/// versions that pip would install now for `python`, sorted by name.
///
/// Pins may be of wheels for this Python and system alone.
pub(crate) fn compile(python: &Interpreter, requirements: &[String]) -> Result<String, PythonError> {
    compile_with(python, requirements, &[])
}

fn compile_with(
    python: &Interpreter,
    requirements: &[String],
    variables: Variables<'_>,
) -> Result<String, PythonError> {
    let requirements: Vec<_> =
        requirements.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if let Some(option) = requirements.iter().find(|line| line.starts_with('-')) {
        return Err(PythonError::Option(format!(
            "the requirement {option:?} is an option of pip's, and one as `numpy>=1.26` is expected: options \
             are given in environment variables, PIP_INDEX_URL for instance"
        )));
    }
    if requirements.is_empty() {
        return Ok(String::new());
    }
    let report = resolve(&requirements, &Pip::new(python, variables)).map_err(|why| {
        PythonError::Requirements(format!("cannot pin the requirements ({}): {why}", requirements.join(", ")))
    })?;
    lock_file(report)
}

fn resolve(requirements: &[&str], pip: &Pip<'_>) -> Result<Report, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder can be made ({error})"))?;
    let path = folder.path().join("report.json");
    // All of it counts, even what the environment has already.
    let arguments = ["--dry-run", "--ignore-installed", "--report"].map(OsStr::new);
    let mut arguments = [&arguments[..], &[path.as_os_str(), "--".as_ref()]].concat();
    arguments.extend(requirements.iter().map(OsStr::new));
    pip.install(&arguments, folder.path(), Stdio::null())?;
    let unreadable = |error: &dyn std::fmt::Display| format!("pip's report cannot be read: {error}");
    let report = fs::read(&path).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&report).map_err(|error| unreadable(&error))
}

fn lock_file(report: Report) -> Result<String, PythonError> {
    let mut pins = Vec::new();
    for Item { metadata: Metadata { name, version }, is_direct } in report.install {
        if is_direct {
            return Err(PythonError::Requirements(format!(
                "`{name}` comes from an address or a path, and a package can pin only what pip finds by name \
                 and version: require it by name, and say where it is in PIP_FIND_LINKS or \
                 PIP_EXTRA_INDEX_URL"
            )));
        }
        pins.push(Pin::new(&name, &version).map_err(|why| {
            PythonError::Requirements(format!("pip's report cannot be read: `{name}=={version}` {why}"))
        })?);
    }
    pins.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(pins.iter().map(|pin| format!("{pin}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::super::wheels::Wheels;
    use super::*;

    fn compiled(wheels: &Wheels, requirements: &[&str]) -> Result<String, PythonError> {
        let requirements: Vec<_> = requirements.iter().map(|line| (*line).to_owned()).collect();
        compile_with(&wheels.python, &requirements, &wheels.variables())
    }

    #[test]
    fn what_a_requirement_needs_is_pinned_too() {
        let wheels = Wheels::new();
        wheels.add("zeta", "1.4", "Beta_Two>=2,<3");
        wheels.add("Beta_Two", "1.0", "");
        wheels.add("Beta_Two", "2.7", "");
        wheels.add("Beta_Two", "3.0", "");
        // Installed in the environment, which does not matter.
        wheels.add("pip", "99.1", "");
        let text = compiled(&wheels, &["", "zeta>=1 ; python_version >= '3'", "pip"]).unwrap();
        assert_eq!(text, "beta-two==2.7\npip==99.1\nzeta==1.4\n");
        assert_eq!(super::super::parse(text.as_bytes()).unwrap().len(), 3);
    }

    #[test]
    fn requirements_that_cannot_be_met_are_named() {
        let wheels = Wheels::new();
        wheels.add("alpha", "1.0", "beta>5");
        let told = compiled(&wheels, &["alpha"]).unwrap_err().to_string();
        assert!(told.starts_with("cannot pin the requirements (alpha): pip finds no such version"), "{told}");
        assert!(told.contains("No matching distribution found for beta>5"), "{told}");
        assert_eq!(compiled(&wheels, &[" "]).unwrap(), "");
    }

    #[test]
    fn options_and_direct_references_are_refused() {
        let wheels = Wheels::new();
        let told = compiled(&wheels, &["--index-url=x"]).unwrap_err();
        assert!(matches!(&told, PythonError::Option(why) if why.contains("\"--index-url=x\"")), "{told}");
        let wheel = wheels.add("alpha", "1.0", "");
        let told = compiled(&wheels, &[&format!("alpha @ file://{}", wheel.display())]).unwrap_err();
        assert!(told.to_string().starts_with("`alpha` comes from an address"), "{told}");
    }

    #[test]
    fn a_pip_without_reports_is_too_old() {
        let mut wheels = Wheels::new();
        wheels.replace_python("echo 'no such option: --dry-run' >&2; exit 2");
        let told = compiled(&wheels, &["alpha"]).unwrap_err().to_string();
        assert!(told.contains("22.2 or later is needed: `") && told.contains("--upgrade pip"), "{told}");
    }
}
