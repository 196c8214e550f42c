//! Which Python, and where its shared library is.

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::PythonError;

/// The Pythons whose interface this crate knows.
const OLDEST: (u32, u32) = (3, 10);
const NEWEST: (u32, u32) = (3, 13);

/// Prints what [`Interpreter`] is read from. What only some builds have is null in others.
const PROBE: &str = "\
import json, os, sys, sysconfig
get = sysconfig.get_config_var
print(json.dumps({
    'executable': sys.executable,
    'version': '%d.%d.%d' % sys.version_info[:3],
    'implementation': sys.implementation.name,
    'abi': get('SOABI') or sys.implementation.cache_tag,
    'platform': sysconfig.get_platform(),
    'free_threaded': bool(get('Py_GIL_DISABLED')),
    'base_prefix': sys.base_prefix,
    'library_folders': [get('LIBDIR'), get('PYTHONFRAMEWORKPREFIX'),
                        os.path.join(get('LIBDIR') or '', get('MULTIARCH') or ''), get('LIBPL')],
    'library_names': [get('INSTSONAME'), get('LDLIBRARY')],
}))
";

/// What the program says of which Python to use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request<'a> {
    /// A program, or the folder of an environment: that Python and no other.
    pub(crate) interpreter: Option<&'a Path>,
    /// The folder of an environment, for when none is active.
    pub(crate) environment: Option<&'a Path>,
}

/// A Python on disk: what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Interpreter {
    /// The program; that of a virtual environment, if it is one's.
    pub(crate) executable: PathBuf,
    /// `3.11.7`.
    pub(crate) version: String,
    implementation: String,
    /// The binary interface that extension modules are built for: `cpython-311-x86_64-linux-gnu`.
    pub(crate) abi: String,
    /// The system and processor that wheels are built for: `linux-x86_64`.
    pub(crate) platform: String,
    free_threaded: bool,
    base_prefix: PathBuf,
    library_folders: Vec<Option<PathBuf>>,
    library_names: Vec<Option<String>>,
}

/// The Python to use: the one that the program names; else that of the active environment, of the one that
/// the program names for when none is active, or the first `python3` on the path.
pub(crate) fn find(request: Request<'_>) -> Result<Interpreter, PythonError> {
    if let Some(explicit) = request.interpreter {
        let program = if explicit.is_dir() { explicit.join("bin/python") } else { explicit.to_path_buf() };
        return Interpreter::ask(&program).map_err(|why| {
            PythonError::Interpreter(format!("{} cannot be used as Python: {why}", explicit.display()))
        });
    }
    let mut tried = Vec::new();
    for (origin, program) in candidates(request.environment) {
        match Interpreter::ask(&program) {
            Ok(interpreter) => return Ok(interpreter),
            // An environment that was chosen and is broken is not passed over in silence.
            Err(why) => tried.push(format!("{} ({origin}) {why}", program.display())),
        }
        if origin != PATH {
            break;
        }
    }
    Err(PythonError::Interpreter(format!(
        "no Python was found that can be used: install Python {}.{} or later, activate the environment that has \
         it, or name it in the option `python.interpreter`; {}",
        OLDEST.0,
        OLDEST.1,
        tried.join("; ")
    )))
}

const PATH: &str = "on the path";

/// The first of them counts: whoever activates or names an environment means that one.
fn candidates(named: Option<&Path>) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let environment = |name| env::var_os(name).filter(|folder| !folder.is_empty());
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(move |name| Some((name, Path::new(&environment(name)?).join("bin/python"))));
    let named = named.map(|folder| ("the backend's environment", folder.join("bin/python")));
    active.chain(named).chain([(PATH, PathBuf::from("python3"))])
}

impl Interpreter {
    /// Asks the program, once in a process: it is started for that. The error says what is wrong with it.
    fn ask(program: &Path) -> Result<Self, String> {
        static ASKED: Mutex<BTreeMap<(PathBuf, Option<OsString>), Interpreter>> = Mutex::new(BTreeMap::new());
        // A name without a folder means what the path makes of it.
        let key = (program.to_path_buf(), env::var_os("PATH"));
        if let Some(known) = ASKED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let found = Interpreter::start_and_ask(program)?;
        ASKED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }

    fn start_and_ask(program: &Path) -> Result<Self, String> {
        let output = Command::new(program)
            .args(["-I", "-B", "-c", PROBE])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("does not start: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("does not start ({}): {}", output.status, said.trim()));
        }
        let found: Interpreter = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("answered something unexpected: {error}"))?;
        found.check()?;
        Ok(found)
    }

    /// Whether it starts with this process's environment, as it will when it runs inside it: there, Python
    /// ends the process if a variable of its own is wrong.
    pub(crate) fn check_start(&self) -> Result<(), PythonError> {
        let output = Command::new(&self.executable).args(["-c", ""]).stdin(Stdio::null()).output();
        let said = match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        let said: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        Err(PythonError::Interpreter(format!(
            "{} does not start with this program's environment; look at its variables that begin with PYTHON: {}",
            self.executable.display(),
            said.join("; ")
        )))
    }

    /// Whether this crate can embed it, apart from its shared library.
    fn check(&self) -> Result<(), String> {
        if self.implementation != "cpython" {
            return Err(format!("is {} {}, and CPython is needed", self.implementation, self.version));
        }
        if self.free_threaded {
            return Err(format!(
                "is a free-threaded build of Python {}, which is not supported yet: use an ordinary build",
                self.version
            ));
        }
        check_version(&self.version)
    }

    /// `3.11`.
    pub(crate) fn minor(&self) -> String {
        self.version.split('.').take(2).collect::<Vec<_>>().join(".")
    }

    /// The shared library: without one, Python cannot run inside another program.
    pub(crate) fn library(&self) -> Result<PathBuf, PythonError> {
        let candidates = self.library_candidates();
        let found = candidates.iter().find(|candidate| candidate.is_file());
        found.cloned().ok_or_else(|| self.no_library(&candidates))
    }

    fn library_candidates(&self) -> Vec<PathBuf> {
        let minor = self.minor();
        let usual = if cfg!(target_os = "macos") {
            [format!("libpython{minor}.dylib"), "Python".to_owned()]
        } else {
            [format!("libpython{minor}.so.1.0"), format!("libpython{minor}.so")]
        };
        let is_shared = |name: &&String| !name.ends_with(".a");
        let names: Vec<_> = self.library_names.iter().flatten().filter(is_shared).chain(&usual).collect();
        let mut folders: Vec<_> = self.library_folders.iter().flatten().cloned().collect();
        folders.push(self.base_prefix.join("lib"));
        let mut candidates: Vec<_> =
            folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name))).collect();
        let mut seen = HashSet::new();
        candidates.retain(|candidate| candidate.is_absolute() && seen.insert(candidate.clone()));
        candidates
    }

    #[cold]
    fn no_library(&self, tried: &[PathBuf]) -> PythonError {
        let tried: Vec<_> = tried.iter().map(|path| path.display().to_string()).collect();
        let minor = self.minor();
        PythonError::Interpreter(format!(
            "{} (Python {}) has no shared library, which is needed to run it inside this program: on Debian and \
             Ubuntu `apt install libpython{minor}`, with pyenv `env PYTHON_CONFIGURE_OPTS=--enable-shared pyenv \
             install {minor}`; Pythons of conda and uv have one; looked for {}",
            self.executable.display(),
            self.version,
            tried.join(", ")
        ))
    }
}

/// Whether this crate knows the interface of that version, `3.11.7` for instance.
pub(crate) fn check_version(version: &str) -> Result<(), String> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) if (OLDEST..=NEWEST).contains(&(major, minor)) => Ok(()),
        _ => Err(format!(
            "is Python {version}, and {}.{} to {}.{} are supported",
            OLDEST.0, OLDEST.1, NEWEST.0, NEWEST.1
        )),
    }
}

#[cfg(test)]
mod tests {
    use neuropod_test_utils::write_program;

    use super::*;

    fn interpreter() -> Interpreter {
        Interpreter {
            executable: "/opt/env/bin/python".into(),
            version: "3.11.7".to_owned(),
            implementation: "cpython".to_owned(),
            abi: "cpython-311-x86_64-linux-gnu".to_owned(),
            platform: "linux-x86_64".to_owned(),
            free_threaded: false,
            base_prefix: "/opt/python".into(),
            library_folders: vec![None, Some("/opt/python/lib".into())],
            library_names: vec![Some("libpython3.11.a".to_owned()), None],
        }
    }

    fn only(interpreter: &Path) -> Request<'_> {
        Request { interpreter: Some(interpreter), environment: None }
    }

    #[test]
    fn what_cannot_be_embedded_is_refused() {
        assert_eq!(interpreter().check(), Ok(()));
        let pypy = Interpreter { implementation: "pypy".to_owned(), ..interpreter() };
        assert!(pypy.check().unwrap_err().contains("CPython is needed"));
        let threaded = Interpreter { free_threaded: true, ..interpreter() };
        assert!(threaded.check().unwrap_err().contains("free-threaded"));
        for version in ["3.9.18", "3.14.1", "4.0.0", "three"] {
            let other = Interpreter { version: version.to_owned(), ..interpreter() };
            assert!(other.check().unwrap_err().contains("3.10 to 3.13"), "{version}");
        }
    }

    #[test]
    fn a_python_without_a_shared_library_says_what_to_install() {
        let found = interpreter();
        let candidates = found.library_candidates();
        assert!(candidates.iter().all(|path| path.extension().is_none_or(|ending| ending != "a")));
        let told = found.library().unwrap_err().to_string();
        assert!(told.contains("apt install libpython3.11") && told.contains("--enable-shared"), "{told}");
        assert!(told.contains("/opt/python/lib/libpython3.11"), "{told}");
    }

    #[test]
    fn a_program_that_is_no_python_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python");
        for (script, expected) in
            [("echo hello", "unexpected"), ("echo no >&2; exit 3", "exit status: 3): no")]
        {
            write_program(&program, script);
            let told = find(only(&program)).unwrap_err().to_string();
            assert!(told.contains(expected) && told.contains(&*program.to_string_lossy()), "{told}");
        }
        let told = find(only(&folder.path().join("none"))).unwrap_err().to_string();
        assert!(told.contains("none cannot be used as Python: does not start"), "{told}");
    }
}
