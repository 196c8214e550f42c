//! The torch backend keeps its contract as a plugin.

#[path = "../../../neuropod-backend-torch/tests/support/fixtures.rs"]
mod fixtures;
#[path = "../../support.rs"]
mod support;

#[test]
fn the_torch_plugin_passes_the_conformance_kit() {
    assert!(!support::has_open("libtorch_cpu.so"), "this program must not be linked to libtorch");
    let plugins = support::Plugins::with_this();
    let backend = plugins.search().find("torchscript", "~2.13.0").unwrap_or_else(|error| panic!("{error:?}"));
    fixtures::assert_conforms(backend);
}
