//! Starting TensorFlow without what it says as it starts.
//!
//! TensorFlow writes notes on processor features and the like to standard error, some of them while
//! it is being loaded and some when the first graph runs. They are dropped, unless the variable
//! `TF_CPP_MIN_LOG_LEVEL` shows that somebody wants to decide that; what else is written in the meantime
//! comes through, and so do errors.

use std::env;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;

use libloading::os::unix::{Library, Symbol};

/// Does what starts TensorFlow.
pub(super) fn quietly<T, E>(start: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    if wants_notes() {
        return start();
    }
    let capture = Capture::start().ok();
    let started = start();
    if let Some(capture) = capture {
        capture.finish(started.is_ok());
    }
    started
}

/// Releases of Abseil, whose log TensorFlow uses since 2.18; each has a namespace of its own.
const ABSEIL: [&str; 8] =
    ["20230802", "20240116", "20240722", "20250127", "20250512", "20250814", "20260107", "20260526"];

/// `absl::LogSeverityAtLeast::kError`.
const ERROR: i32 = 2;

/// Calls `absl::SetMinLogLevel(kError)` of a library that has it. In one that has not, TensorFlow
/// goes on to say what it likes, which after its start is little.
#[allow(unsafe_code)]
pub(super) fn log_errors_alone(library: &Library) {
    if wants_notes() {
        return;
    }
    let names =
        ABSEIL.map(|release| format!("_ZN4absl12lts_{release}14SetMinLogLevelENS0_18LogSeverityAtLeastE\0"));
    for name in names {
        // SAFETY: the mangled name says what the function takes, an enum whose underlying type is
        // `int`; it returns nothing.
        let function: Result<Symbol<unsafe extern "C" fn(i32)>, _> = unsafe { library.get(name.as_bytes()) };
        if let Ok(set_min_log_level) = function {
            // SAFETY: as above; it stores the number, atomically.
            unsafe { set_min_log_level(ERROR) }
            return;
        }
    }
}

fn wants_notes() -> bool {
    env::var_os("TF_CPP_MIN_LOG_LEVEL").is_some()
}

/// Standard error, led into a file as long as this lives.
struct Capture {
    stderr: OwnedFd,
    file: File,
}

impl Capture {
    fn start() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let stderr = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3)?;
        rustix::stdio::dup2_stderr(&file)?;
        Ok(Capture { stderr, file })
    }

    /// Leads standard error back, and writes to it what came in between; without TensorFlow's notes
    /// if all went well.
    fn finish(mut self, drop_notes: bool) {
        // Other threads wait, so that what they write next does not come before it.
        let mut stderr = io::stderr().lock();
        if rustix::stdio::dup2_stderr(&self.stderr).is_err() {
            return; // a descriptor that was valid before is no longer: somebody closed it
        }
        let mut text = Vec::new();
        if self.file.rewind().and_then(|()| self.file.read_to_end(&mut text)).is_err() {
            return;
        }
        let kept = if drop_notes { without_notes(&text) } else { text };
        // Where nobody reads standard error there is nothing to do about it.
        let _ = stderr.write_all(&kept);
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // If `finish` did so already, this changes nothing.
        let _ = rustix::stdio::dup2_stderr(&self.stderr);
    }
}

fn without_notes(text: &[u8]) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !is_note(&String::from_utf8_lossy(line))).collect::<Vec<_>>().concat()
}

/// Whether a line is an information or a warning of TensorFlow's log, or what introduces them. An
/// Abseil log line is `I0000 00:00:1700000000.000000 1234 port.cc:153] text`, an older one of
/// TensorFlow's `2024-01-01 00:00:00.000000: I tensorflow/core/util/port.cc:153] text`.
fn is_note(line: &str) -> bool {
    let introduces =
        ["WARNING: All log messages before absl::InitializeLog()", "To enable the following instructions:"];
    if introduces.iter().any(|start| line.starts_with(start)) {
        return true;
    }
    let Some((head, _)) = line.split_once("] ") else { return false };
    let Some((_, place)) = head.rsplit_once(char::is_whitespace) else { return false };
    let is_place = place.rsplit_once(':').is_some_and(|(file, number)| {
        (file.ends_with(".cc") || file.ends_with(".h")) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let of_abseil = line.starts_with(['I', 'W']) && line[1..].starts_with(|c: char| c.is_ascii_digit());
    let of_tensorflow = line.starts_with("20") && [": I ", ": W "].iter().any(|level| head.contains(level));
    is_place && (of_abseil || of_tensorflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_go_and_all_else_stays() {
        let text = "\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795421019.885032    3695 port.cc:153] oneDNN custom operations are on. You may see [1] this
mine
2024-05-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
E0000 00:00:1795421019.885032    3695 cuda_dnn.cc:8310] Unable to register
I0000 is a part number [x] of mine
[2024] another line of mine
";
        let kept = String::from_utf8(without_notes(text.as_bytes())).unwrap();
        let kept: Vec<_> = kept.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(kept, ["mine", "E0000", "I0000", "[2024]"]);
    }
}
