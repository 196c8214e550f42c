//! The version of a library that is not open.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Found;

/// What TensorFlow's wheels are called.
const WHEELS: [&str; 5] =
    ["tensorflow", "tensorflow_cpu", "tensorflow_gpu", "tensorflow_intel", "tensorflow_macos"];

impl Found {
    /// The version that pip noted for the wheel, or that the headers beside the library name: those of
    /// wheels since 2.21 do not.
    pub(crate) fn version(&self) -> Option<String> {
        let folder = self.library.parent()?;
        folder.parent().and_then(installed_in).or_else(|| named_by_headers(folder))
    }
}

/// The version in the name of a wheel's folder, `tensorflow_cpu-2.21.0.dist-info`; none if several differ,
/// or if it is no release.
fn installed_in(site_packages: &Path) -> Option<String> {
    let entries = fs::read_dir(site_packages).ok()?.flatten();
    let versions: BTreeSet<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let (name, version) = name.to_str()?.strip_suffix(".dist-info")?.rsplit_once('-')?;
            WHEELS.contains(&&*name.to_ascii_lowercase()).then(|| version.to_owned())
        })
        .collect();
    let version = versions.first().filter(|_| versions.len() == 1)?;
    let is_release = version.split('.').all(|part| part.parse::<u32>().is_ok());
    (is_release && version.split('.').count() == 3).then(|| version.clone())
}

fn named_by_headers(folder: &Path) -> Option<String> {
    let headers = ["release_version.h", "version.h"];
    let includes = [folder.join("include"), folder.join("../include")];
    let files = includes.iter().flat_map(|include| {
        headers.iter().map(move |header| include.join("tensorflow/core/public").join(header))
    });
    files.into_iter().find_map(|file| version_in(&fs::read_to_string(file).ok()?))
}

/// The version that a header defines in parts.
fn version_in(header: &str) -> Option<String> {
    let part = |name: &str| {
        let rest =
            header.lines().find_map(|line| line.trim().strip_prefix("#define ")?.strip_prefix(name))?;
        rest.trim().parse::<u32>().ok()
    };
    let parts = [part("TF_MAJOR_VERSION ")?, part("TF_MINOR_VERSION ")?, part("TF_PATCH_VERSION ")?];
    Some(parts.map(|part| part.to_string()).join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_headers() {
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("tensorflow/include/tensorflow/core/public");
        fs::create_dir_all(&public).unwrap();
        let found =
            Found { library: folder.path().join("tensorflow/libtensorflow_cc.so.2"), framework: None };
        assert_eq!(found.version(), None);
        let header = "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 16\n#define TF_PATCH_VERSION 1\n";
        fs::write(public.join("version.h"), header).unwrap();
        assert_eq!(found.version().as_deref(), Some("2.16.1"));
    }

    #[test]
    fn the_version_is_the_one_that_pip_noted() {
        let version = |names: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                fs::create_dir(folder.path().join(name)).unwrap();
            }
            let library = folder.path().join("tensorflow/libtensorflow_cc.so.2");
            Found { library, framework: None }.version()
        };
        assert_eq!(
            version(&["tensorflow_cpu-2.21.0.dist-info", "tensorflow_estimator-2.15.0.dist-info"]).as_deref(),
            Some("2.21.0")
        );
        assert_eq!(version(&["tensorflow-2.21.0rc1.dist-info"]), None);
        assert_eq!(version(&["tensorflow-2.21.0.dist-info", "tensorflow_cpu-2.20.0.dist-info"]), None);
    }
}
