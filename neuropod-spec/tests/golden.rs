//! Equality with what Python and numpy do; `golden/make.py` made the files.

use std::collections::BTreeMap;

use neuropod_core::{DType, DeviceType, Dim, TensorSpec};
use neuropod_spec::{ProblemDefinition, parse_dtype_alias};

#[test]
fn a_definition_is_written_byte_for_byte_as_python_writes_it() {
    for golden in [
        include_str!("golden/empty.json"),
        include_str!("golden/addition.json"),
        include_str!("golden/every_dtype.json"),
        include_str!("golden/every_character.json"),
    ] {
        let definition = ProblemDefinition::from_json(golden.as_bytes()).unwrap();
        assert_eq!(definition.to_json(), golden);
    }
}

#[test]
fn a_definition_made_in_code_is_written_with_a_device_for_every_input() {
    let spec = |name| TensorSpec::new(name, DType::Float32, [Dim::from("batch"), 3.into(), Dim::Any]);
    let definition = ProblemDefinition::new("addition", "torchscript")
        .with_input(spec("x")) // gets the default device
        .with_input(spec("y"))
        .with_input_device("y", DeviceType::Cpu)
        .with_output(spec("out"))
        .with_platform_version("^2.0 || 1.0.1 - 1.9.9")
        .with_custom_op("libadd.so")
        .with_custom_op("libscale.so");
    assert_eq!(definition.to_json(), include_str!("golden/addition.json"));
}

#[test]
fn dtype_aliases_are_those_of_numpy() {
    let aliases: BTreeMap<String, Option<String>> =
        serde_json::from_str(include_str!("golden/aliases.json")).unwrap();
    assert!(aliases.len() > 70, "the golden file was cut short");
    for (alias, expected) in aliases {
        let found = parse_dtype_alias(&alias).map(DType::name);
        assert_eq!(found, expected.as_deref(), "{alias:?}");
    }
    for dtype in DType::ALL {
        assert_eq!(parse_dtype_alias(dtype.name()), Some(dtype)); // also what numpy does not have
    }
}
