//! The Python backend keeps its contract as a plugin, with modules of PyTorch's.

#[path = "../../../neuropod-backend-python/tests/support/fixtures.rs"]
mod fixtures;
#[path = "../../support.rs"]
mod support;

#[test]
fn modules_of_pytorch_pass_the_conformance_kit() {
    let plugins = support::Plugins::with_this();
    let backend = plugins.search().find("python", "*").unwrap_or_else(|error| panic!("{error:?}"));
    fixtures::assert_conforms(backend, fixtures::Modules);
}
