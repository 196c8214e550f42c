//! `0/config.json`: where a package's code starts.

use neuropod_core::{Error, ModelSource};
use serde::Deserialize;

use crate::PythonError;

/// Where a package keeps it.
pub(crate) const FILE: &str = "0/config.json";
const MOST_BYTES: u64 = 16 << 20;

/// The file's content. Keys that are not named here are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Config {
    /// A dotted module under `0/code`.
    pub(crate) entrypoint_package: String,
    /// A function of that module.
    pub(crate) entrypoint: String,
}

impl Config {
    pub(crate) fn read(source: &ModelSource) -> Result<Self, Error> {
        let bytes = source.files.read(FILE, MOST_BYTES)?;
        parse(&bytes).map_err(|reason| {
            let message = format!(
                "the configuration for Python cannot be read: {reason}; expected \
                 `{{\"entrypoint\": \"function\", \"entrypoint_package\": \"module\"}}`"
            );
            Error::from(PythonError::InvalidPackage(message)).with("file", FILE)
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Config, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let text = neuropod_spec::blank_comments(text).map_err(|error| error.to_string())?;
    let config: Config = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    // The names become those of modules: nothing of a path may be in them.
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if !config.entrypoint_package.split('.').all(is_name) {
        return Err(format!("`{}` is no dotted module name", config.entrypoint_package));
    }
    if !is_name(&config.entrypoint) {
        return Err(format!("`{}` is no name of a function", config.entrypoint));
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entrypoint_is_read() {
        let config =
            parse(br#"{"entrypoint": "get", "entrypoint_package": "a.b" /* old */, "more": 1}"#).unwrap();
        assert_eq!((&*config.entrypoint_package, &*config.entrypoint), ("a.b", "get"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse(br#"{"entrypoint": "get"}"#).unwrap_err().contains("entrypoint_package"));
        for (module, function) in [("a/b", "f"), ("..a", "f"), ("a", "f.g"), ("a", ""), ("1a", "f")] {
            let json = format!(r#"{{"entrypoint": "{function}", "entrypoint_package": "{module}"}}"#);
            assert!(parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(parse(b"\xff").unwrap_err().contains("utf-8"));
    }
}
