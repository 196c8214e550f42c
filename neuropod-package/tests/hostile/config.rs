//! Problem definitions and backend configurations that are wrong, or reach out of the package.

use neuropod_core::ErrorKind;
use neuropod_package::{OpenOptions, Problem};

use crate::raw_zip::{Entry, Zip};
use crate::{assert_refused, open_bytes, refused};

/// Asserts that this `config.json` is refused by the rules for problem definitions.
fn assert_config_refused(json: impl AsRef<[u8]>) {
    let error = refused(&Zip::of([Entry::stored("config.json", json)]));
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert_refused!(error, Problem::Config(_), Some("config.json"));
}

fn assert_input_refused(dtype: &str, shape: &str) {
    assert_config_refused(format!(
        r#"{{"name": "x", "platform": "python", "input_spec": [{{"name": "a", "dtype": "{dtype}", "shape": {shape}}}]}}"#
    ));
}

/// A package of that platform with this `0/config.json`.
fn with_backend_config(platform: &str, json: &str) -> Zip {
    let config = format!(r#"{{"name": "x", "platform": "{platform}"}}"#);
    Zip::of([Entry::stored("config.json", config), Entry::stored("0/config.json", json)])
}

fn with_custom_ops(names: &str, entries: impl IntoIterator<Item = Entry>) -> Zip {
    let config = format!(r#"{{"name": "x", "platform": "torchscript", "custom_ops": {names}}}"#);
    Zip::of(std::iter::once(Entry::stored("config.json", config)).chain(entries))
}

#[test]
fn is_missing() {
    assert_refused!(refused(&Zip::of([Entry::stored("0/data/model.pt", "x")])), Problem::NoConfig, None);
}

#[test]
fn is_a_folder() {
    assert_refused!(refused(&Zip::of([Entry::stored("config.json/a", "x")])), Problem::NoConfig, None);
}

#[test]
fn is_no_json() {
    for json in ["", "config", "{", "[]", "null", "{\"name\": \"x\"", "\u{feff}\u{feff}{}"] {
        assert_config_refused(json);
    }
}

#[test]
fn is_not_utf8() {
    assert_config_refused(b"{\"name\": \"\xff\", \"platform\": \"python\"}");
}

#[test]
fn is_nested_deeply() {
    assert_config_refused("[".repeat(1_000_000));
    assert_config_refused(format!(
        r#"{{"name": "x", "platform": "python", "extra": {}"#,
        r#"{"a":"#.repeat(500_000)
    ));
}

#[test]
fn has_a_comment_without_end() {
    assert_config_refused(r#"{"name": "x", "platform": "python"} /* "#);
}

#[test]
fn has_neither_name_nor_platform() {
    assert_config_refused(r#"{"platform": "python"}"#);
    assert_config_refused(r#"{"name": "x"}"#);
    assert_config_refused(r#"{"name": 1, "platform": "python"}"#);
}

#[test]
fn has_a_key_twice() {
    assert_config_refused(r#"{"name": "x", "platform": "python", "platform": "torchscript"}"#);
}

#[test]
fn has_an_unknown_dtype() {
    assert_input_refused("float8", "[1]");
    assert_input_refused("object", "[1]");
}

#[test]
fn has_sizes_that_are_none() {
    for shape in ["[0]", "[-1]", "[1.5]", "[true]", "[[1]]", "{}", "[1e99]", "[99999999999999999999]"] {
        assert_input_refused("float32", shape);
    }
}

#[test]
fn has_a_shape_whose_product_overflows() {
    assert_input_refused("float32", "[4294967296, 4294967296, 4294967296]");
}

#[test]
fn has_an_invalid_version_range() {
    assert_config_refused(r#"{"name": "x", "platform": "python", "platform_version_semver": "one"}"#);
}

#[test]
fn names_a_library_outside_its_folder() {
    for name in ["../../../lib/evil.so", "/lib/evil.so", "sub/evil.so", "..", "", "a\\b.so", "c:evil.dll"] {
        let zip = with_custom_ops(&format!("[{name:?}]"), []);
        let error = refused(&zip);
        assert_eq!(error.kind(), ErrorKind::UnsafePackage);
        assert!(matches!(error.problem(), Problem::CustomOpName(found) if found == name), "{error:?}");
    }
}

#[test]
fn names_a_library_that_is_not_there() {
    let zip = with_custom_ops(r#"["op.so"]"#, [Entry::stored("op.so", "x")]);
    assert_refused!(refused(&zip), Problem::NoCustomOp(_), Some("config.json"));
}

#[test]
fn names_a_library_twice() {
    let zip = with_custom_ops(r#"["op.so", "op.so"]"#, [Entry::stored("0/ops/op.so", "x")]);
    assert_refused!(refused(&zip), Problem::DuplicateCustomOp(_), Some("config.json"));
}

#[test]
fn names_a_python_module_outside_its_folder() {
    for module in ["../evil", "/etc/evil", "a..b", ".a", "", "a;import os", "os.path\\n", "a/b"] {
        let json = format!(r#"{{"entrypoint": "main", "entrypoint_package": "{module}"}}"#);
        let error = refused(&with_backend_config("python", &json));
        assert_refused!(error, Problem::EntrypointPackage(_), Some("0/config.json"));
    }
}

#[test]
fn names_a_python_function_that_is_none() {
    for function in ["", "main()", "a.b", "__import__('os')"] {
        let json = format!(r#"{{"entrypoint": "{function}", "entrypoint_package": "a.b"}}"#);
        let error = refused(&with_backend_config("python", &json));
        assert_refused!(error, Problem::Entrypoint(_), Some("0/config.json"));
    }
}

#[test]
fn maps_to_nodes_that_are_none() {
    for node in ["../x", "/x", "a/../b", "", "x:y", "x y"] {
        let json = format!(r#"{{"node_name_mapping": {{"x": "{node}"}}, "init_op_names": []}}"#);
        let error = refused(&with_backend_config("tensorflow", &json));
        assert_refused!(error, Problem::NodeName(_), Some("0/config.json"));
    }
    let error = refused(&with_backend_config("tensorflow", r#"{"init_op_names": ["../init"]}"#));
    assert_refused!(error, Problem::NodeName(_), Some("0/config.json"));
}

#[test]
fn has_a_backend_configuration_that_is_none() {
    let deep = "[".repeat(1_000_000);
    for json in ["", "python", "[1]", r#"{"entrypoint": 1}"#, &deep] {
        let error = refused(&with_backend_config("python", json));
        assert_refused!(error, Problem::BackendConfig(_), Some("0/config.json"));
    }
    for json in [r#"{"node_name_mapping": ["x"]}"#, r#"{"init_op_names": "x"}"#] {
        let error = refused(&with_backend_config("tensorflow", json));
        assert_refused!(error, Problem::BackendConfig(_), Some("0/config.json"));
    }
}

#[test]
fn has_a_huge_backend_configuration() {
    let error = refused(&with_backend_config("python", &" ".repeat(17 << 20)));
    assert_refused!(error, Problem::FileTooLarge { .. }, Some("0/config.json"));
}

#[test]
fn what_old_packages_hold_is_accepted() {
    for (platform, json) in [
        ("tensorflow", r#"{"node_name_mapping": {"x": "x:0"}, "init_op_names": {}}"#),
        ("tensorflow", r#"{"node_name_mapping": null, "init_op_names": ["init"]}"#),
        ("torchscript", r#"{"name": "x", "platform": "torchscript"}"#),
        ("python", r#"{"entrypoint": "get_model", "entrypoint_package": "a.b_c.main", "other": 1}"#),
    ] {
        open_bytes(&with_backend_config(platform, json).bytes(), OpenOptions::new()).unwrap();
    }
}
