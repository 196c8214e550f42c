//! The environment variables that lead to plugins and frameworks.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::framework::has_raised_rights;

/// Where variables are read from.
#[derive(Clone, Debug, Default)]
pub(crate) enum Variables {
    /// The process's own; none if it has other rights than the user who started it and set them.
    #[default]
    Process,
    /// These, and no others.
    #[cfg(test)]
    Only(std::collections::BTreeMap<String, OsString>),
}

impl Variables {
    /// A variable's value; an empty one counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<OsString> {
        let value = match self {
            Variables::Process if has_raised_rights_once() => None,
            Variables::Process => env::var_os(name),
            #[cfg(test)]
            Variables::Only(values) => values.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// The paths that a variable lists, separated as in `PATH`.
    pub(crate) fn paths(&self, name: &str) -> Vec<PathBuf> {
        let listed = self.get(name).unwrap_or_default();
        env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect()
    }

    /// These variables alone.
    #[cfg(test)]
    pub(crate) fn only<V: Into<OsString>>(values: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        Variables::Only(values.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}

fn has_raised_rights_once() -> bool {
    static RAISED: OnceLock<bool> = OnceLock::new();
    *RAISED.get_or_init(has_raised_rights)
}
