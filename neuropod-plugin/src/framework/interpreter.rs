//! Asks the Python on the path where a package is.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::variables::Variables;

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

/// More than any path; what goes on for longer is no answer.
const LONGEST_ANSWER: u64 = 64 << 10;

/// The first `python3` on the path.
pub(super) fn on_path(variables: &Variables) -> Option<PathBuf> {
    // A relative folder would be one of the working directory.
    let folders = variables.paths("PATH").into_iter().filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join("python3")).find(|program| program.is_file())
}

/// The folder of a package in the program's environment. The error says why there is none.
pub(super) fn ask(program: &Path, package: &str) -> Result<PathBuf, String> {
    ask_within(PATIENCE, program, package)
}

fn ask_within(patience: Duration, program: &Path, package: &str) -> Result<PathBuf, String> {
    let mut child = Command::new(program)
        .args(["-B", "-c", SCRIPT, package])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What it starts, as version managers do, is ended together with it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("does not start: {error}"))?;
    let mut answer = answer(&mut child, patience)?;
    while answer.last().is_some_and(u8::is_ascii_whitespace) {
        answer.pop();
    }
    let folder = PathBuf::from(OsString::from_vec(answer));
    if folder.is_absolute() { Ok(folder) } else { Err(format!("has no package `{package}`")) }
}

fn answer(child: &mut Child, patience: Duration) -> Result<Vec<u8>, String> {
    let deadline = Instant::now() + patience;
    let output = child.stdout.take().ok_or("has no output")?;
    let Ok(answer) = read_apart(output).recv_timeout(patience) else {
        return Err(give_up(child, patience));
    };
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(answer),
            Ok(Some(status)) => return Err(format!("does not run ({status})")),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
    Err(give_up(child, patience))
}

/// Reads in a thread of its own: another process that inherited the output may keep it open for ever,
/// and then that thread alone waits.
fn read_apart(output: ChildStdout) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut answer = Vec::new();
        // A failure leaves an answer that is no path.
        let _ = output.take(LONGEST_ANSWER).read_to_end(&mut answer);
        let _ = sender.send(answer);
    };
    // Without a thread the sender is gone, and the receiver hears of it.
    let _ = thread::Builder::new().spawn(read);
    receiver
}

/// Ends the program, which was not waited for yet: its id is still its own.
fn give_up(child: &mut Child, patience: Duration) -> String {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It fails only if all of them have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
    format!("did not answer within {} seconds", patience.as_secs_f32())
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
            ("echo", "has no package `torch`"),
            ("echo relative/torch", "has no package `torch`"),
            ("sleep 60", "did not answer within 0.5 seconds"),
            ("exec >&-; sleep 60", "did not answer within 0.5 seconds"),
            ("exec yes", "does not run (signal: 13 (SIGPIPE))"),
            // What it leaves behind keeps the output open.
            ("sleep 60 & exit 0", "did not answer within 0.5 seconds"),
        ] {
            write_program(&program, script);
            let started = Instant::now();
            let told = ask_within(Duration::from_millis(500), &program, "torch").unwrap_err();
            assert_eq!(told, expected, "{script}");
            assert!(started.elapsed() < Duration::from_secs(5), "{script}");
        }
        let told = ask(&folder.path().join("none"), "torch").unwrap_err();
        assert!(told.starts_with("does not start: "), "{told}");
    }

    #[test]
    fn the_path_is_searched_in_its_order_and_without_the_working_directory() {
        let folder = tempfile::tempdir().unwrap();
        let second = folder.path().join("second");
        fs::create_dir(&second).unwrap();
        write_program(&second.join("python3"), "echo /opt/torch");
        let path = std::env::join_paths([Path::new("relative"), folder.path(), &second]).unwrap();
        let found = on_path(&Variables::only([("PATH", path)])).unwrap();
        assert_eq!(found, second.join("python3"));
        assert_eq!(ask(&found, "torch").unwrap(), Path::new("/opt/torch"));
        assert_eq!(on_path(&Variables::only([("PATH", "relative")])), None);
    }

    #[test]
    fn a_real_python_finds_a_package_but_none_in_the_working_directory() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["installed", "working"] {
            let package = root.path().join(folder).join("fake_package");
            fs::create_dir_all(&package).unwrap();
            fs::write(package.join("__init__.py"), "import os; os._exit(7)").unwrap();
        }
        let python = on_path(&Variables::Process).unwrap();
        let ask = |more: &str| {
            let script = root.path().join("python3");
            let (folder, python) = (root.path().join("working"), python.display());
            write_program(&script, &format!("cd {}; {more} exec {python} \"$@\"", folder.display()));
            ask(&script, "fake_package")
        };
        assert_eq!(ask("").unwrap_err(), "has no package `fake_package`");
        let installed = root.path().join("installed");
        let found = ask(&format!("PYTHONPATH={}", installed.display())).unwrap();
        assert_eq!(found, installed.join("fake_package"));
    }
}
