//! What `cargo metadata` says of a workspace's own crates.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Workspace;

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) publishable: bool,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One entry of a crate's manifest.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) is_dev: bool,
    /// Whether it is a crate of this repository.
    pub(crate) is_local: bool,
    /// Whether it names a version; only then is it part of the published manifest.
    pub(crate) has_version: bool,
}

/// The crates of the workspace that `manifest` belongs to; no dependency is resolved.
pub(crate) fn crates(workspace: &Workspace, manifest: &str) -> Result<Vec<Crate>> {
    let arguments = ["metadata", "--no-deps", "--format-version=1", "--manifest-path", manifest];
    let text = workspace.bare_cargo(arguments).stdout()?;
    parse(&text).context("cargo metadata answered something unexpected")
}

fn parse(text: &str) -> Result<Vec<Crate>> {
    let metadata: Value = serde_json::from_str(text)?;
    array(&metadata, "packages")?.iter().map(package).collect()
}

fn package(package: &Value) -> Result<Crate> {
    let dependencies = array(package, "dependencies")?.iter().map(dependency);
    Ok(Crate {
        name: string(package, "name")?,
        // `null` is every registry, `[]` is none.
        publishable: package["publish"].is_null(),
        dependencies: dependencies.collect::<Result<_>>()?,
    })
}

fn dependency(dependency: &Value) -> Result<Dependency> {
    Ok(Dependency {
        name: string(dependency, "name")?,
        is_dev: dependency["kind"] == "dev",
        is_local: dependency["path"].is_string(),
        has_version: dependency["req"] != "*",
    })
}

fn array<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("no list `{key}`"))
}

fn string(value: &Value, key: &str) -> Result<String> {
    Ok(value[key].as_str().with_context(|| format!("no string `{key}`"))?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_read() {
        let text = r#"{"packages": [
            {"name": "core", "publish": null, "dependencies": [
                {"name": "half", "req": "^2.7", "kind": null},
                {"name": "kit", "req": "*", "kind": "dev", "path": "/w/kit"}]},
            {"name": "xtask", "publish": [], "dependencies": []}]}"#;
        let crates = parse(text).unwrap();
        assert!(crates[0].publishable && !crates[1].publishable);
        let [half, kit] = &crates[0].dependencies[..] else { panic!("{crates:?}") };
        assert!(!half.is_dev && !half.is_local && half.has_version);
        assert!(kit.is_dev && kit.is_local && !kit.has_version);
    }

    #[test]
    fn another_answer_is_an_error() {
        assert!(parse(r#"{"packages": 1}"#).is_err());
        assert!(parse("").is_err());
    }
}
