//! Every published crate packages, and publish-order.txt is an order that works.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Workspace;
use super::metadata::{self, Crate};

const ORDER: &str = "publish-order.txt";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let text =
        fs::read_to_string(workspace.root.join(ORDER)).with_context(|| format!("cannot read {ORDER}"))?;
    let order: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let crates = metadata::crates(workspace, "Cargo.toml")?;
    let problems = problems(&order, &crates);
    if !problems.is_empty() {
        bail!("{ORDER} and the manifests disagree:\n  {}", problems.join("\n  "));
    }
    forget_unpacked(&cargo_home()?.join("registry/src"), &order)?;
    // One call for all: none of them is in a registry yet, so each is resolved from the others.
    let chosen = order.iter().flat_map(|name| ["--package", *name]);
    workspace
        .cargo(["package", "--quiet", "--allow-dirty"])
        .args(chosen)
        // The workspace's own profile: what the tests built serves the verification as well.
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .run()
}

/// Cargo unpacks the crates that it packages into a folder named for where they lie, and takes what it
/// finds there the next time, whatever they hold by then.
fn forget_unpacked(sources: &Path, crates: &[&str]) -> Result<()> {
    // Those of registries that are reached by the network begin with the host's name.
    let local = entries(sources).filter(|folder| name(folder).starts_with('-'));
    let unpacked = local.flat_map(|folder| entries(&folder)).filter(|unpacked| {
        let name = name(unpacked);
        let release = crates.iter().filter_map(|known| name.strip_prefix(known)?.strip_prefix('-'));
        release.into_iter().any(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    });
    unpacked.into_iter().try_for_each(|folder| {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn cargo_home() -> Result<PathBuf> {
    let named = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("there is no home folder: set CARGO_HOME")
}

/// What would stop publishing `order`, one crate after the other.
fn problems(order: &[&str], crates: &[Crate]) -> Vec<String> {
    let place = |name: &str| order.iter().position(|listed| *listed == name);
    let mut problems = Vec::new();
    for (index, name) in order.iter().enumerate() {
        if place(name) != Some(index) {
            problems.push(format!("{name} is listed twice"));
        }
        match crates.iter().find(|known| known.name == *name) {
            None => problems.push(format!("{name} is listed and is no crate of the workspace")),
            Some(known) if !known.publishable => {
                problems.push(format!("{name} is listed and says `publish = false`"));
            }
            Some(_) => {}
        }
    }
    for known in crates.iter().filter(|known| known.publishable) {
        match place(&known.name) {
            None => problems.push(format!("{} is published and not listed", known.name)),
            Some(index) => problems.extend(misplaced(known, &order[..index])),
        }
    }
    problems
}

/// The dependencies of `known` that must be published before it and are not.
fn misplaced(known: &Crate, before: &[&str]) -> Vec<String> {
    let local = known.dependencies.iter().filter(|dependency| dependency.is_local);
    let missing = local.filter(|dependency| !before.contains(&dependency.name.as_str()));
    let describe = |dependency: &metadata::Dependency| {
        let (user, used) = (&known.name, &dependency.name);
        match (dependency.is_dev, dependency.has_version) {
            // Cargo leaves these out of what it publishes.
            (true, false) => None,
            (true, true) => Some(format!(
                "{user} names a version of its dev-dependency {used}, which is published later: \
                 give it a path alone"
            )),
            (false, _) => Some(format!("{user} needs {used}, which does not stand before it")),
        }
    };
    missing.filter_map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::metadata::Dependency;
    use super::*;

    fn local(name: &str, is_dev: bool, has_version: bool) -> Dependency {
        let name = name.to_string();
        Dependency { name, is_dev, is_local: true, has_version }
    }

    fn workspace() -> Vec<Crate> {
        let made = |name: &str, publishable, dependencies| {
            let name = name.to_string();
            Crate { name, publishable, dependencies }
        };
        vec![
            made("core", true, vec![local("kit", true, false)]),
            made("kit", true, vec![local("core", false, true)]),
            made("facade", true, vec![local("core", false, true), local("kit", true, false)]),
            made("xtask", false, vec![]),
        ]
    }

    #[test]
    fn what_an_earlier_run_unpacked_is_forgotten_and_nothing_else() {
        let sources = tempfile::tempdir().unwrap();
        let folders = ["-1a/core-0.1.0", "-1a/core-kit-0.1.0", "-2b/core-0.2.0", "index-3c/core-0.1.0"];
        for folder in folders {
            fs::create_dir_all(sources.path().join(folder)).unwrap();
        }
        forget_unpacked(sources.path(), &["core"]).unwrap();
        let left: Vec<_> =
            folders.into_iter().filter(|folder| sources.path().join(folder).exists()).collect();
        assert_eq!(left, ["-1a/core-kit-0.1.0", "index-3c/core-0.1.0"]);
        forget_unpacked(&sources.path().join("none"), &["core"]).unwrap();
    }

    #[test]
    fn an_order_that_works_passes() {
        assert_eq!(problems(&["core", "kit", "facade"], &workspace()), [""; 0]);
    }

    #[test]
    fn a_dependency_that_comes_later_is_named() {
        assert_eq!(
            problems(&["kit", "core", "facade"], &workspace()),
            ["kit needs core, which does not stand before it"]
        );
    }

    #[test]
    fn a_dev_dependency_with_a_version_is_part_of_the_order() {
        let mut crates = workspace();
        crates[0].dependencies = vec![local("kit", true, true)];
        let problems = problems(&["core", "kit", "facade"], &crates);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("give it a path alone"), "{problems:?}");
    }

    #[test]
    fn the_list_and_the_published_crates_are_the_same() {
        assert_eq!(
            problems(&["core", "kit", "kit", "xtask", "gone"], &workspace()),
            [
                "kit is listed twice",
                "xtask is listed and says `publish = false`",
                "gone is listed and is no crate of the workspace",
                "facade is published and not listed",
            ]
        );
    }
}
