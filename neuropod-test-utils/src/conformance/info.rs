//! What a backend says of itself.

use std::collections::HashSet;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DeviceType, ErrorKind, Model, ModelOptions, ModelSource, Registry,
    Result,
};
use std::sync::Arc;

use super::case::{check, skip};
use super::support::{check_error, load_identity};
use super::{CaseResult, FixtureModel, Fixtures};

/// A `Debug` text longer than this shows data, not state.
const DEBUG_LIMIT: usize = 64 * 1024;

/// Name, platform and version are there, and stay what they are.
pub fn info_is_complete_and_constant(backend: &dyn Backend, _: &dyn Fixtures) -> CaseResult {
    let info = backend.info();
    check!(!info.name.is_empty(), "the name is empty");
    check!(!info.platform.is_empty(), "the platform is empty");
    let again = backend.info();
    check!(again == info, "the info was {info}, and later {again}");
    Ok(())
}

/// Capabilities stay what they are, name the CPU, and name nothing twice.
pub fn capabilities_are_sound_and_constant(backend: &dyn Backend, _: &dyn Fixtures) -> CaseResult {
    let capabilities = backend.capabilities();
    let dtypes: HashSet<_> = capabilities.dtypes.iter().collect();
    check!(!dtypes.is_empty(), "no element type is supported");
    check!(dtypes.len() == capabilities.dtypes.len(), "a dtype is named twice: {:?}", capabilities.dtypes);
    check!(capabilities.devices.contains(&DeviceType::Cpu), "the CPU is missing: {:?}", capabilities.devices);
    let again = backend.capabilities();
    check!(again == capabilities, "the capabilities were {capabilities:?}, and later {again:?}");
    Ok(())
}

/// The registry takes the backend, once, and finds it by its platform and version.
pub fn registry_takes_and_finds_it(backend: &dyn Backend, _: &dyn Fixtures) -> CaseResult {
    let (registry, info) = (Registry::new(), backend.info());
    registry.register(Arc::new(Described(info.clone())))?;
    for range in ["*", info.version.as_str()] {
        let found = registry.find(&info.platform, range)?.info();
        check!(found == info, "`{range}` found {found}, expected {info}");
    }
    let again = registry.register(Arc::new(Described(info)));
    check_error(again, "registering twice", &[ErrorKind::DuplicateBackend])?;
    Ok(())
}

/// The check of the framework says that it is there: models are about to be loaded. It can be asked again.
pub fn the_framework_is_found(backend: &dyn Backend, _: &dyn Fixtures) -> CaseResult {
    backend.check()?;
    backend.check()?;
    Ok(())
}

/// There is an identity model for each element type that the backend claims.
pub fn each_dtype_has_a_fixture(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let mut untested = backend.capabilities().dtypes;
    untested.retain(|&dtype| fixtures.source(FixtureModel::Identity { dtype, rank: 1 }).is_none());
    if !untested.is_empty() {
        skip!("the fixtures have no identity model of {untested:?}, so these are not tested");
    }
    Ok(())
}

/// Printing a backend or a model for debugging does not print its weights.
pub fn debug_text_is_short(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, _) = load_identity(backend, fixtures, 1)?;
    for text in [format!("{backend:?}"), format!("{model:?}")] {
        check!(!text.is_empty(), "the debug text is empty");
        check!(text.len() <= DEBUG_LIMIT, "the debug text has {} bytes", text.len());
    }
    Ok(())
}

/// A registry wants a backend that it can keep; only its description matters to it.
#[derive(Debug)]
struct Described(BackendInfo);

impl Backend for Described {
    fn info(&self) -> BackendInfo {
        self.0.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new([])
    }

    fn load(&self, _: Arc<ModelSource>, _: &ModelOptions) -> Result<Box<dyn Model>> {
        Err(neuropod_core::Error::new(ErrorKind::Unsupported, "this stands for a backend's description"))
    }
}
