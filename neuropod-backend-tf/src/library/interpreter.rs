//! Asks the Python on the path where a package is.

use std::env;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, Signal, kill_process_group};

/// Nothing of the package is imported, nor is anything from the working directory, which Python puts
/// first on its path.
const SCRIPT: &str = "\
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import importlib.util
spec = importlib.util.find_spec(sys.argv[1])
print((spec and spec.submodule_search_locations or [''])[0])";

/// How long an interpreter may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder of a package in the environment of the first `python3` on the path. The error says why there
/// is none.
pub(super) fn folder_of(package: &str) -> Result<PathBuf, String> {
    // A relative folder would be one of the working directory.
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).filter(|folder| folder.is_absolute());
    let program = folders.map(|folder| folder.join("python3")).find(|program| program.is_file());
    let program = program.ok_or("there is no `python3` on the path")?;
    ask(PATIENCE, &program, package)
        .map_err(|why| format!("{} (the Python on the path) {why}", program.display()))
}

fn ask(patience: Duration, program: &Path, package: &str) -> Result<PathBuf, String> {
    let mut child = Command::new(program)
        .args(["-B", "-c", SCRIPT, package])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What it starts, as version managers do, is ended together with it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("does not start: {error}"))?;
    let output = child.stdout.take();
    let status = wait(&mut child, patience)?;
    if !status.success() {
        return Err(format!("does not run ({status})"));
    }
    let mut answer = output.map(what_is_there).unwrap_or_default();
    while answer.last().is_some_and(u8::is_ascii_whitespace) {
        answer.pop();
    }
    let folder = PathBuf::from(OsString::from_vec(answer));
    if folder.is_absolute() { Ok(folder) } else { Err(format!("has no package `{package}`")) }
}

/// Waits for the program's end. One that writes more than a pipe holds does not get there.
fn wait(child: &mut Child, patience: Duration) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
    // It was not waited for yet, so its id is still its own.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It fails only if all of them have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
    Err(format!("did not answer within {} seconds", patience.as_secs_f32()))
}

/// What a program that has ended wrote. Another process that inherited its output may keep that open for
/// ever, so the end is not waited for.
fn what_is_there(mut output: impl Read + std::os::fd::AsFd) -> Vec<u8> {
    let mut content = Vec::new();
    if ioctl_fionbio(&output, true).is_ok() {
        // The error that nothing more is there comes last.
        let _ = output.read_to_end(&mut content);
    }
    content
}

#[cfg(test)]
mod tests {
    use std::fs;

    use neuropod_test_utils::write_program;

    use super::*;

    #[test]
    fn an_interpreter_that_fails_or_hangs_is_an_error_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python3");
        for (script, expected) in [
            ("exit 3", "does not run (exit status: 3)"),
            ("echo", "has no package `tensorflow`"),
            ("echo relative/tensorflow", "has no package `tensorflow`"),
            ("sleep 60", "did not answer within 0.5 seconds"),
            ("exec yes", "did not answer within 0.5 seconds"),
        ] {
            write_program(&program, script);
            let started = Instant::now();
            let told = ask(Duration::from_millis(500), &program, "tensorflow").unwrap_err();
            assert_eq!(told, expected, "{script}");
            assert!(started.elapsed() < Duration::from_secs(5), "{script}");
        }
        let told = ask(PATIENCE, &folder.path().join("none"), "tensorflow").unwrap_err();
        assert!(told.starts_with("does not start: "), "{told}");
    }

    #[test]
    fn an_answer_is_taken_though_its_output_stays_open() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python3");
        write_program(&program, "sleep 60 & echo /opt/tensorflow");
        assert_eq!(ask(PATIENCE, &program, "tensorflow").unwrap(), Path::new("/opt/tensorflow"));
    }

    #[test]
    fn a_real_python_finds_a_package_but_none_in_the_working_directory() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["installed", "working"] {
            let package = root.path().join(folder).join("fake_package");
            fs::create_dir_all(&package).unwrap();
            fs::write(package.join("__init__.py"), "import os; os._exit(7)").unwrap();
        }
        let script = root.path().join("python3");
        let (working, installed) = (root.path().join("working"), root.path().join("installed"));
        let ask = |more: &str| {
            write_program(&script, &format!("cd {}; {more} exec python3 \"$@\"", working.display()));
            ask(PATIENCE, &script, "fake_package")
        };
        assert_eq!(ask("").unwrap_err(), "has no package `fake_package`");
        let found = ask(&format!("PYTHONPATH={}", installed.display())).unwrap();
        assert_eq!(found, installed.join("fake_package"));
    }
}
