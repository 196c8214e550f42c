//! Versions of Python packages.

use node_semver::Version;

/// The release that a version as Python packages write them leads to: `2.13.0` for `2.13.0+cpu`,
/// `2.13.0a0+git1` and `2.13`.
pub(crate) fn python_release(version: &str) -> Option<Version> {
    let end = version.find(|character: char| !character.is_ascii_digit() && character != '.');
    let digits = version[..end.unwrap_or(version.len())].trim_end_matches('.');
    let mut parts = digits.split('.').map(|part| part.parse::<u64>().ok());
    let major = parts.next()??;
    let minor = parts.next().unwrap_or(Some(0))?;
    let patch = parts.next().unwrap_or(Some(0))?;
    Some(Version::from((major, minor, patch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_python_packages_are_read_as_their_releases() {
        let release = |version| python_release(version).map(|release| release.to_string());
        for version in ["2.13.0", "2.13.0+cpu", "2.13", "2.13.0a0+git1", "2.13.0.dev20260101", "2.13rc1"] {
            assert_eq!(release(version).as_deref(), Some("2.13.0"), "{version}");
        }
        for version in ["", "x", "v2", ".", "2..1", "99999999999999999999999"] {
            assert_eq!(release(version), None, "{version}");
        }
    }
}
