//! `manifest.json`: the SHA-256 of every file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Problem;

/// The version that is read and written.
const VERSION: u64 = 1;

/// The SHA-256 of every file in a package but of the manifest itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    files: BTreeMap<String, String>,
}

/// The file's form; the keys are written in alphabetical order.
#[derive(Deserialize, Serialize)]
struct Document {
    #[serde(deserialize_with = "distinct")]
    files: BTreeMap<String, String>,
    manifest_version: u64,
}

impl Manifest {
    /// The paths from the package's root, sorted, and the SHA-256 of each as 64 lower-case
    /// hexadecimal digits.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, hash)| (path.as_str(), hash.as_str()))
    }

    /// The SHA-256 of a file, as 64 lower-case hexadecimal digits.
    pub fn hash(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub(crate) fn insert(&mut self, path: String, hash: String) {
        self.files.insert(path, hash);
    }

    pub(crate) fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let document: Document =
            serde_json::from_slice(json).map_err(|error| Problem::Manifest(error.to_string()))?;
        if document.manifest_version != VERSION {
            return Err(Problem::ManifestVersion(document.manifest_version));
        }
        match document.files.iter().find(|(_, hash)| !is_sha256(hash)) {
            Some((path, hash)) => Err(Problem::Manifest(format!(
                "`{hash}`, given for `{path}`, is no SHA-256 in lower-case hexadecimal"
            ))),
            None => Ok(Manifest { files: document.files }),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let document = Document { files: self.files.clone(), manifest_version: VERSION };
        // Maps of strings and numbers cannot fail to be written.
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }
}

/// Reads an object in which no key occurs twice: readers differ in which value they take.
fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Distinct;

    impl<'de> Visitor<'de> for Distinct {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of paths and hashes")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut files = BTreeMap::new();
            while let Some((path, hash)) = map.next_entry::<String, String>()? {
                if files.contains_key(&path) {
                    return Err(A::Error::custom(format_args!("`{path}` occurs twice")));
                }
                files.insert(path, hash);
            }
            Ok(files)
        }
    }

    deserializer.deserialize_map(Distinct)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
