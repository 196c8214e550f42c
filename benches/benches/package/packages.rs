//! Packages of any size.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use neuropod_package::{Compression, PackageBuilder};
use neuropod_spec::ProblemDefinition;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Where a package keeps its model.
pub(crate) const MODEL: &str = "0/data/model.pt";

/// How much is written at once.
const CHUNK: usize = 1 << 20;

pub(crate) fn definition() -> ProblemDefinition {
    ProblemDefinition::new("bench", "torchscript")
}

/// A file of so many bytes, which look like weights: float32 numbers that hardly deflate. It is made once.
pub(crate) fn weights(folder: &Path, bytes: usize) -> PathBuf {
    let path = folder.join(format!("{bytes}.weights"));
    if path.exists() {
        return path;
    }
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32
    };
    let content: Vec<u8> = (0..bytes / size_of::<f32>()).flat_map(|_| next().to_le_bytes()).collect();
    fs::write(&path, content).expect("the file can be written");
    path
}

/// A stored zip file with weights as its model. It is made once.
pub(crate) fn stored(folder: &Path, bytes: usize) -> PathBuf {
    let path = folder.join(format!("{bytes}.neuropod"));
    if !path.exists() {
        let builder = PackageBuilder::new(definition()).file(MODEL, weights(folder, bytes));
        builder.write_zip(&path, Compression::Store).expect("the package can be written");
    }
    path
}

/// A stored zip file with a model of so many zero bytes, which take no space on disk; without a manifest.
pub(crate) fn sparse(folder: &Path, bytes: usize) -> PathBuf {
    let path = folder.join(format!("{bytes}.sparse.neuropod"));
    let file = Sparse(File::create(&path).expect("the file can be made"));
    write_sparse(file, bytes).expect("the package can be written");
    path
}

fn write_sparse(file: Sparse, bytes: usize) -> zip::result::ZipResult<()> {
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut zip = ZipWriter::new(file);
    zip.start_file(MODEL, options.large_file(true))?;
    let zeros = vec![0; CHUNK];
    for start in (0..bytes).step_by(CHUNK) {
        zip.write_all(&zeros[..CHUNK.min(bytes - start)])?;
    }
    zip.start_file("config.json", options)?;
    zip.write_all(definition().to_json().as_bytes())?;
    zip.finish().map(drop)
}

/// A file in which zeros are holes.
struct Sparse(File);

impl Write for Sparse {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if buffer.len() == CHUNK && buffer.iter().all(|byte| *byte == 0) {
            self.0.seek(SeekFrom::Current(CHUNK as i64))?;
            return Ok(CHUNK);
        }
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Sparse {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}
