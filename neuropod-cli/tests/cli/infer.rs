//! `neuropod infer`

use serde_json::{Value, json};

use crate::support::{Folder, IDENTITY};

#[test]
fn outputs_as_text() {
    let folder = Folder::with_addition();
    let text = folder.run(&["infer", "addition.neuropod", "x=[1,2]", "y=[3,4.5]"]).assert_success();
    assert_eq!(text, "out: float32 [2]\n[4, 6.5]\n");
}

#[test]
fn what_a_model_prints_is_kept_out_of_the_results() {
    let folder = Folder::with_addition();
    let run = folder.run(&["infer", "addition.neuropod", "x=[1]", "y=[\"NaN\"]", "--json"]);
    assert!(run.stderr.contains("a greeting from the model"), "{run:?}");
    assert_eq!(run.assert_success(), "{\"out\":[\"NaN\"]}\n");
}

#[test]
fn inputs_from_files_and_from_the_standard_input() {
    let folder = Folder::with_addition();
    folder.write("both.json", r#"{"x": [1, 2], "y": [3, 4]}"#);
    folder.write("y.json", "[3, 4]");
    let expected = "{\"out\":[4.0,6.0]}\n";
    let infer = |arguments: &[&'static str]| [&["infer", "addition.neuropod", "--json"], arguments].concat();
    assert_eq!(folder.run(&infer(&["--inputs=both.json"])).assert_success(), expected);
    assert_eq!(folder.run(&infer(&["x=[1,2]", "y=@y.json"])).assert_success(), expected);
    let run = folder.run_with_input(&infer(&["--inputs", "-", "y=@y.json"]), r#"{"x": [1, 2]}"#);
    assert_eq!(run.assert_success(), expected);
    let run = folder.run_with_input(&infer(&["--inputs", "-"]), "{");
    run.assert_failure(2, &["expected a JSON object of names and values", "  file: standard input\n"]);
}

#[test]
fn outputs_in_files() {
    let folder = Folder::with_addition();
    for file in ["out.npy", "out.npz", "out.json"] {
        let run = folder.run(&["infer", "addition.neuropod", "x=[1,2]", "y=[3,4]", "--output", file]);
        assert_eq!(run.assert_success(), "");
    }
    assert_eq!(folder.read("out.json"), br#"{"out":[4.0,6.0]}"#);
    folder.python(
        "import numpy; assert numpy.load('out.npy').tolist() == numpy.load('out.npz')['out'].tolist() == [4, 6]",
    );
}

#[test]
fn calls_that_the_model_refuses() {
    let folder = Folder::with_addition();
    let infer = |arguments: &[&str]| folder.run(&[&["infer", "addition.neuropod"], arguments].concat());
    infer(&["x=[1,2]", "y=[3]"]).assert_failure(2, &["the symbol `n` has two sizes in one call"]);
    infer(&["x=1", "y=[3]"]).assert_failure(2, &["  tensor: x\n", "help: `neuropod inspect`"]);
    infer(&["x=[1]"]).assert_failure(2, &["needs an input that was not given: `y`"]);
    infer(&["x=[1]", "y=[2]", "--version-range=^2"]).assert_failure(4, &["help: `neuropod backends`"]);
    infer(&["x=[1]", "y=[2]", "--device=cuda:99"]).assert_failure(4, &["help: `--device cpu`"]);
    folder.run(&["infer", "nothing", "x=[1]"]).assert_failure(3, &["there is nothing at this path"]);
}

#[test]
fn a_model_that_fails() {
    let folder = Folder::new();
    folder.write("broken.py", "def get_model(data_root):\n    def model(x):\n        raise ValueError('bad taste')\n    return model\n");
    let pack = ["pack", "python", "--name=broken", "--entrypoint=broken:get_model", "--module=broken.py"];
    folder
        .run(&[&pack[..], &["--input=x:float32:", "--output=y:float32:", "broken"]].concat())
        .assert_success();
    let run = folder.run(&["infer", "broken", "x=1"]);
    run.assert_failure(1, &["error: the model failed: ValueError: bad taste\n  model: broken\n"]);
    assert!(run.stderr.contains("raise ValueError('bad taste')"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("bad taste").count(), 3, "{}", run.stderr);
}

#[test]
fn every_dtype_goes_through_a_model_and_back() {
    let folder = Folder::new();
    folder.write("identity.py", IDENTITY);
    let inputs = json!({
        "bool": [true, false],
        "int8": [-128, 127],
        "int16": [-32768, 32767],
        "int32": [i32::MIN, i32::MAX],
        "int64": [i64::MIN, i64::MAX],
        "uint8": [0, 255],
        "uint16": [0, 65535],
        "uint32": [0, u32::MAX],
        "uint64": [0, u64::MAX],
        "float16": [0.5, "Infinity"],
        "float32": [0.1, "-Infinity"],
        "float64": [0.1, "NaN"],
        "string": ["größe", ""],
    });
    let names: Vec<_> = inputs.as_object().unwrap().keys().cloned().collect();
    let specs = names
        .iter()
        .flat_map(|name| [format!("--input={name}:{name}:2"), format!("--output={name}:{name}:2")]);
    let specs: Vec<_> = specs.collect();
    let mut pack =
        vec!["pack", "python", "--name=identity", "--entrypoint=identity:get_model", "--module=identity.py"];
    pack.extend(specs.iter().map(String::as_str));
    pack.push("identity");
    folder.run(&pack).assert_success();
    let infer = ["infer", "identity", "--inputs", "-", "--json"];
    let json = folder.run_with_input(&infer, &inputs.to_string()).assert_success();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), inputs);

    let some = folder.run_with_input(&[&infer[..], &["--outputs=string,bool"]].concat(), &inputs.to_string());
    assert_eq!(some.assert_success(), "{\"string\":[\"größe\",\"\"],\"bool\":[true,false]}\n");
    let run = folder.run_with_input(&["infer", "identity", "--inputs", "-", "--output=a.npy"], "{}");
    run.assert_failure(2, &["a `.npy` file holds one array, but there are 13 outputs", "help: choose one"]);
}
