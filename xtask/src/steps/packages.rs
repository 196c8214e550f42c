//! Every published crate packages, and publish-order.txt is an order that works.

use std::fs;

use anyhow::{Context, Result, bail};

use super::Workspace;
use super::metadata::{self, Crate};
use crate::process::Process;

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
    let chosen = order.iter().flat_map(|name| ["--package", *name]);
    workspace.cargo(["package", "--quiet", "--allow-dirty", "--no-verify"]).args(chosen).run()?;
    verify(workspace, &order)
}

/// Checks the packaged crates, each against the others as they were packaged.
///
/// Cargo's own verification takes what it built of a version once for what that version will always
/// be, and so verifies against what an earlier run packaged.
fn verify(workspace: &Workspace, order: &[&str]) -> Result<()> {
    let packages = workspace.root.join("target/package");
    let scratch = packages.join("verify");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))?;
    }
    fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
    let mut folders = Vec::new();
    for name in order {
        // All published crates share one version, and this program has it too.
        let folder = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        // Without the archive's times, which are the same for every content.
        Process::new("tar")
            .args(["-x", "-m", "-z", "-f"])
            .arg(packages.join(format!("{folder}.crate")))
            .arg("-C")
            .arg(&scratch)
            .stdout()?;
        folders.push((*name, folder));
    }
    fs::write(scratch.join("Cargo.toml"), manifest(&folders)).context("cannot write the manifest")?;
    fs::copy(workspace.root.join("Cargo.lock"), scratch.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    workspace
        .cargo(["check", "--quiet", "--workspace", "--all-features", "--manifest-path"])
        .arg(scratch.join("Cargo.toml"))
        // What the other steps built of the dependencies serves here as well.
        .env("CARGO_TARGET_DIR", workspace.root.join("target"))
        .run()
}

/// A workspace of unpacked crates, which find each other there.
fn manifest(folders: &[(&str, String)]) -> String {
    let members: Vec<_> = folders.iter().map(|(_, folder)| format!("\"{folder}\"")).collect();
    let patches = folders.iter().map(|(name, folder)| format!("{name} = {{ path = \"{folder}\" }}\n"));
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{}\n[profile.dev]\ndebug = \"line-tables-only\"\n",
        members.join(", "),
        patches.collect::<String>()
    )
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
    fn packaged_crates_are_checked_against_each_other() {
        let manifest = manifest(&[("core", "core-0.1.0".to_string()), ("kit", "kit-0.1.0".to_string())]);
        assert!(manifest.contains("members = [\"core-0.1.0\", \"kit-0.1.0\"]"), "{manifest}");
        assert!(
            manifest.contains("[patch.crates-io]\ncore = { path = \"core-0.1.0\" }\nkit = "),
            "{manifest}"
        );
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
