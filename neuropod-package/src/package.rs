//! An open package.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use neuropod_core::{ModelFiles, ModelSource};
use neuropod_spec::ProblemDefinition;

use crate::config::{CONFIG, check_references};
use crate::files::PackageFiles;
use crate::verify::{MANIFEST, verify};
use crate::{Integrity, Limits, Manifest, OpenOptions, PackageError, Problem, TestData, Verification};

/// An open package: its problem definition and its files. A clone shares them.
///
/// A zip file is held open through one handle, so that what was verified is what is read, even if
/// another file takes its path. The files of a folder are opened as they are needed: whoever can
/// write there can change them after they were verified.
#[derive(Clone, Debug)]
pub struct Package {
    definition: Arc<ProblemDefinition>,
    files: Arc<PackageFiles>,
    limits: Limits,
}

pub(crate) fn open(
    path: &Path,
    integrity: Integrity,
    limits: Limits,
) -> Result<(Package, Verification), PackageError> {
    let files = Arc::new(PackageFiles::open(path, &limits)?);
    let start = || -> Result<_, PackageError> {
        files.check_layout()?;
        let definition = load_definition(&files, &limits)?;
        check_references(&files, &definition, limits.max_config_size)?;
        let verification = start_verification(&files, integrity, &limits)?;
        Ok((definition, verification))
    };
    let (definition, verification) = start().map_err(|error| error.in_package(path))?;
    Ok((Package { definition: Arc::new(definition), files, limits }, verification))
}

pub(crate) fn read_definition(path: &Path, limits: &Limits) -> Result<ProblemDefinition, PackageError> {
    let files = PackageFiles::open(path, limits)?;
    load_definition(&files, limits).map_err(|error| error.in_package(path))
}

impl Package {
    /// Opens a package, a folder or a zip file, and verifies its manifest if it has one.
    ///
    /// # Errors
    ///
    /// [`PackageError::problem`] says what is wrong with it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PackageError> {
        OpenOptions::new().open(path)
    }

    /// The path that it was opened at.
    pub fn path(&self) -> &Path {
        self.files.package()
    }

    /// The problem definition: name, platform, inputs and outputs.
    pub fn definition(&self) -> &ProblemDefinition {
        &self.definition
    }

    /// The files. What they unpack to disk is removed with the last handle.
    pub fn files(&self) -> Arc<dyn ModelFiles> {
        Arc::clone(&self.files) as Arc<dyn ModelFiles>
    }

    /// The path of every file and its size in bytes, unpacked if the package is a zip file; sorted by
    /// path. Nothing is read.
    pub fn sizes(&self) -> impl ExactSizeIterator<Item = (&str, u64)> {
        self.files.list().iter().map(|(path, size)| (path.as_str(), *size))
    }

    /// Whether the package is a zip file, not a folder.
    pub fn is_zip(&self) -> bool {
        self.files.is_archive()
    }

    /// What a backend loads the model from.
    pub fn source(&self) -> Arc<ModelSource> {
        let definition = &*self.definition;
        let mut source = ModelSource::new(&*definition.name, &*definition.platform, self.files());
        source.inputs.clone_from(&definition.inputs);
        source.outputs.clone_from(&definition.outputs);
        source.custom_ops.clone_from(&definition.custom_ops);
        source.input_devices.clone_from(&definition.input_tensor_device);
        Arc::new(source)
    }

    /// The manifest; `None` if there is none, or if it was skipped with [`Integrity::Skip`].
    pub fn manifest(&self) -> Option<&Manifest> {
        self.files.manifest()
    }

    /// Reads the manifest, also with [`Integrity::Skip`]; `None` if there is none. Nothing is compared
    /// with it.
    ///
    /// # Errors
    ///
    /// If it is damaged, or of a version that is unknown.
    pub fn read_manifest(&self) -> Result<Option<Manifest>, PackageError> {
        load_manifest(&self.files, &self.limits).map_err(|error| error.in_package(self.path()))
    }

    /// The sample inputs and outputs in `test_data.npz`, read into memory; `None` if there is no
    /// such file.
    ///
    /// # Errors
    ///
    /// If the file is damaged or holds something else than tensors.
    pub fn test_data(&self) -> Result<Option<TestData>, PackageError> {
        let data = TestData::read(&self.files, &self.limits);
        data.map_err(|error| error.in_package(self.path()))
    }

    /// Reads every file and compares it with the manifest, or with its CRC-32 in a zip file
    /// without one; also with [`Integrity::Skip`]. A file that was compared while it was unpacked
    /// is not read again.
    ///
    /// # Errors
    ///
    /// If a file differs, is not in the manifest, is missing or cannot be read.
    pub fn verify(&self) -> Result<(), PackageError> {
        self.verify_with_progress(|_| ())
    }

    /// Like [`Package::verify`]; `progress` is told, again and again, how many bytes were compared since it was
    /// last called. All together they are the sum of [`Package::sizes`].
    ///
    /// # Errors
    ///
    /// As for [`Package::verify`].
    pub fn verify_with_progress(&self, mut progress: impl FnMut(u64)) -> Result<(), PackageError> {
        let manifest = self.read_manifest()?;
        verify(&self.files, manifest.as_ref(), &AtomicBool::new(false), &mut progress)
    }
}

fn load_definition(files: &PackageFiles, limits: &Limits) -> Result<ProblemDefinition, PackageError> {
    let json = files.read_small(CONFIG, limits.max_config_size)?.ok_or(Problem::NoConfig)?;
    ProblemDefinition::from_json(&json).map_err(|error| Problem::Config(Box::new(error)).at(CONFIG))
}

fn load_manifest(files: &PackageFiles, limits: &Limits) -> Result<Option<Manifest>, PackageError> {
    let json = files.read_small(MANIFEST, limits.max_config_size)?;
    let manifest = json.map(|json| Manifest::from_json(&json)).transpose();
    manifest.map_err(|problem| problem.at(MANIFEST))
}

fn start_verification(
    files: &Arc<PackageFiles>,
    integrity: Integrity,
    limits: &Limits,
) -> Result<Verification, PackageError> {
    if integrity == Integrity::Skip {
        return Ok(Verification::nothing());
    }
    let manifest = load_manifest(files, limits)?;
    if manifest.is_none() && integrity == Integrity::Require {
        return Err(Problem::NoManifest.into());
    }
    if let Some(manifest) = &manifest {
        files.set_manifest(manifest.clone());
    }
    Verification::start(Arc::clone(files), manifest)
}
