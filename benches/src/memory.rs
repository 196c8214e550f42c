//! How much memory a process needs at its peak.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod_bench_report::{Quartiles, Record, Reference, Unit};

use crate::{Subject, save};

/// The variable that says what a child process shall do.
const TASK: &str = "NEUROPOD_BENCH_TASK";

/// The variable with the path that the task is given.
const PATH: &str = "NEUROPOD_BENCH_TASK_PATH";

/// What a process of its own does, so that its peak of memory can be told.
///
/// A benchmark's `main` names the tasks first of all, and ends if it was one of them:
///
/// ```no_run
/// # use std::path::Path;
/// # fn load(path: &Path) {}
/// # let (package, file) = (Path::new("model.neuropod"), Path::new("model.pt"));
/// use neuropod_benches::{PeakMemory, Subject, peak_memory};
///
/// if peak_memory::is_done(&[("ours", &load), ("libtorch", &load)]) {
///     return;
/// }
/// PeakMemory { ours: ("ours", package), reference: ("libtorch", file) }
///     .run(Subject::new("memory", "1 GiB").of("torch"));
/// ```
pub struct PeakMemory<'a> {
    /// The name of the task that is ours, and the path that it is given.
    pub ours: (&'static str, &'a Path),
    /// The name of the task that it is compared with, which is the reference's name, and the path that it is given.
    pub reference: (&'static str, &'a Path),
}

impl PeakMemory<'_> {
    /// Runs both tasks in processes of their own, prints the ratio of what they needed, and saves a record.
    ///
    /// # Panics
    ///
    /// If a task fails, or the record cannot be written.
    pub fn run(&self, subject: Subject) {
        let (ours, theirs) = (peak_of(self.ours), peak_of(self.reference));
        let reference = Reference {
            name: self.reference.0.to_owned(),
            value: Quartiles::once(theirs),
            ratio: Quartiles::once(ours / theirs),
        };
        let record = subject.record(Unit::Bytes, Quartiles::once(ours), 1);
        save(&Record { way: Some("Rust".into()), reference: Some(reference), ..record });
    }
}

/// The tasks of [`PeakMemory`].
pub mod peak_memory {
    use super::{PATH, Path, PathBuf, TASK, env, peak};

    /// A name, and what is done with a path.
    pub type Task<'a> = (&'a str, &'a dyn Fn(&Path));

    /// Does the task that this process was started for, if any, and prints its peak.
    ///
    /// # Panics
    ///
    /// If there is no task of that name, or it has no path.
    pub fn is_done(tasks: &[Task<'_>]) -> bool {
        let Ok(wanted) = env::var(TASK) else { return false };
        let (_, task) = tasks.iter().find(|(name, _)| *name == wanted).expect("the task is one of these");
        task(&PathBuf::from(env::var_os(PATH).expect("the task has a path")));
        println!("{}", peak());
        true
    }
}

fn peak_of((task, path): (&str, &Path)) -> f64 {
    let program = env::current_exe().expect("this program has a path");
    let output =
        Command::new(program).env(TASK, task).env(PATH, path).output().expect("this program can be started");
    let printed = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{task}` failed: {complaint}");
    let last = printed.lines().last().unwrap_or_default();
    last.parse().unwrap_or_else(|_| panic!("`{task}` printed `{last}` instead of a number: {complaint}"))
}

/// The most memory that this process has had at any time, in bytes: what `proc(5)` calls `VmHWM`.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel says what a process needs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak is told");
    let kibibytes = line.trim().trim_end_matches(" kB").parse::<u64>().expect("the peak is a number");
    kibibytes << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_does_not_fall() {
        let before = peak();
        let memory = vec![1_u8; 64 << 20];
        assert!(memory.iter().all(|byte| *byte == 1));
        drop(memory);
        assert!(peak() >= before + (60 << 20));
    }
}
