//! The backends that a program can use.

use std::sync::{Arc, PoisonError, RwLock};

use node_semver::Version;

use crate::{Backend, BackendInfo, Error, ErrorKind, Result, VersionRange};

/// A set of backends, found by platform and version range.
///
/// Several versions for one platform may be registered: the highest that satisfies a package's
/// range is chosen. Registering and finding work from any thread.
#[derive(Debug, Default)]
pub struct Registry {
    entries: RwLock<Vec<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    info: BackendInfo,
    version: Version,
    backend: Arc<dyn Backend>,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Registry::default()
    }

    /// Adds a backend.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DuplicateBackend`] if the same name and version is registered for the platform,
    /// [`ErrorKind::InvalidArgument`] if the version is not a semantic version.
    pub fn register(&self, backend: Arc<dyn Backend>) -> Result<()> {
        let info = backend.info();
        let version = Version::parse(&info.version).map_err(|error| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("the version of {info} is not a semantic version: {error}"),
            )
        })?;
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.iter().any(|entry| entry.info == info) {
            return Err(Error::new(ErrorKind::DuplicateBackend, format!("{info} is registered already")));
        }
        entries.push(Entry { info, version, backend });
        Ok(())
    }

    /// The backend with the highest version in `range` for a platform.
    ///
    /// The range is written as in npm: `*`, `^2.0`, `1.0.1 - 2.0.0`, `1.x || 2.x`, `>=1 <2`; an
    /// empty one is `*`. A pre-release or development build of a framework counts as its release.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendNotFound`], listing what is registered and what would provide the
    /// platform; [`ErrorKind::InvalidArgument`] if the range cannot be read.
    pub fn find(&self, platform: &str, range: &str) -> Result<Arc<dyn Backend>> {
        let wanted = VersionRange::parse(range)?;
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let suitable = entries
            .iter()
            .filter(|entry| entry.info.platform == platform && wanted.contains_parsed(&entry.version));
        match suitable.max_by(|a, b| a.version.cmp(&b.version)) {
            Some(entry) => Ok(Arc::clone(&entry.backend)),
            None => Err(not_found(platform, range, &entries)),
        }
    }

    /// What is registered, in the order of registration.
    pub fn backends(&self) -> Vec<BackendInfo> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.iter().map(|entry| entry.info.clone()).collect()
    }
}

#[cold]
fn not_found(platform: &str, range: &str, entries: &[Entry]) -> Error {
    let message = if entries.is_empty() {
        format!("no backend is registered for platform `{platform}`{}", remedy(platform))
    } else {
        let known: Vec<_> = entries.iter().map(|entry| entry.info.to_string()).collect();
        let known = known.join(", ");
        if entries.iter().any(|entry| entry.info.platform == platform) {
            format!("no backend for platform `{platform}` has a version in `{range}`; registered: {known}")
        } else {
            format!(
                "no backend is registered for platform `{platform}`; registered: {known}{}",
                remedy(platform)
            )
        }
    };
    Error::new(ErrorKind::BackendNotFound, message)
}

/// What provides the platforms of the format.
fn remedy(platform: &str) -> &'static str {
    match platform {
        "torchscript" => {
            "; enable the feature `torch` of the crate `neuropod`, or register the crate `neuropod-backend-torch`"
        }
        "tensorflow" => {
            "; enable the feature `tf` of the crate `neuropod`, or register the crate `neuropod-backend-tf`"
        }
        "python" => {
            "; enable the feature `python` of the crate `neuropod`, or register the crate `neuropod-backend-python`"
        }
        _ => "; register the backend crate that provides it",
    }
}
