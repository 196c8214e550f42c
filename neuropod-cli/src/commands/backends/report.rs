//! Places and the plugins there, as text and as JSON.

use std::fmt::Write as _;

use anstyle::Style;
use neuropod::{FoundPlugin, PlaceContent, PluginPlace, PluginSearch};
use serde::Serialize;

/// A place that is searched; also the schema of `neuropod backends --json`.
#[derive(Serialize)]
pub(super) struct Place {
    path: String,
    /// Why it is searched.
    origin: String,
    status: Status,
    /// Why it is not used.
    problem: Option<String>,
    plugins: Vec<Plugin>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Missing,
    Unreadable,
    Refused,
    Searched,
    Library,
}

#[derive(Serialize)]
struct Plugin {
    name: Option<String>,
    platform: Option<String>,
    /// Of the framework; `null` if it is known only when the plugin is loaded.
    version: Option<String>,
    folder: String,
    /// Why it cannot be used.
    problem: Option<String>,
}

impl Place {
    /// With the versions of frameworks, if plugins are loaded by this search.
    pub(super) fn of(place: &PluginPlace, loading: Option<&PluginSearch>) -> Self {
        let (status, problem) = match &place.content {
            PlaceContent::Missing => (Status::Missing, None),
            PlaceContent::Unreadable(error) => (Status::Unreadable, Some(error.message().to_owned())),
            PlaceContent::Refused(error) => (Status::Refused, Some(error.message().to_owned())),
            PlaceContent::Library => (Status::Library, None),
            _ => (Status::Searched, None),
        };
        Place {
            path: place.path.display().to_string(),
            origin: place.origin.to_string(),
            status,
            problem,
            plugins: place.plugins().iter().map(|plugin| Plugin::of(plugin, loading)).collect(),
        }
    }

    /// What is to be said of the place but its plugins.
    fn outcome(&self) -> String {
        let problem = self.problem.as_deref().unwrap_or_default();
        match self.status {
            Status::Missing => "not there".to_owned(),
            Status::Unreadable => format!("cannot be used: {problem}"),
            Status::Refused => format!("refused: {problem}"),
            Status::Library => "a library, which says what it is when it is loaded".to_owned(),
            Status::Searched if self.plugins.is_empty() => "no plugins".to_owned(),
            Status::Searched => "searched".to_owned(),
        }
    }
}

impl Plugin {
    fn of(plugin: &FoundPlugin, loading: Option<&PluginSearch>) -> Self {
        let mut described = Plugin::described(plugin);
        match loading.map(|search| search.load(plugin)) {
            None => {}
            Some(Ok(backend)) => match backend.check() {
                Ok(()) => described.version = Some(backend.info().version),
                Err(error) => described.problem = Some(error.message().to_owned()),
            },
            Some(Err(error)) => described.problem = Some(error.message().to_owned()),
        }
        described
    }

    fn described(plugin: &FoundPlugin) -> Self {
        let description = plugin.description.as_ref();
        Plugin {
            name: description.map(|description| description.name.clone()),
            platform: description.map(|description| description.platform.clone()),
            version: description.and_then(|description| description.version.clone()),
            folder: plugin.folder.display().to_string(),
            problem: plugin.problem.as_ref().map(|problem| problem.message().to_owned()),
        }
    }
}

pub(super) fn render(places: &[Place]) -> String {
    let bold = Style::new().bold();
    let mut text = String::new();
    // Writing to a string cannot fail.
    for plugin in places.iter().flat_map(|place| &place.plugins) {
        let name = plugin.name.as_deref().unwrap_or("unknown");
        let version = plugin.version.as_deref().unwrap_or("(its version is known when it is loaded)");
        let _ = writeln!(text, "{bold}{name}{bold:#} {version}");
        if let Some(platform) = &plugin.platform {
            let _ = writeln!(text, "  platform  {platform}");
        }
        let _ = writeln!(text, "  folder    {}", plugin.folder);
        if let Some(problem) = &plugin.problem {
            let _ = writeln!(text, "  problem   {problem}");
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("no plugins are found\n\n");
    }
    let _ = writeln!(text, "{bold}searched{bold:#}");
    for place in places {
        let _ = writeln!(text, "  {} ({}): {}", place.path, place.origin, place.outcome());
    }
    text
}
