//! The real model and the recording that the demo and the tests use.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::cache::{self, Entry};
use crate::duration::readable;
use crate::pip;
use crate::process::Process;

const REQUIREMENTS: &str = "requirements-data.txt";

/// What is taken out of silero-vad's source archive, and under which name it is kept.
const MEMBERS: [(&str, &str); 3] = [
    ("src/silero_vad/data/silero_vad.jit", "silero_vad.jit"),
    ("tests/data/test.wav", "speech.wav"),
    ("LICENSE", "LICENSE"),
];

/// Arguments: the archive, the folder, then `member name` pairs.
const EXTRACT: &str = "\
import os, shutil, sys, tarfile
archive, folder, *pairs = sys.argv[1:]
with tarfile.open(archive) as tar:
    top = tar.next().name.split('/')[0]
    for member, name in zip(pairs[::2], pairs[1::2]):
        with tar.extractfile(top + '/' + member) as source, open(os.path.join(folder, name), 'wb') as target:
            shutil.copyfileobj(source, target)
";

/// Where the files are.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    /// silero-vad: a TorchScript voice activity detector that keeps state between calls.
    pub(crate) silero_model: PathBuf,
    /// A minute of speech: 16-bit PCM, mono, 16 kHz.
    pub(crate) recording: PathBuf,
}

/// The files, downloaded if they are not there yet; `python` needs pip.
pub(crate) fn ensure_data(root: &Path, cache: &Path, python: &Path) -> Result<Data> {
    let requirements = root.join(REQUIREMENTS);
    let text = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let members: Vec<&str> = MEMBERS.iter().flat_map(|(member, name)| [*member, *name]).collect();
    // The archive's hash is part of the requirements.
    let key = cache::key(&[&text, &members.join("\n")]);
    let folder = cache.join("data").join(key);
    let started = Instant::now();
    let all_there = |folder: &Path| MEMBERS.iter().all(|(_, name)| folder.join(name).is_file());
    let entry = cache::ensure(&folder, all_there, |folder| {
        eprintln!("  downloading {REQUIREMENTS} (30 MB)");
        download(folder, python, &requirements, &members)
    })?;
    match entry {
        Entry::Found => eprintln!("  data: {} (cached)", folder.display()),
        Entry::Built => {
            eprintln!("  data: {} (fetched in {})", folder.display(), readable(started.elapsed()));
        }
    }
    Ok(Data { silero_model: folder.join("silero_vad.jit"), recording: folder.join("speech.wav") })
}

fn download(folder: &Path, python: &Path, requirements: &Path, members: &[&str]) -> Result<()> {
    let archives = folder.join("archives");
    let arguments = [
        "download",
        "--progress-bar=off",
        "--no-deps",
        "--no-binary=silero-vad",
        "--require-hashes",
        "--dest",
        &archives.to_string_lossy(),
        "--requirement",
        &requirements.to_string_lossy(),
    ];
    pip::run(python, &arguments, &folder.with_extension("log"))?;
    let archive = fs::read_dir(&archives)?.next().context("pip downloaded nothing")??.path();
    let extracted = pip::clean(Process::new(python)).args(["-c", EXTRACT]).arg(archive).arg(folder);
    extracted.args(members).stdout().context("cannot unpack silero-vad")?;
    fs::remove_dir_all(&archives).with_context(|| format!("cannot remove {}", archives.display()))
}
