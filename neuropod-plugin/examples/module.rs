//! A module of another language that holds Neuropod, for the tests: it looks for plugins from its own file.

use neuropod_plugin::PluginSearch;

/// The number of plugins in the first standard place that has some.
#[unsafe(no_mangle)]
pub extern "C" fn count_plugins() -> usize {
    let places = PluginSearch::new().places();
    places.iter().map(|place| place.plugins().len()).find(|count| *count > 0).unwrap_or(0)
}
