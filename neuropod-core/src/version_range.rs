//! Ranges of frameworks' versions.

use std::fmt;

use node_semver::{Range, Version};

use crate::{Error, ErrorKind, Result};

/// A range of versions, written as in npm: `*`, `^2.0`, `1.0.1 - 2.0.0`, `1.x || 2.x`, `>=1 <2`; an empty one is
/// `*`.
///
/// ```
/// use neuropod_core::VersionRange;
///
/// let range = VersionRange::parse("^2.1")?;
/// assert!(range.contains("2.13.0") && range.contains("2.13.0-dev.1") && !range.contains("3.0.0"));
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct VersionRange(Range);

impl VersionRange {
    /// Reads a range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is not as npm writes ranges.
    pub fn parse(range: &str) -> Result<Self> {
        let range = if range.trim().is_empty() { "*" } else { range };
        Range::parse(range).map(VersionRange).map_err(|error| {
            let message = format!("`{range}` is not a version range as npm writes them: {error}");
            Error::new(ErrorKind::InvalidArgument, message)
        })
    }

    /// Whether the range holds a semantic version, or the release that it leads to.
    ///
    /// npm keeps pre-releases out of ranges that do not name one. Frameworks call nightly and local builds so, and a
    /// package that wants `^2` is served by them. What is no semantic version is in no range.
    pub fn contains(&self, version: &str) -> bool {
        Version::parse(version).is_ok_and(|version| self.contains_parsed(&version))
    }

    pub(crate) fn contains_parsed(&self, version: &Version) -> bool {
        let release = Version::from((version.major, version.minor, version.patch));
        self.0.satisfies(version) || self.0.satisfies(&release)
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pre_release_counts_as_its_release() {
        let range = VersionRange::parse("~2.13.0").unwrap();
        assert!(range.contains("2.13.1") && range.contains("2.13.0-alpha") && !range.contains("2.12.9"));
        assert!(!range.contains("2.13") && !range.contains("two"));
        assert!(VersionRange::parse(" ").unwrap().contains("0.1.0"));
        let told = VersionRange::parse("two").unwrap_err().to_string();
        assert!(told.starts_with("invalid argument: `two` is not a version range"), "{told}");
    }
}
