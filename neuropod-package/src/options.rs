//! How a package is opened.

use std::path::Path;

use neuropod_spec::ProblemDefinition;

use crate::{Limits, Package, PackageError, Verification, package};

/// What happens with the hashes in a package's `manifest.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Integrity {
    /// Every file is compared with the manifest; a package without one is accepted, and the
    /// entries of a zip file are compared with their CRC-32 then.
    #[default]
    Verify,
    /// As [`Integrity::Verify`], but a package without a manifest is refused.
    Require,
    /// Nothing is read but what is needed, and the manifest is not looked at.
    Skip,
}

/// How a package is opened.
///
/// ```no_run
/// use neuropod_package::{Integrity, Limits, OpenOptions};
///
/// let package = OpenOptions::new()
///     .integrity(Integrity::Require)
///     .limits(Limits { max_total_size: 1 << 30, ..Limits::default() })
///     .open("model.neuropod")?;
/// # Ok::<(), neuropod_package::PackageError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    integrity: Integrity,
    limits: Limits,
}

impl OpenOptions {
    /// Verifies the manifest if there is one, and applies the default limits.
    pub fn new() -> Self {
        OpenOptions::default()
    }

    /// Sets what happens with the manifest's hashes.
    #[must_use]
    pub fn integrity(mut self, integrity: Integrity) -> Self {
        self.integrity = integrity;
        self
    }

    /// Sets how much the package may ask of its reader.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Opens a package, a folder or a zip file, and verifies it as far as the options ask for.
    ///
    /// # Errors
    ///
    /// [`PackageError::problem`] says what is wrong with it.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Package, PackageError> {
        let (package, verification) = self.open_concurrently(path)?;
        verification.finish()?;
        Ok(package)
    }

    /// Opens a package and returns while another thread still compares its files with the
    /// manifest: so hashing a large model costs no time while it is being loaded. Nothing that
    /// was made of the package may be used before [`Verification::finish`] has returned.
    ///
    /// # Errors
    ///
    /// [`PackageError::problem`] says what is wrong with the package, apart from hashes.
    pub fn open_concurrently(self, path: impl AsRef<Path>) -> Result<(Package, Verification), PackageError> {
        package::open(path.as_ref(), self.integrity, self.limits)
    }

    /// Reads the problem definition alone, which takes the same short time for a package of any
    /// size: nothing is hashed, unpacked or compared.
    ///
    /// ```no_run
    /// use neuropod_package::OpenOptions;
    ///
    /// let definition = OpenOptions::new().read_definition("model.neuropod")?;
    /// println!("{} runs on {}", definition.name, definition.platform);
    /// # Ok::<(), neuropod_package::PackageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PackageError::problem`] says what is wrong with the package.
    pub fn read_definition(self, path: impl AsRef<Path>) -> Result<ProblemDefinition, PackageError> {
        package::read_definition(path.as_ref(), &self.limits)
    }
}
