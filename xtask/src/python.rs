//! Finding a Python that can make the environment.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::process::Process;

/// The Pythons that every pinned framework has wheels for.
const OLDEST: (u32, u32) = (3, 10);
const NEWEST: (u32, u32) = (3, 13);

/// Tried in this order; the first that serves is taken.
const NAMES: [&str; 5] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

/// Prints what [`parse`] reads.
const PROBE: &str = "\
import importlib.util, os, sys, sysconfig
get = sysconfig.get_config_var
print('%d.%d.%d' % sys.version_info[:3])
print(sys.executable)
print(get('SOABI') or sys.implementation.cache_tag, sysconfig.get_platform())
print(*(name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None))
folders = [get('LIBDIR'), os.path.join(get('LIBDIR') or '', get('MULTIARCH') or ''), get('PYTHONFRAMEWORKPREFIX')]
names = [name for name in (get('INSTSONAME'), get('LDLIBRARY')) if name and not name.endswith('.a')]
print(any(os.path.isfile(os.path.join(folder, name)) for folder in folders if folder for name in names))
";

/// A Python interpreter that serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interpreter {
    pub(crate) executable: PathBuf,
    pub(crate) version: String,
    /// The binary interface and the platform: wheels for one do not serve another.
    pub(crate) abi: String,
}

/// What one name on PATH turned out to be.
#[derive(Debug)]
enum Candidate {
    Serves(Interpreter),
    Unfit { name: String, why: String },
}

/// The first Python on PATH that the frameworks support and that can make virtual environments.
///
/// # Errors
///
/// None does; the error says what is wrong with each that was found and what to install.
pub(crate) fn find() -> Result<Interpreter> {
    choose(NAMES.iter().filter_map(|name| probe(name)))
}

/// `None`: there is no such program.
fn probe(name: &str) -> Option<Candidate> {
    let finished = Process::new(name).args(["-c", PROBE]).finish().ok()?;
    if !finished.status.success() {
        let why = format!("does not start ({}): {}", finished.status, finished.stderr.trim());
        return Some(Candidate::Unfit { name: name.to_string(), why });
    }
    Some(parse(name, &finished.stdout))
}

fn parse(name: &str, report: &str) -> Candidate {
    let unfit = |why| Candidate::Unfit { name: name.to_string(), why };
    let lines: Vec<&str> = report.lines().collect();
    let [version, executable, abi, missing, has_library] = lines[..] else {
        return unfit(format!("answered something unexpected: {report:?}"));
    };
    let Some(release) = release(version) else {
        return unfit(format!("has the unreadable version {version:?}"));
    };
    if !(OLDEST..=NEWEST).contains(&release) {
        return unfit(format!("is Python {version}"));
    }
    if !missing.is_empty() {
        return unfit(format!(
            "is Python {version}, but without the module {missing} (on Debian and Ubuntu: \
             apt install python{}.{}-venv)",
            release.0, release.1
        ));
    }
    if has_library != "True" {
        let (major, minor) = release;
        return unfit(format!(
            "is Python {version}, but without its shared library, which Python models run in (on Debian and \
             Ubuntu: apt install libpython{major}.{minor}; with pyenv: env \
             PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install {major}.{minor})"
        ));
    }
    Candidate::Serves(Interpreter {
        executable: PathBuf::from(executable),
        version: version.to_string(),
        abi: abi.to_string(),
    })
}

/// `3.11.7` is `(3, 11)`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

fn choose(candidates: impl Iterator<Item = Candidate>) -> Result<Interpreter> {
    let mut found = String::new();
    for candidate in candidates {
        match candidate {
            Candidate::Serves(interpreter) => return Ok(interpreter),
            Candidate::Unfit { name, why } => found.push_str(&format!("\n  {name} {why}")),
        }
    }
    if found.is_empty() {
        found.push_str("\n  there is no python3 on PATH");
    }
    let ((major, oldest), (_, newest)) = (OLDEST, NEWEST);
    Err(anyhow!(
        "Python {major}.{oldest} to {major}.{newest} with venv, pip and its shared library is needed:{found}\n\
         To install it:\n  \
         Debian, Ubuntu: apt install python3 python3-venv libpython3-dev\n  \
         Fedora: dnf install python{major}.{newest}\n  \
         macOS: brew install python@{major}.{newest}\n  \
         any system: uv python install {major}.{newest}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "3.11.7\n/usr/bin/python3\ncpython-311-x86_64-linux-gnu linux-x86_64\n\nTrue\n";

    fn chosen(reports: &[(&str, &str)]) -> Result<Interpreter> {
        choose(reports.iter().map(|(name, report)| parse(name, report)))
    }

    #[test]
    fn a_report_is_read() {
        let python = chosen(&[("python3", GOOD)]).unwrap();
        assert_eq!(python.version, "3.11.7");
        assert_eq!(python.executable, PathBuf::from("/usr/bin/python3"));
        assert_eq!(python.abi, "cpython-311-x86_64-linux-gnu linux-x86_64");
    }

    #[test]
    fn an_unsupported_python3_gives_way_to_another() {
        for version in ["3.8.10", "3.14.1"] {
            let unfit = format!("{version}\n/usr/bin/python3\nabi linux-x86_64\n\nTrue\n");
            let python = chosen(&[("python3", &unfit), ("python3.11", GOOD)]).unwrap();
            assert_eq!(python.version, "3.11.7");
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(release("3.9.18").unwrap() < OLDEST);
        assert!(release("3.10.0").unwrap() >= OLDEST);
        assert!(release("4.0.0").unwrap() >= OLDEST);
        assert_eq!(release("three"), None);
    }

    #[test]
    fn a_failure_says_what_was_found_and_what_to_install() {
        let nothing = chosen(&[]).unwrap_err().to_string();
        assert!(nothing.contains("no python3 on PATH"), "{nothing}");
        assert!(nothing.contains("apt install python3 python3-venv"), "{nothing}");

        let old = "3.8.10\n/usr/bin/python3\ncpython-38 linux-x86_64\n\nTrue\n";
        let bare = "3.12.3\n/usr/bin/python3.12\ncpython-312 linux-x86_64\nensurepip\nTrue\n";
        let fixed = GOOD.replace("True", "False");
        let told = chosen(&[("python3", &fixed)]).unwrap_err().to_string();
        assert!(told.contains("apt install libpython3.11;"), "{told}");
        let unfit = chosen(&[("python3", old), ("python3.12", bare), ("python3.13", "?")]);
        let unfit = unfit.unwrap_err().to_string();
        assert!(unfit.contains("python3 is Python 3.8.10"), "{unfit}");
        assert!(unfit.contains("apt install python3.12-venv"), "{unfit}");
        assert!(unfit.contains("python3.13 answered something unexpected"), "{unfit}");
    }
}
