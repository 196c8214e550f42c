//! The real models and the recording that the demo and the tests use.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::cache::{self, Entry};
use crate::duration::readable;
use crate::pip;
use crate::process::Process;

const REQUIREMENTS: &str = "requirements-data.txt";

/// A pinned download, and what is kept of it.
struct Archive {
    /// The file's name, in which the version is the requirement's.
    file: &'static str,
    /// Paths inside the archive, and the paths under which they are kept.
    members: &'static [(&'static str, &'static str)],
}

const ARCHIVES: [Archive; 3] = [
    Archive {
        file: "silero_vad-6.2.3.tar.gz",
        members: &[
            ("silero_vad-6.2.3/src/silero_vad/data/silero_vad.jit", "silero_vad/silero_vad.jit"),
            ("silero_vad-6.2.3/tests/data/test.wav", "silero_vad/speech.wav"),
            ("silero_vad-6.2.3/LICENSE", "silero_vad/LICENSE"),
        ],
    },
    Archive {
        file: "basic_pitch-0.4.0-py2.py3-none-any.whl",
        members: &[
            ("basic_pitch/saved_models/icassp_2022/nmp/saved_model.pb", "basic_pitch/nmp/saved_model.pb"),
            (
                "basic_pitch/saved_models/icassp_2022/nmp/variables/variables.data-00000-of-00001",
                "basic_pitch/nmp/variables/variables.data-00000-of-00001",
            ),
            (
                "basic_pitch/saved_models/icassp_2022/nmp/variables/variables.index",
                "basic_pitch/nmp/variables/variables.index",
            ),
            ("basic_pitch-0.4.0.dist-info/LICENSE", "basic_pitch/LICENSE"),
            ("basic_pitch-0.4.0.dist-info/NOTICE", "basic_pitch/NOTICE"),
        ],
    },
    Archive {
        file: "Resemblyzer-0.1.4-py3-none-any.whl",
        members: &[
            ("resemblyzer/pretrained.pt", "resemblyzer/pretrained.pt"),
            ("Resemblyzer-0.1.4.dist-info/LICENSE", "resemblyzer/LICENSE"),
        ],
    },
];

/// Arguments: an archive, the folder, then `member path` pairs.
const EXTRACT: &str = "\
import os, shutil, sys, tarfile, zipfile
archive, folder, *pairs = sys.argv[1:]
if archive.endswith('.whl'):
    read = zipfile.ZipFile(archive).open
else:
    read = tarfile.open(archive).extractfile
for member, path in zip(pairs[::2], pairs[1::2]):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with read(member) as source, open(path, 'wb') as target:
        shutil.copyfileobj(source, target)
";

/// Where the files are.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    /// silero-vad: a TorchScript voice activity detector that keeps state between calls.
    pub(crate) silero_model: PathBuf,
    /// A minute of speech: 16-bit PCM, mono, 16 kHz.
    pub(crate) recording: PathBuf,
    /// basic-pitch: a TensorFlow SavedModel, as a folder, that finds notes in mono sound of 22.05 kHz.
    pub(crate) basic_pitch_model: PathBuf,
    /// Resemblyzer: the weights of a PyTorch module that tells voices apart.
    pub(crate) speaker_encoder_weights: PathBuf,
}

/// The files, downloaded if they are not there yet; `python` needs pip.
pub(crate) fn ensure_data(root: &Path, cache: &Path, python: &Path) -> Result<Data> {
    let requirements = root.join(REQUIREMENTS);
    let text = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let kept = || ARCHIVES.iter().flat_map(|archive| archive.members);
    let members: Vec<&str> = kept().flat_map(|(member, path)| [*member, *path]).collect();
    // The archives' hashes are part of the requirements.
    let key = cache::key(&[&text, &members.join("\n")]);
    let folder = cache.join("data").join(key);
    let started = Instant::now();
    let all_there = |folder: &Path| kept().all(|(_, path)| folder.join(path).is_file());
    let entry = cache::ensure(&folder, all_there, |folder| {
        eprintln!("  downloading {REQUIREMENTS} (46 MB)");
        download(folder, python, &requirements)
    })?;
    match entry {
        Entry::Found => eprintln!("  data: {} (cached)", folder.display()),
        Entry::Built => {
            eprintln!("  data: {} (fetched in {})", folder.display(), readable(started.elapsed()));
        }
    }
    Ok(Data {
        silero_model: folder.join("silero_vad/silero_vad.jit"),
        recording: folder.join("silero_vad/speech.wav"),
        basic_pitch_model: folder.join("basic_pitch/nmp"),
        speaker_encoder_weights: folder.join("resemblyzer/pretrained.pt"),
    })
}

fn download(folder: &Path, python: &Path, requirements: &Path) -> Result<()> {
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
    for archive in &ARCHIVES {
        let pairs = archive.members.iter().flat_map(|(member, path)| [member, path]);
        pip::clean(Process::new(python))
            .args(["-c", EXTRACT])
            .arg(archives.join(archive.file))
            .arg(folder)
            .args(pairs)
            .stdout()
            .with_context(|| format!("cannot unpack {}", archive.file))?;
    }
    fs::remove_dir_all(&archives).with_context(|| format!("cannot remove {}", archives.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archives_are_those_of_the_requirements() {
        let requirements = include_str!("../../requirements-data.txt");
        let pinned = requirements.lines().filter_map(|line| line.split_once("==")).map(|(name, rest)| {
            let version = rest.split(' ').next().unwrap();
            format!("{}-{version}", name.replace('-', "_"))
        });
        let pinned: Vec<String> = pinned.collect();
        assert_eq!(pinned.len(), ARCHIVES.len());
        for (release, archive) in pinned.iter().zip(&ARCHIVES) {
            assert!(archive.file.starts_with(release), "{} is not {release}", archive.file);
        }
    }
}
