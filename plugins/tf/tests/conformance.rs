//! The TensorFlow backend keeps its contract as a plugin.

#[path = "../../../neuropod-backend-tf/tests/support/fixtures.rs"]
mod fixtures;
#[path = "../../support.rs"]
mod support;

#[test]
fn the_tensorflow_plugin_passes_the_conformance_kit() {
    let plugins = support::Plugins::with_this();
    let backend = plugins.search().find("tensorflow", "*").unwrap_or_else(|error| panic!("{error:?}"));
    fixtures::assert_conforms(backend);
}
