//! How a package is tested before it appears at its path.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use neuropod_core::Result;
use neuropod_package::TestData;

use crate::{LoadOptions, Neuropod};

type Test = dyn Fn(&Path, &TestData) -> Result<()> + Send + Sync;

/// What the caller brought for it, or else this process.
#[derive(Clone, Default)]
pub(super) struct Tester(Option<Arc<Test>>);

impl Tester {
    pub(super) fn new(test: impl Fn(&Path, &TestData) -> Result<()> + Send + Sync + 'static) -> Self {
        Tester(Some(Arc::new(test)))
    }

    /// Tests the package at `staged`, which is to be at `path`.
    pub(super) fn test(
        &self,
        staged: &Path,
        path: &Path,
        options: LoadOptions,
        data: &TestData,
    ) -> Result<()> {
        match &self.0 {
            Some(test) => test(staged, data),
            None => Neuropod::load_as(staged, path, options)?.test_with(data),
        }
    }
}

impl fmt::Debug for Tester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Tester(the caller's)" } else { "Tester(this process)" })
    }
}
