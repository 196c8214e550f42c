//! What was measured on.

use std::fs;
use std::thread;

use serde::{Deserialize, Serialize};

/// The machine, as far as times depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name, as it tells it.
    pub processor: String,
    /// How many threads run at a time.
    pub cores: usize,
    /// In bytes.
    pub memory: u64,
    /// The operating system and its version.
    pub system: String,
}

impl Machine {
    /// This one. What the system does not tell is `unknown`.
    pub fn this() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let kibibytes =
            field(&memory, "MemTotal").and_then(|size| size.trim_end_matches(" kB").parse::<u64>().ok());
        Machine {
            processor: field(&cpu, "model name").unwrap_or("unknown").to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory: kibibytes.unwrap_or_default() << 10,
            system: format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned(),
        }
    }
}

/// What stands behind a name and a colon.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: A processor @ 2.0 GHz\n";
        assert_eq!(field(text, "model name"), Some("A processor @ 2.0 GHz"));
        assert_eq!(field(text, "cache"), None);
    }
}
