//! What becomes of the values that a model returns.

use neuropod_core::{DType, Error, ErrorKind, Tensor};

use crate::support::{address, any, assert_says, call, f32s, infer, load, numbers, returns, strings, vector};

fn refused(expression: &str, dtype: DType) -> Error {
    call(&*returns(expression, dtype, 1)).expect_err(expression)
}

#[test]
fn an_array_that_the_model_has_just_made_is_not_copied() {
    for array in [
        "x + 1",
        "numpy.full(4, 2, dtype='float32')",
        "numpy.full(8, 2, dtype='float32')[4:]",
        "numpy.full((2, 2), 2, dtype='float32').reshape(4)",
        "numpy.full(4, 2, dtype='float32').view(numpy.uint32).view(numpy.float32)",
    ] {
        let model = load(
            &format!(
                "def model(x):\n    out = {array}\n    at = out.ctypes.data\n    return {{'out': out, 'at': at}}"
            ),
            &[f32s("x", 1)],
            &[f32s("out", 1), any("at", DType::Int64, 0)],
        );
        let outputs = infer(&*model, [("x", vector(&[1.0; 4]))]).unwrap();
        assert_eq!(numbers::<f32>(&outputs, "out"), [2.0; 4], "{array}");
        assert_eq!(numbers::<i64>(&outputs, "at"), [address(&outputs["out"])], "{array}");
    }
}

#[test]
fn an_input_that_is_returned_shares_the_callers_memory() {
    for (part, start, expected) in [
        ("x", 0, &[1.0, 2.0, 3.0, 4.0][..]),
        ("x[1:3]", 1, &[2.0, 3.0]),
        ("x.reshape(2, 2)[1]", 2, &[3.0, 4.0]),
        ("x[4:]", 4, &[]),
        ("numpy.asarray(x)", 0, &[1.0, 2.0, 3.0, 4.0]),
    ] {
        let model =
            load(&format!("def model(x): return {{'out': {part}}}"), &[f32s("x", 1)], &[f32s("out", 1)]);
        let x = vector(&[1.0, 2.0, 3.0, 4.0]);
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(numbers::<f32>(&outputs, "out"), expected, "{part}");
        let is_shared = address(&outputs["out"]) == address(&x) + 4 * start;
        assert!(is_shared || expected.is_empty(), "{part}");
        drop((x, model));
        assert_eq!(numbers::<f32>(&outputs, "out"), expected, "{part}: it outlives the input");
    }
}

/// Models that fill what they keep with the number of the call.
const KEEPERS: [(&str, &str); 9] = [
    ("the array itself", "kept.fill(n)\n    return {'out': kept}"),
    ("a view of it", "kept.fill(n)\n    return {'out': kept[1:]}"),
    (
        "an array of which it keeps a view",
        "global view\n    a = numpy.full(8, n, 'f4') if view is None else view.base\n    view = a[:]\n    a.fill(n)\n    return {'out': a}",
    ),
    ("the dictionary", "result['out'].fill(n)\n    return result"),
    ("an ordered dictionary", "ordered['out'].fill(n)\n    return ordered"),
    (
        "memory of another kind",
        "raw[:] = numpy.full(8, n, 'f4').tobytes()\n    return {'out': numpy.frombuffer(raw, 'f4')}",
    ),
    ("a memory view", "kept.fill(n)\n    return {'out': numpy.asarray(memoryview(kept))}"),
    ("a list of it", "several[0].fill(n)\n    return {'out': several[0]}"),
    (
        "an attribute of a function",
        "model.kept = getattr(model, 'kept', kept)\n    model.kept.fill(n)\n    return {'out': model.kept}",
    ),
];

#[test]
fn outputs_that_a_model_keeps_are_copied() {
    for (what, lines) in KEEPERS {
        let model = load(
            &format!(
                "import collections\nn = 0\nkept = numpy.zeros(8, 'f4')\nview = None\n\
                 result = {{'out': numpy.zeros(8, 'f4')}}\n\
                 ordered = collections.OrderedDict(out=numpy.zeros(8, 'f4'))\n\
                 raw = bytearray(32)\nseveral = [numpy.zeros(8, 'f4')]\n\
                 def model():\n    global n\n    n += 1\n    {lines}"
            ),
            &[],
            &[f32s("out", 1)],
        );
        let first = call(&*model).unwrap();
        let second = call(&*model).unwrap();
        assert!(numbers::<f32>(&first, "out").iter().all(|value| *value == 1.0), "{what}: {first:?}");
        assert!(numbers::<f32>(&second, "out").iter().all(|value| *value == 2.0), "{what}: {second:?}");
    }
}

#[test]
fn an_output_can_be_written_if_it_is_nobody_elses() {
    let can_be_written = |lines: &str| {
        let code = format!("import weakref\nkept = numpy.zeros(4, 'f4')\ndef model(x):\n    {lines}");
        let model = load(&code, &[f32s("x", 1)], &[f32s("out", 1)]);
        let x = vector(&[1.0; 4]);
        let mut out = infer(&*model, [("x", &x)]).unwrap().take("out").unwrap();
        let written = out.as_mut_bytes().map(|bytes| bytes.fill(0xff)).is_ok();
        assert_eq!(x, vector(&[1.0; 4]), "{lines}");
        let again = infer(&*model, [("x", &x)]).unwrap();
        assert!(numbers::<f32>(&again, "out").iter().all(|value| !value.is_nan()), "{lines}");
        written
    };
    for fresh in [
        "return {'out': x + 1}",
        "return {'out': numpy.ones(8, 'f4')[4:]}",
        "return {'out': numpy.ones((2, 2), 'f4').T.reshape(4)}",
        "return {'out': kept}", // a copy
    ] {
        assert!(can_be_written(fresh), "{fresh}");
    }
    for not in [
        "return {'out': x}",
        "return {'out': x[1:]}",
        "out = x + 1\n    out.flags.writeable = False\n    return {'out': out}",
    ] {
        assert!(!can_be_written(not), "{not}");
    }
    for weak in ["out", "out.base"] {
        let lines = format!(
            "global ref\n    out = numpy.ones((2, 2), 'f4').reshape(4)\n    ref = weakref.ref({weak})\n    \
             return {{'out': out}}"
        );
        assert!(!can_be_written(&lines), "the model can come back to {weak}");
    }
}

#[test]
fn one_array_under_two_names_becomes_two_outputs() {
    for out in ["a, 'b': a", "a[:], 'b': a[:]"] {
        let model = load(
            &format!("def model():\n    a = numpy.ones(4, 'f4')\n    return {{'a': {out}}}"),
            &[],
            &[f32s("a", 1), f32s("b", 1)],
        );
        let mut outputs = call(&*model).unwrap();
        let (a, b) = (outputs.take("a").unwrap(), outputs.take("b").unwrap());
        assert_ne!(address(&a), address(&b));
        assert_eq!(a, b);
    }
}

#[test]
fn outputs_outlive_the_model() {
    let model = load("def model(x): return {'out': x + 1}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let outputs: Vec<_> =
        (0..3).map(|value| infer(&*model, [("x", vector(&[value as f32; 1000]))]).unwrap()).collect();
    drop(model);
    for (value, outputs) in outputs.iter().enumerate() {
        assert!(numbers::<f32>(outputs, "out").iter().all(|found| *found == value as f32 + 1.0));
    }
}

#[test]
fn arrays_of_any_layout_become_row_major() {
    let expected = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    for array in [
        "rows",
        "numpy.asfortranarray(rows)",
        "numpy.array([[0, 3], [1, 4], [2, 5]], 'f4').T",
        "rows[::-1, ::-1][::-1, ::-1]",
        "numpy.ascontiguousarray(rows[::-1])[::-1]",
        "numpy.repeat(rows, 2, axis=1)[:, ::2]",
        "rows.astype('>f4')",
        "numpy.asfortranarray(rows.astype('>f4'))",
        "numpy.repeat(rows, 2, axis=1).astype('>f4')[:, ::2]",
        "numpy.frombuffer(b'x' + rows.tobytes(), 'f4', offset=0, count=6).reshape(2, 3) * 0 + rows",
        "numpy.frombuffer(b'x' + rows.tobytes(), 'u1')[1:].view('f4').reshape(2, 3)",
        "numpy.matrix(rows)",
        "numpy.ma.array(rows, mask=False)",
        "rows.view(Own)",
    ] {
        let model = load(
            &format!(
                "class Own(numpy.ndarray): pass\n\ndef model():\n    rows = numpy.arange(6, dtype='f4').reshape(2, 3)\n    \
                 with numpy.errstate(all='ignore'):\n        return {{'out': {array}}}"
            ),
            &[],
            &[f32s("out", 2)],
        );
        let outputs = call(&*model).unwrap();
        assert_eq!(outputs["out"].dims(), [2, 3], "{array}");
        assert_eq!(numbers::<f32>(&outputs, "out"), expected, "{array}");
    }
}

#[test]
fn a_broadcast_array_and_a_mapped_file_become_tensors() {
    let model = load(
        "import tempfile\n\ndef model(x):\n    file = tempfile.TemporaryFile()\n    \
         mapped = numpy.memmap(file, 'float32', 'w+', shape=(3,))\n    mapped[:] = 7\n    \
         return {'wide': numpy.broadcast_to(x, (2, 3)), 'mapped': mapped}",
        &[f32s("x", 1)],
        &[f32s("wide", 2), f32s("mapped", 1)],
    );
    let outputs = infer(&*model, [("x", vector(&[1.0, 2.0, 3.0]))]).unwrap();
    assert_eq!(numbers::<f32>(&outputs, "wide"), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    assert_eq!(numbers::<f32>(&outputs, "mapped"), [7.0; 3]);
}

#[test]
fn scalars_become_tensors_without_axes() {
    fn scalar<T: neuropod_core::Element + PartialEq + std::fmt::Debug>(expression: &str, expected: T) {
        let outputs =
            call(&*returns(expression, T::DTYPE, 0)).unwrap_or_else(|e| panic!("{expression}: {e}"));
        assert!(outputs["out"].dims().is_empty(), "{expression}");
        assert_eq!(outputs["out"].as_scalar::<T>().unwrap(), expected, "{expression}");
    }
    scalar("numpy.float32(2.5)", 2.5f32);
    scalar("numpy.array(2.5, 'f4')", 2.5f32);
    scalar("numpy.array([2.5, 1], '>f4')[0]", 2.5f32);
    scalar("numpy.ones(3, 'f4').sum()", 3.0f32);
    scalar("2.5", 2.5f32);
    scalar("3", 3.0f32);
    scalar("-3", -3i64);
    scalar("255", 255u8);
    scalar("2**64 - 1", u64::MAX);
    scalar("True", true);
    scalar("numpy.bool_(False)", false);
}

#[test]
fn scalars_that_do_not_fit_are_errors_that_say_both() {
    for (expression, dtype, parts) in [
        ("256", DType::UInt8, ["uint8", "256"]),
        ("-1", DType::UInt64, ["uint64", "-1"]),
        ("2**70", DType::Int64, ["int64", "1180591620717411303424"]),
        ("2.5", DType::Int64, ["int64", "float (2.5)"]),
        ("True", DType::Int64, ["int64", "bool (True)"]),
        ("1", DType::Bool, ["bool", "int (1)"]),
        ("1j", DType::Float32, ["float32", "complex"]),
    ] {
        assert_says(&refused(expression, dtype), ErrorKind::InvalidOutput, &parts);
    }
}

#[test]
fn empty_arrays_keep_their_shape() {
    for array in ["numpy.zeros((0, 3), 'f4')", "numpy.zeros((4, 3), 'f4')[4:]", "numpy.zeros((3, 0), 'f4').T"]
    {
        let outputs = call(&*returns(array, DType::Float32, 2)).unwrap();
        assert_eq!(outputs["out"].dims(), [0, 3], "{array}");
    }
}

#[test]
fn every_mapping_is_a_dictionary() {
    for mapping in [
        "collections.OrderedDict(out=out)",
        "collections.defaultdict(list, out=out)",
        "collections.UserDict(out=out)",
        "collections.ChainMap({'other': 1}, {'out': out})",
        "types.MappingProxyType({'out': out})",
        "type('Own', (dict,), {})(out=out)",
        "{numpy.str_('out'): out}",
    ] {
        let model = load(
            &format!(
                "import collections, types\n\ndef model():\n    out = numpy.ones(2, 'f4')\n    return {mapping}"
            ),
            &[],
            &[f32s("out", 1)],
        );
        assert_eq!(numbers::<f32>(&call(&*model).unwrap(), "out"), [1.0; 2], "{mapping}");
    }
}

#[test]
fn what_is_no_mapping_is_an_error_that_says_what_came() {
    for (value, told) in [
        ("None", "the model returned None"),
        ("[1, 2]", "type list ([1, 2])"),
        ("numpy.ones((2, 3))", "an array of float64 with the shape [2, 3]"),
        ("(1, 2)", "type tuple"),
        ("(1 for _ in '')", "type generator"),
        ("Odd()", "type Odd"),
        ("Plain()", "type Plain (<model.Plain object"),
        ("{1, 2}", "type set"),
    ] {
        let model = load(
            &format!(
                "class Odd:\n    def __repr__(self): raise ValueError\n\nclass Plain: pass\n\n\
                 def model(): return {value}"
            ),
            &[],
            &[f32s("out", 1)],
        );
        let error = call(&*model).unwrap_err();
        assert_says(&error, ErrorKind::InvalidOutput, &[told, "a dict of its outputs", r#"{"out": out}"#]);
    }
}

#[test]
fn a_generator_function_is_an_error() {
    let model = load("def model(): yield {'out': 1}", &[], &[f32s("out", 0)]);
    assert_says(&call(&*model).unwrap_err(), ErrorKind::InvalidOutput, &["generator"]);
}

#[test]
fn an_output_that_is_missing_is_an_error_that_lists_what_came() {
    let model = load("def model(): return {'first': 1.0, 2: 3.0}", &[], &[f32s("out", 0)]);
    let error = call(&*model).unwrap_err();
    assert_says(&error, ErrorKind::InvalidOutput, &["no `out`", "'first'", "2"]);
    assert_eq!(error.context("output"), Some("out"));
}

#[test]
fn outputs_that_nobody_asked_for_are_ignored() {
    let model = load(
        "def model(): return {'other': object(), 'out': 1.0, 'wrong': None}",
        &[],
        &[f32s("out", 0), f32s("wrong", 0)],
    );
    let outputs = model.infer(&neuropod_core::Inputs::new(), &["out"]).unwrap();
    assert_eq!((outputs.len(), numbers::<f32>(&outputs, "out")), (1, &[1.0][..]));
    let twice = model.infer(&neuropod_core::Inputs::new(), &["out", "out"]).unwrap();
    assert_eq!(twice.len(), 2);
}

#[test]
fn another_type_is_an_error_that_says_both_and_what_to_do() {
    for (value, dtype, parts) in [
        ("numpy.ones(3)", DType::Float32, &["float32", "float64", "[3]", r#"`.astype("float32")`"#][..]),
        ("numpy.ones(3, 'i4')", DType::Bool, &["bool", "int32", r#"`.astype("bool")`"#]),
        ("numpy.float64(3)", DType::Float32, &["float32", "float64", r#"`.astype("float32")`"#]),
        ("numpy.ones(3, 'c8')", DType::Float32, &["complex64"]),
        ("numpy.ones(3, 'f4')", DType::BFloat16, &["bfloat16", "float32"]),
        ("numpy.ones(3, 'f4')", DType::String, &["string", "float32"]),
        ("numpy.array(['a'])", DType::Float32, &["float32", "an array of text with the shape [1]"]),
        ("numpy.array([None])", DType::Float32, &["float32", "object"]),
        ("numpy.zeros(2, 'f4,i4')", DType::Float32, &["float32", "an array of"]),
        ("[1.0, 2.0]", DType::Float32, &["list ([1.0, 2.0])", r#"`numpy.array(..., dtype="float32")`"#]),
        ("(1, 2)", DType::Int64, &["tuple", r#"`numpy.array(..., dtype="int64")`"#]),
        ("None", DType::Float32, &["float32", "None"]),
        ("{'a': 1}", DType::Float32, &["float32", "dict"]),
        ("'text'", DType::Float32, &["float32", "str"]),
        ("list(range(1000))", DType::Int64, &["..."]),
    ] {
        assert_says(&refused(value, dtype), ErrorKind::InvalidOutput, parts);
    }
}

#[test]
fn bools_that_are_neither_true_nor_false_are_an_error() {
    for array in
        ["numpy.array([2], 'u1').view('?')", "numpy.array([1, 9, 2, 9], 'u1').view('?')[::2]", "kept"]
    {
        let model = load(
            &format!("kept = numpy.array([255], 'u1').view('?')\n\ndef model(): return {{'out': {array}}}"),
            &[],
            &[any("out", DType::Bool, 1)],
        );
        assert_says(&call(&*model).expect_err(array), ErrorKind::InvalidOutput, &["bool"]);
    }
}

#[test]
fn every_type_is_returned() {
    let lines = "import ml_dtypes\n\ndef model(x): return {'out': x.copy(), 'wide': numpy.repeat(x, 2)[::2]}";
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::String) {
        let model = load(lines, &[any("x", dtype, 1)], &[any("out", dtype, 1), any("wide", dtype, 1)]);
        let mut x = Tensor::zeros(dtype, [3]).unwrap();
        x.as_mut_bytes().unwrap().fill(1);
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!((&outputs["out"], &outputs["wide"]), (&x, &x), "{dtype}");
    }
}

#[test]
fn names_of_types_that_only_c_tells_apart_are_one_type() {
    for (array, dtype) in
        [("numpy.ones(2, 'longlong')", DType::Int64), ("numpy.ones(2, 'ulonglong')", DType::UInt64)]
    {
        assert_eq!(call(&*returns(array, dtype, 1)).unwrap()["out"].dims(), [2]);
    }
}

#[test]
fn a_dictionary_whose_keys_cannot_be_compared_is_an_error() {
    let model = load(
        "class Key(str):\n    __hash__ = str.__hash__\n    def __eq__(self, other): raise ValueError('no key')\n\n\
         def model(): return {Key('out'): 1.0}",
        &[],
        &[f32s("out", 0)],
    );
    assert_says(&call(&*model).unwrap_err(), ErrorKind::Model, &["ValueError: no key"]);
}

#[test]
fn text_where_a_key_is_bytes_is_not_found() {
    let model = load("def model(): return {b'out': 1.0}", &[], &[f32s("out", 0)]);
    assert_says(&call(&*model).unwrap_err(), ErrorKind::InvalidOutput, &["b'out'"]);
    let named = returns("'text'", DType::String, 0);
    assert_eq!(strings(&call(&*named).unwrap(), "out"), ["text"]);
}
