//! The function that returns the model.

use std::collections::BTreeSet;

use neuropod_core::{Error, ErrorKind, Result};
use neuropod_package::is_python_identifier;
use neuropod_spec::json_string;

use crate::packager::near::nearest;

/// How many modules an error message lists.
const LISTED: usize = 20;

#[derive(Clone, Debug)]
pub(super) struct Entrypoint {
    /// `package.module`.
    pub(super) module: String,
    pub(super) function: String,
}

impl Entrypoint {
    pub(super) fn check_names(&self) -> Result<()> {
        if !self.module.split('.').all(is_python_identifier) {
            let message = format!(
                "`{}` is no name of a Python module: expected letters, digits and `_`, with `.` between \
                 packages and modules, as in `package.module`",
                self.module
            );
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        if !is_python_identifier(&self.function) {
            let message = format!(
                "`{}` is no name of a Python function: expected letters, digits and `_`, the first no digit",
                self.function
            );
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        Ok(())
    }

    /// Checks that the module is in the code, given as the paths of its files.
    pub(super) fn check_module<'a>(&self, code: impl Iterator<Item = &'a str>) -> Result<()> {
        let modules: BTreeSet<_> = code.filter_map(module_of).collect();
        if modules.contains(&self.module) {
            return Ok(());
        }
        let path = self.module.replace('.', "/");
        let hint = nearest(&self.module, modules.iter().map(String::as_str))
            .map(|near| format!(" (did you mean `{near}`?)"))
            .unwrap_or_default();
        let message = format!(
            "the code has no module `{}`, which is a file `{path}.py` or `{path}/__init__.py`{hint}; its \
             modules are {}",
            self.module,
            list(&modules)
        );
        Err(Error::new(ErrorKind::NotFound, message))
    }

    /// What `0/config.json` says. Byte for byte what Python's `json.dump` writes with sorted keys.
    pub(super) fn to_json(&self) -> String {
        let (function, module) = (json_string(&self.function), json_string(&self.module));
        format!("{{\"entrypoint\": {function}, \"entrypoint_package\": {module}}}")
    }
}

/// The module that Python imports from a file: one of source code or a compiled extension.
fn module_of(file: &str) -> Option<String> {
    let (stem, suffix) = file.rsplit_once('/').map_or(file, |(_, name)| name).split_once('.')?;
    if suffix != "py" && suffix != "so" && !suffix.ends_with(".so") {
        return None;
    }
    let module = &file[..file.len() - suffix.len() - 1];
    let module = if stem == "__init__" { module.strip_suffix("/__init__")? } else { module };
    module.split('/').all(is_python_identifier).then(|| module.replace('/', "."))
}

fn list(modules: &BTreeSet<String>) -> String {
    if modules.is_empty() {
        return "none".to_owned();
    }
    let listed: Vec<_> = modules.iter().take(LISTED).map(|module| format!("`{module}`")).collect();
    let more = match modules.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    listed.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_what_python_can_import() {
        for (file, module) in [
            ("model.py", "model"),
            ("a/b/model.py", "a.b.model"),
            ("a/b/__init__.py", "a.b"),
            ("a/fast.cpython-311-x86_64-linux-gnu.so", "a.fast"),
            ("a/fast.abi3.so", "a.fast"),
            ("fast.so", "fast"),
        ] {
            assert_eq!(module_of(file).as_deref(), Some(module), "{file}");
        }
        for file in
            ["__init__.py", "a/model.test.py", "a/model.pyi", "v1.2/model.py", "README", "a/libfast.so.1"]
        {
            assert_eq!(module_of(file), None, "{file}");
        }
    }

    #[test]
    fn a_long_list_of_modules_is_cut() {
        let modules = |count| (100..100 + count).map(|n| format!("m{n}")).collect::<BTreeSet<_>>();
        assert!(list(&modules(20)).ends_with("`m118`, `m119`"));
        assert!(list(&modules(23)).ends_with("`m119` and 3 more"));
        assert_eq!(list(&modules(0)), "none");
    }
}
