//! Frameworks that are found, checked and opened before the plugins that need them.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::ErrorKind;
use neuropod_plugin::PluginSearch;
use neuropod_test_utils::write_program;
use serde_json::json;

use crate::fake_framework::*;
use crate::support::*;

fn search_in(root: &Path) -> PluginSearch {
    search([root.join("plugins")])
}

#[test]
fn the_first_environment_with_the_right_version_is_used() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("active"), "2.12.0");
        installed(&root.path().join("conda"), "2.13.1+cpu");
        installed(&root.path().join("named"), "2.13.2");
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let variables = [("VIRTUAL_ENV", "active"), ("CONDA_PREFIX", "conda")];
        return again("the_first_environment_with_the_right_version_is_used", root.path(), &variables);
    };
    search_in(&root).environment(root.join("named")).find(PLATFORM, "*").unwrap();
    assert!(is_open(&root.join("conda")) && !is_open(&root.join("active")) && !is_open(&root.join("named")));
}

#[test]
fn a_framework_that_is_not_found_says_where_it_was_looked_for_and_what_to_do() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("active"), "2.12.0");
        let writable = installed(&root.path().join("named"), "2.13.0");
        set_mode(&writable.join("lib"), 0o777);
        fs::create_dir(root.path().join("own")).unwrap();
        let plugin = plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let described = fs::read_to_string(plugin.join("plugin.json")).unwrap();
        fs::write(plugin.join("plugin.json"), described.replacen('{', r#"{"environment":"../own","#, 1))
            .unwrap();
        let other = framework(&root.path().join("listed"));
        fs::write(other.join("build-version"), "2.11.0+cpu\n").unwrap();
        let test = "a_framework_that_is_not_found_says_where_it_was_looked_for_and_what_to_do";
        again(test, root.path(), &[("VIRTUAL_ENV", "active"), ("LD_LIBRARY_PATH", "empty:listed/lib")]);
        return;
    };
    let error = failure(&search_in(&root).environment(root.join("named")), "*");
    assert_eq!(error.kind(), ErrorKind::Load);
    let at = |path: &str| root.join(path).display().to_string();
    let package = "lib/python3.11/site-packages/fake";
    let core = file_name("fake_core");
    let expected = format!(
        "Fake was not found in version `~2.13.0`: install it (`pip install fake`), or activate the Python \
         environment that has it, or name its folder in the variable FAKE_DIR; looked for {core}, {main} in: \
         {active} (VIRTUAL_ENV): it is of version 2.12.0, and `~2.13.0` is needed; {named} (the program's choice): \
         {writable} can be written by everyone, and code is not loaded from where everyone can put it: \
         `chmod o-w {writable}`; {own} (plugin.json): it is no Python environment; there is no `python3` on the \
         path; {empty} (LD_LIBRARY_PATH): there is no {core}; {listed} (LD_LIBRARY_PATH): it is of version \
         2.11.0+cpu, and `~2.13.0` is needed",
        main = file_name("fake_main"),
        active = at(&format!("active/{package}")),
        named = at(&format!("named/{package}")),
        writable = root.join(format!("named/{package}/lib")).canonicalize().unwrap().display(),
        own = root.canonicalize().unwrap().join("plugins/../own").display(),
        empty = at("empty"),
        listed = at("listed/lib"),
    );
    assert_eq!(error.message(), expected);
    assert!(error.context("plugin").unwrap().ends_with("plugins"), "{error}");
    assert!(!is_open(&root));
}

#[test]
fn the_variable_decides_and_must_hold_the_framework() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("active"), "2.13.0");
        fs::write(framework(&root.path().join("right")).join("build-version"), "2.13.5\n").unwrap();
        fs::write(framework(&root.path().join("wrong")).join("build-version"), "3.0.0\n").unwrap();
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let test = "the_variable_decides_and_must_hold_the_framework";
        for named in ["right", "right/lib", "wrong", "none"] {
            again(test, root.path(), &[("FAKE_DIR", named), ("VIRTUAL_ENV", "active")]);
        }
        return;
    };
    let named = PathBuf::from(std::env::var_os("FAKE_DIR").unwrap());
    let why = match named.strip_prefix(&root).unwrap().to_str().unwrap() {
        "wrong" => {
            "it is of version 3.0.0, and `~2.13.0` is needed; name the folder that holds lib/".to_owned()
        }
        "none" => format!("there is no {}; name the folder that holds lib/", file_name("fake_core")),
        _ => {
            search_in(&root).find(PLATFORM, "*").unwrap();
            return assert!(is_open(&root.join("right")) && !is_open(&root.join("active")));
        }
    };
    let error = failure(&search_in(&root), "*");
    let told =
        format!("the variable FAKE_DIR names {}, which cannot be used as Fake: {why}", named.display());
    assert!(error.message().starts_with(&told), "{error}");
    assert!(error.message().ends_with(", or unset the variable"), "{error}");
}

#[test]
fn the_folder_that_the_program_names_counts_before_environments_and_after_the_variable() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("named"), "2.13.0");
        installed(&root.path().join("active"), "2.13.1");
        fs::write(framework(&root.path().join("variable")).join("build-version"), "2.13.5\n").unwrap();
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let test = "the_folder_that_the_program_names_counts_before_environments_and_after_the_variable";
        again(test, root.path(), &[("VIRTUAL_ENV", "active")]);
        return again(test, root.path(), &[("VIRTUAL_ENV", "active"), ("FAKE_DIR", "variable")]);
    };
    let folder = root.join("named/lib/python3.11/site-packages/fake");
    let search = search_in(&root).environment(root.join("active"));
    // The second call replaces the first.
    let search = search.framework_folder("fake", "/none").framework_folder("fake", folder);
    search.framework_folder("other", "/none").find(PLATFORM, "*").unwrap();
    let used = if std::env::var_os("FAKE_DIR").is_some() { "variable" } else { "named" };
    for place in ["named", "active", "variable"] {
        assert_eq!(is_open(&root.join(place)), place == used, "{place}");
    }
}

#[test]
fn a_folder_that_the_program_names_must_hold_the_framework() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("wrong"), "2.12.0");
        installed(&root.path().join("active"), "2.13.0");
        fs::create_dir(root.path().join("none")).unwrap();
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let test = "a_folder_that_the_program_names_must_hold_the_framework";
        return again(test, root.path(), &[("VIRTUAL_ENV", "active")]);
    };
    let told = |folder: &Path| {
        let error = failure(&search_in(&root).framework_folder("fake", folder), "*");
        assert_eq!(error.kind(), ErrorKind::Load);
        error.message().to_owned()
    };
    let wrong = root.join("wrong/lib/python3.11/site-packages/fake");
    let expected = format!(
        "the Python package `fake` in {}, which this program uses, cannot be used as Fake: it is of version 2.12.0, \
         and `~2.13.0` is needed; install what is needed (`pip install fake`)",
        wrong.display()
    );
    assert_eq!(told(&wrong), expected);
    let missing = format!("cannot be used as Fake: there is no {}; install", file_name("fake_core"));
    let message = told(&root.join("none"));
    assert!(message.contains(&missing), "{message}");
    assert!(!is_open(&root));
}

#[test]
fn a_process_has_one_version_of_a_framework() {
    let Some(root) = given_folder() else {
        let root = folder();
        installed(&root.path().join("old"), "2.12.0");
        installed(&root.path().join("new"), "2.13.0");
        plugin_with_framework(&root.path().join("plugins/1"), "1.0.0", "~2.12.0");
        plugin_with_framework(&root.path().join("plugins/2"), "2.0.0", "~2.13.0");
        plugin_with_framework(&root.path().join("plugins/3"), "1.5.0", "2.x");
        let test = "a_process_has_one_version_of_a_framework";
        return again(test, root.path(), &[("VIRTUAL_ENV", "old")]);
    };
    // The newer plugin's framework is not there yet, and the other plugins are found.
    let version = |range| search_in(&root).find(PLATFORM, range).map(|backend| backend.info().version);
    assert_eq!(version("*").unwrap(), "1.5.0");
    assert_eq!(version("1.0.0").unwrap(), "1.0.0");
    let error = failure(&search_in(&root).environment(root.join("new")), ">=2");
    assert_eq!(error.kind(), ErrorKind::Load);
    let library = root.join("old/lib/python3.11/site-packages/fake/lib").join(file_name("fake_core"));
    let expected = format!(
        "this process uses another Fake already, and there can be only one: {} is of version 2.12.0, and `~2.13.0` is \
         needed; run models that need different versions of Fake in different processes",
        library.display()
    );
    assert_eq!(error.message(), expected);
}

#[test]
fn what_the_process_has_already_is_used() {
    let Some(root) = given_folder() else {
        let root = folder();
        let loaded =
            installed(&root.path().join("loaded"), "2.13.0").join("lib").join(file_name("fake_core"));
        installed(&root.path().join("active"), "2.13.1");
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let loaded = loaded.strip_prefix(root.path()).unwrap().to_str().unwrap();
        let variables = [("LD_PRELOAD", loaded), ("VIRTUAL_ENV", "active")];
        return again("what_the_process_has_already_is_used", root.path(), &variables);
    };
    search_in(&root).framework_folder("fake", "/none").find(PLATFORM, "*").unwrap();
    assert!(is_open(&root.join("loaded")) && !is_open(&root.join("active")));
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps.contains(&file_name("fake_main")), "the other library comes from the same folder");
}

#[test]
fn the_python_on_the_path_is_asked_last() {
    let Some(root) = given_folder() else {
        let root = folder();
        let package = installed(&root.path().join("python"), "2.13.0");
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        fs::create_dir(root.path().join("bin")).unwrap();
        let program = root.path().join("bin/python3");
        write_program(&program, &format!("echo {}", package.display()));
        return again("the_python_on_the_path_is_asked_last", root.path(), &[("PATH", "bin")]);
    };
    search_in(&root).find(PLATFORM, "*").unwrap();
    assert!(is_open(&root.join("python")));
}

#[test]
#[cfg(target_env = "gnu")]
fn the_systems_loader_finds_what_is_installed_for_everyone() {
    let Some(root) = given_folder() else {
        let root = folder();
        plugin(root.path(), "1.0.0");
        let test = "the_systems_loader_finds_what_is_installed_for_everyone";
        return again(test, root.path(), &[]);
    };
    let mut described = description(Some("1.0.0"));
    described["framework"] =
        json!({ "name": "System", "libraries": ["not_there_at_all"], "version": "~1.0" });
    describe(&root, &described);
    let file = file_name("not_there_at_all");
    let told = format!(
        "System was not found in version `~1.0`: install it; looked for {file} in: the system's folders: {file}: \
         cannot open shared object file: No such file or directory"
    );
    assert_eq!(failure(&search([&root]), "*").message(), told);

    described["framework"]["libraries"] = json!(["libanl.so.1"]);
    describe(&root, &described);
    search([&root]).find(PLATFORM, "*").unwrap();
    assert!(fs::read_to_string("/proc/self/maps").unwrap().contains("libanl"));
}

#[test]
fn what_the_loader_says_of_a_broken_library_is_passed_on() {
    let Some(root) = given_folder() else {
        let root = folder();
        let package = installed(&root.path().join("active"), "2.13.0");
        fs::write(package.join("lib").join(file_name("fake_core")), "no library, but a text").unwrap();
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        let test = "what_the_loader_says_of_a_broken_library_is_passed_on";
        return again(test, root.path(), &[("VIRTUAL_ENV", "active")]);
    };
    let error = failure(&search_in(&root), "*");
    let library = root.join("active/lib/python3.11/site-packages/fake/lib").join(file_name("fake_core"));
    let told = format!("the library {0} of Fake does not load: {0}: ", library.display());
    assert!(error.message().starts_with(&told) && error.message().len() > told.len(), "{error}");
}

#[test]
fn a_library_that_is_cut_off_is_not_opened() {
    let Some(root) = given_folder() else {
        let root = folder();
        let package = installed(&root.path().join("active"), "2.13.0");
        let library = package.join("lib").join(file_name("fake_core"));
        let whole = fs::read(&library).unwrap();
        fs::remove_file(&library).unwrap(); // it may be a link to one that other tests use
        fs::write(&library, &whole[..whole.len() / 2]).unwrap();
        plugin_with_framework(&root.path().join("plugins"), "1.0.0", "~2.13.0");
        return again("a_library_that_is_cut_off_is_not_opened", root.path(), &[("VIRTUAL_ENV", "active")]);
    };
    let error = failure(&search_in(&root), "*");
    assert!(error.message().contains("cannot be loaded: the end of the file is missing"), "{error}");
}
