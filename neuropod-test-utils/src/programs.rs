//! Programs that tests write.

use std::path::Path;
use std::process::Command;

/// Writes a program that `sh` runs as the script says, in place of what is there.
///
/// Another process writes it. If this one did, a process that another thread starts at that moment would have the file
/// open for writing too, and to execute it would fail: `Text file busy`.
///
/// # Panics
///
/// If it cannot be written.
pub fn write_program(path: &Path, script: &str) {
    let write = r##"rm -f "$2" && printf '#!/bin/sh\n%s\n' "$1" > "$2" && chmod 755 "$2""##;
    let status = Command::new("sh").args(["-c", write, "sh", script]).arg(path).status();
    assert!(status.is_ok_and(|status| status.success()), "{} cannot be written", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_written_as_it_is_and_runs() {
        let folder = std::env::temp_dir().join(format!("neuropod-program-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let program = folder.join("with 'quotes'");
        for said in ["one % two", "\\n $HOME `date`"] {
            write_program(&program, &format!("printf %s '{said}'"));
            let output = Command::new(&program).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), said);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
