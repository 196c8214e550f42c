//! What `ProblemDefinition::from_json` takes and what it refuses.

use neuropod_core::{DType, DeviceType, Dim, Error, ErrorKind, TensorSpec};
use neuropod_spec::{MAX_CONFIG_BYTES, ProblemDefinition, Side, SpecError, check};

fn read(text: &str) -> Result<ProblemDefinition, SpecError> {
    ProblemDefinition::from_json(text.as_bytes())
}

/// A definition with one input of this shape, as JSON.
fn read_shape(shape: &str) -> Result<Vec<Dim>, SpecError> {
    let text = format!(
        r#"{{"name": "m", "platform": "p", "input_spec": [{{"name": "x", "dtype": "int8", "shape": {shape}}}]}}"#
    );
    read(&text).map(|mut definition| definition.inputs.remove(0).dims)
}

/// The message for a text that must be refused.
fn refusal(text: &str) -> String {
    read(text).expect_err(text).to_string()
}

#[test]
fn comments_unknown_keys_and_absent_keys_are_taken() {
    let text = r#"{
        // a quote in a comment: "
        "name": "a // \"/* b */", /* two
        lines // */ "platform": "tensorflow",
        "input_spec": [{"name": "x", "dtype": "string", "shape": ["n", 2, null], "more": {"a": []}}],
        "init_op_names": {}, "unknown": [null, 1e300, true, -1]
    } // at the end"#;
    let definition = read(text).unwrap();
    assert_eq!(definition.name, r#"a // "/* b */"#);
    assert_eq!(definition.platform_version_semver, "*");
    assert_eq!(
        definition.inputs,
        [TensorSpec::new("x", DType::String, [Dim::from("n"), 2.into(), Dim::Any])]
    );
    assert_eq!(definition.outputs, []);
    assert_eq!(definition.input_device("x"), DeviceType::Gpu);
    assert_eq!(definition.input_tensor_device.len(), 1, "every input gets a device");
}

#[test]
fn null_stands_for_an_absent_key_and_a_byte_order_mark_is_skipped() {
    let text = "\u{feff}{\"name\": \"m\", \"platform\": \"p\", \"input_spec\": null, \"output_spec\": null, \
                \"custom_ops\": null, \"input_tensor_device\": null, \"platform_version_semver\": null}";
    assert_eq!(read(text).unwrap(), ProblemDefinition::new("m", "p"));
}

#[test]
fn shapes_hold_null_positive_integers_and_symbols_alone() {
    assert_eq!(read_shape("[]").unwrap(), []);
    assert_eq!(read_shape(r#"[1, "", null]"#).unwrap(), [Dim::Fixed(1), Dim::from(""), Dim::Any]);
    for (element, shown) in [
        ("0", "0"),
        ("-1", "-1"),
        ("1.5", "1.5"),
        ("3.0", "3.0"),
        ("true", "true"),
        ("[3]", "a list"),
        ("{}", "an object"),
    ] {
        let error = read_shape(&format!("[null, {element}]")).expect_err(element);
        let expected = SpecError::Dim { side: Side::Input, tensor: "x".into(), axis: 1, found: shown.into() };
        assert_eq!(error, expected);
    }
    // How such a number is shown depends on the features of serde_json in the build.
    let error = read_shape("[null, 99999999999999999999]").unwrap_err();
    assert!(matches!(error, SpecError::Dim { axis: 1, .. }), "{error}");
}

#[test]
fn sizes_whose_product_overflows_are_refused() {
    assert!(read_shape("[9223372036854775807]").is_ok());
    for shape in
        ["[9223372036854775808]", "[4294967296, 4294967296, \"n\"]", "[9223372036854775807, null, 2]"]
    {
        let error = read_shape(shape).expect_err(shape);
        assert!(matches!(error, SpecError::TooManyElements { .. }), "{shape}: {error}");
    }
    // 2^61 numbers of one byte could be, of eight bytes they could not.
    let spec = |dtype| TensorSpec::new("x", dtype, [1usize << 61]);
    assert!(check(&ProblemDefinition::new("m", "p").with_output(spec(DType::Int8))).is_ok());
    for dtype in [DType::Float64, DType::String] {
        assert!(check(&ProblemDefinition::new("m", "p").with_output(spec(dtype))).is_err(), "{dtype}");
    }
}

#[test]
fn the_rules_hold_for_definitions_made_in_code() {
    let model = || ProblemDefinition::new("m", "p");
    let x = || TensorSpec::scalar("x", DType::Int8);
    assert_eq!(check(&model().with_input(x()).with_output(x())), Ok(()), "each side has its own names");
    for (wrong, expected) in [
        (model().with_input(x()).with_input(x()), "two inputs are called `x`"),
        (model().with_output(x()).with_output(x()), "two outputs are called `x`"),
        (
            model().with_input(TensorSpec::new("x", DType::Int8, [1usize, 0])),
            "axis 1 of input `x` should be a positive integer, a symbol or null, found 0",
        ),
        (
            model().with_input_device("z", DeviceType::Cpu),
            "`input_tensor_device` names `z`, which is no input",
        ),
        (
            model().with_input(TensorSpec::scalar("a\0b", DType::Int8)),
            "`input_spec[0].name` holds a NUL character",
        ),
        (
            model().with_output(TensorSpec::new("y", DType::Int8, ["\0"])),
            "`output_spec[0].shape[0]` holds a NUL character",
        ),
        (model().with_custom_op("\0"), "`custom_ops[0]` holds a NUL character"),
        (ProblemDefinition::new("\0", "p"), "`name` holds a NUL character"),
    ] {
        assert_eq!(check(&wrong).unwrap_err().to_string(), expected);
    }
}

#[test]
fn version_ranges_are_read_as_npm_does() {
    for range in ["*", "", " ", "^2.0", "1.0.1 - 2.0.0", "1.x || 2.x", ">=1 <2", "1.13.1"] {
        let definition = ProblemDefinition::new("m", "p").with_platform_version(range);
        assert_eq!(check(&definition), Ok(()), "{range:?}");
    }
    for range in ["newest", "1.2.3.4.5", &"1 || ".repeat(10_000)] {
        let definition = ProblemDefinition::new("m", "p").with_platform_version(range);
        let error = check(&definition).unwrap_err();
        assert!(matches!(error, SpecError::VersionRange { .. }), "{error}");
        assert!(error.to_string().len() < 600, "{error}");
    }
}

#[test]
fn wrong_values_are_refused_with_their_place() {
    for (text, expected) in [
        ("[]", "`config.json` should be an object, found a list"),
        (r#"{"platform": "p"}"#, "`name` is missing"),
        (r#"{"name": null, "platform": "p"}"#, "`name` should be a string, found null"),
        (r#"{"name": "m", "platform": ["p"]}"#, "`platform` should be a string, found a list"),
        (
            r#"{"name": "m", "platform": "p", "custom_ops": {}}"#,
            "`custom_ops` should be a list, found an object",
        ),
        (
            r#"{"name": "m", "platform": "p", "custom_ops": ["a", 1]}"#,
            "`custom_ops[1]` should be a string, found 1",
        ),
        (
            r#"{"name": "m", "platform": "p", "output_spec": [{"dtype": "int8", "shape": []}]}"#,
            "`output_spec[0].name` is missing",
        ),
        (
            r#"{"name": "m", "platform": "p", "output_spec": [{"name": "y", "dtype": "int8"}]}"#,
            "`output_spec[0].shape` is missing",
        ),
        (
            r#"{"name": "m", "platform": "p", "output_spec": [{"name": "y", "dtype": "int8", "shape": 3}]}"#,
            "`output_spec[0].shape` should be a list, found 3",
        ),
        (
            r#"{"name": "m", "platform": "p", "input_spec": [{"name": "x", "dtype": "float", "shape": []}]}"#,
            "the dtype of input `x` should be one of bool, int8, int16, int32, int64, uint8, uint16, uint32, \
             uint64, float16, bfloat16, float32, float64, string, found `float`",
        ),
        (
            r#"{"name": "m", "platform": "p", "input_spec": [{"name": "x", "dtype": "int8", "shape": []}],
                "input_tensor_device": {"x": "TPU"}}"#,
            "the device of input `x` should be \"GPU\" or \"CPU\", found \"TPU\"",
        ),
        (
            "{\"name\": \"m\",\n \"name\": \"n\"}",
            "the key `name` occurs twice in one object, at line 2, column 7",
        ),
        ("{\n/* never\nclosed", "the comment that starts in line 2 has no end"),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn a_key_that_occurs_twice_is_refused_wherever_it_is() {
    for text in [
        r#"{"name": "m", "platform": "p", "unknown": {"a": 1, "\u0061": 2}}"#,
        r#"{"name": "m", "platform": "p", "input_spec": [{"name": "x", "name": "y", "dtype": "int8", "shape": []}]}"#,
        r#"{"name": "m", "platform": "p", "input_tensor_device": {"x": "GPU", "x": "CPU"}}"#,
    ] {
        assert!(matches!(read(text), Err(SpecError::DuplicateKey { .. })), "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let valid = r#"{"name": "m", "platform": "p"}"#;
    assert!(read(valid).is_ok());
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(1_000_000), close.repeat(1_000_000));
        format!(r#"{{"name": "m", "platform": "p", "unknown": {open}1{close}}}"#)
    };
    let nested = [deep("[", "]"), deep(r#"{"a":"#, "}")];
    let texts = [
        "",
        " ",
        "{",
        "nul",
        r#"{"name": "\ud800"}"#,
        r#"{"name": "a	b"}"#,
        "{\"name\": \"\0\"}",
        "{'name': 1}",
    ];
    let trailing = [format!("{valid}{valid}"), format!("{valid},"), format!("\u{feff}\u{feff}{valid}")];
    for text in texts.iter().copied().chain(nested.iter().chain(&trailing).map(String::as_str)) {
        assert!(matches!(read(text), Err(SpecError::Syntax { .. })), "{:?}", &text[..text.len().min(60)]);
    }
    assert!(refusal("{\n  nul").contains("line 2"));
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    let error = ProblemDefinition::from_json(b"{\"name\": \"\xff\"}").unwrap_err();
    assert_eq!(error, SpecError::NotUtf8 { offset: 10 });
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(ProblemDefinition::from_json(&[&[0xff, 0xfe], utf16.as_slice()].concat()).is_err());
}

#[test]
fn a_text_at_the_limit_is_read_and_a_longer_one_is_not() {
    let mut text = r#"{"name": "m", "platform": "p"}"#.to_owned();
    text.extend(std::iter::repeat_n(' ', MAX_CONFIG_BYTES - text.len()));
    assert!(read(&text).is_ok());
    text.push(' ');
    let expected = SpecError::TooLarge { size: MAX_CONFIG_BYTES + 1, limit: MAX_CONFIG_BYTES };
    assert_eq!(read(&text), Err(expected));
}

#[test]
fn errors_show_the_start_of_long_values_alone() {
    let long = "é".repeat(100_000);
    let text = format!(
        r#"{{"name": "m", "platform": "p", "input_spec": [{{"name": "{long}", "dtype": "{long}", "shape": []}}]}}"#
    );
    assert!(refusal(&text).len() < 1000);
}

#[test]
fn a_spec_error_becomes_an_error_of_its_kind_with_tensor_and_axis() {
    let error = Error::from(read_shape("[1, 2, false]").unwrap_err());
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert_eq!(error.context("tensor"), Some("x"));
    assert_eq!(error.context("axis"), Some("2"));
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<SpecError>());
    assert!(matches!(source, Some(SpecError::Dim { axis: 2, .. })));
}
