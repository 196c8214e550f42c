//! The options of a model.

use std::path::PathBuf;

use neuropod_core::ModelOptions;

use crate::PythonError;

const PREFIX: &str = "python.";
const COPY_INPUTS: &str = "python.copy_inputs";
const INPUTS: &str = "python.inputs";
const INTERPRETER: &str = "python.interpreter";
const REQUIREMENTS: &str = "python.requirements";
const KNOWN: [&str; 4] = [COPY_INPUTS, INPUTS, INTERPRETER, REQUIREMENTS];

/// More threads than any machine has are a mistake, and PyTorch would try to start them.
const MOST_THREADS: usize = 4096;

/// The options, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) copy_inputs: bool,
    /// `auto`, `numpy` or `torch`.
    pub(crate) inputs: &'static str,
    pub(crate) interpreter: Option<PathBuf>,
    pub(crate) requirements: Requirements,
    pub(crate) threads: Option<usize>,
}

/// What is done about the distributions that a package pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirements {
    /// What is not there is installed into the cache.
    Install,
    /// What is not in the cache is an error.
    Offline,
    /// The environment is taken as it is.
    Ignore,
}

impl Options {
    pub(crate) fn new(options: &ModelOptions) -> Result<Self, PythonError> {
        let given = |name: &str| options.backend.get(name).map(String::as_str);
        check_names(options)?;
        let copy_inputs = match given(COPY_INPUTS) {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(invalid(COPY_INPUTS, other, "true or false")),
        };
        let inputs = match given(INPUTS) {
            None | Some("auto") => "auto",
            Some("numpy") => "numpy",
            Some("torch") => "torch",
            Some(other) => return Err(invalid(INPUTS, other, "auto, numpy or torch")),
        };
        let requirements = match given(REQUIREMENTS) {
            None | Some("install") => Requirements::Install,
            Some("offline") => Requirements::Offline,
            Some("ignore") => Requirements::Ignore,
            Some(other) => return Err(invalid(REQUIREMENTS, other, "install, offline or ignore")),
        };
        check_threads("inter-op", options.inter_op_threads)?;
        check_threads("intra-op", options.intra_op_threads)?;
        Ok(Options {
            copy_inputs,
            inputs,
            interpreter: given(INTERPRETER).map(PathBuf::from),
            requirements,
            threads: options.intra_op_threads,
        })
    }
}

/// A misspelt option would silently do nothing.
fn check_names(options: &ModelOptions) -> Result<(), PythonError> {
    let mut ours = options.backend.keys().filter(|name| name.starts_with(PREFIX));
    match ours.find(|name| !KNOWN.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(PythonError::Option(format!("there is no option `{name}`; there are {}", KNOWN.join(", "))))
        }
    }
}

fn check_threads(which: &str, threads: Option<usize>) -> Result<(), PythonError> {
    match threads {
        Some(threads) if !(1..=MOST_THREADS).contains(&threads) => Err(PythonError::Option(format!(
            "the number of {which} threads is {threads}, and must be between 1 and {MOST_THREADS}"
        ))),
        _ => Ok(()),
    }
}

fn invalid(option: &str, value: &str, expected: &str) -> PythonError {
    PythonError::Option(format!("the option `{option}` is `{value}`: expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let error = |options: &ModelOptions| Options::new(options).unwrap_err().to_string();
        let one = |name: &str, value: &str| ModelOptions::new().backend_option(name, value);
        assert!(error(&one("python.input", "numpy")).contains("python.inputs"));
        assert!(error(&one(INPUTS, "jax")).contains("auto, numpy or torch"));
        assert!(error(&one(COPY_INPUTS, "yes")).contains("true or false"));
        assert!(error(&one(REQUIREMENTS, "no")).contains("install, offline or ignore"));
        assert!(error(&ModelOptions::new().intra_op_threads(0)).contains("between 1 and 4096"));
        let options = Options::new(&one(INTERPRETER, "/env")).unwrap();
        assert_eq!(options.interpreter, Some("/env".into()));
        assert!(!options.copy_inputs && options.requirements == Requirements::Install);
    }
}
