//! Files of shared libraries.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use neuropod_core::{Error, ErrorKind, Result, is_cut_off_library};

/// How much of a file tells where it ends.
const START: u64 = 64;

/// Whether a library is there as a whole: opening one whose end is missing would end the process.
pub(crate) fn check_whole(path: &Path) -> Result<()> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start)?;
    if is_cut_off_library(&start, size) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let message = format!("{name} cannot be loaded: the end of the file is missing; install it again");
        return Err(Error::new(ErrorKind::Load, message));
    }
    Ok(())
}
