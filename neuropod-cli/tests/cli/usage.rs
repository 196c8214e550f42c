//! Wrong usage, and help.

use crate::support::{Folder, PACK_ADDITION};

const COMMANDS: [&[&str]; 11] = [
    &["inspect"],
    &["verify"],
    &["test"],
    &["infer"],
    &["bench"],
    &["pack"],
    &["pack", "torchscript"],
    &["pack", "tensorflow"],
    &["pack", "python"],
    &["backends"],
    &["completions"],
];

#[test]
fn every_command_has_help_with_examples() {
    let folder = Folder::new();
    for command in COMMANDS {
        let help = folder.run(&[command, &["--help"]].concat()).assert_success();
        assert!(help.contains("\nExamples:\n  neuropod "), "{help}");
        assert!(folder.run(&[command, &["-h"]].concat()).assert_success().contains("Usage: neuropod"));
    }
    let help = folder.run(&["--help"]).assert_success();
    assert!(help.contains("Exit codes:\n  0  success"), "{help}");
    assert_eq!(
        folder.run(&["--version"]).assert_success(),
        format!("neuropod {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn arguments_that_are_wrong() {
    let folder = Folder::new();
    for (arguments, told) in [
        (&["inspct"][..], "a similar subcommand exists: 'inspect'"),
        (&["inspect"], "<PACKAGE>"),
        (&["inspect", "a", "--jsn"], "'--json'"),
        (&["infer", "a", "x"], "expected a name, `=` and a value"),
        (&["infer", "a", "--device", "tpu"], "expected `cpu`, or `cuda:` and an index"),
        (&["infer", "a", "--intra-op-threads", "many"], "invalid digit"),
        (&["infer", "a", "--backend-option", "x"], "expected a name, `=` and a value"),
        (&["infer", "a", "--skip-verification", "--require-manifest"], "cannot be used with"),
        (&["infer", "a", "--json", "--output", "b.npz"], "cannot be used with"),
        (&["bench", "a", "--threads", "0"], "0 is not in 1..=1024"),
        (&["bench", "a", "--duration", "5"], "time unit needed"),
        (&["bench", "a", "--size", "n"], "expected a name, `=` and a value"),
        (&["bench", "a", "--size", "n=many"], "`many` is no size"),
        (&["completions", "tcsh"], "[possible values: bash"),
        (&["pack", "python", "--entrypoint", "model"], "expected a module, `:` and a function"),
        (&["pack", "python", "--input", "x:float32"], "`x:float32:` for a scalar"),
        (&["pack", "python", "--input-device", "x=tpu"], "expected `cpu` or `gpu`"),
        (&["pack", "tensorflow", "--name=a", "b"], "<--graph <FILE>|--saved-model <DIR>>"),
        (&["pack", "tensorflow", "--name=a", "--graph=a.pb", "b"], "--node <NAME=NODE>"),
        (&["pack", "torchscript", "--name=a", "b"], "--model <FILE>"),
    ] {
        folder.run(arguments).assert_failure(2, &["error: ", told]);
    }
}

#[test]
fn values_that_do_not_fit_the_package() {
    let folder = Folder::with_untested_addition();
    folder.write("object.json", r#"{"z": 1}"#);
    folder.write("list.json", "[1]");
    folder.write("twice.json", r#"{"x": 1, "x": 2}"#);
    folder.write("text.txt", "");
    folder.write("array.npy", "no array");
    folder.write("arrays.npz", "no arrays");
    for (arguments, code, told) in [
        (&["z=1"][..], 2, "there is no input `z`; the inputs are `x`, `y`"),
        (&["x=[1,true]"], 2, "found true\n  element: [1]\n  tensor: x\n"),
        (&["x=[1,2"], 2, "`[1,2` is not JSON"),
        (&["x=1", "x=2"], 2, "`x` is given twice"),
        (&["--inputs=twice.json"], 2, "`x` is given twice"),
        (&["--outputs=sum"], 2, "there is no output `sum`; the outputs are `out`"),
        (&["--inputs=object.json"], 2, "there is no input `z`"),
        (&["--inputs=list.json"], 2, "expected a JSON object of names and values"),
        (&["--inputs=text.txt"], 2, "expected a file that ends in `.npz` or `.json`\n  file: text.txt"),
        (&["--inputs=nothing.npz"], 3, "  file: nothing.npz"),
        (&["--inputs=arrays.npz"], 2, "this is no zip file, or its end is missing\n  file: arrays.npz"),
        (&["x=@nothing.npy"], 3, "  file: nothing.npy\n  tensor: x"),
        (&["x=@array.npy"], 2, "this is no .npy file\n  file: array.npy\n  tensor: x"),
        (&["x=@text.txt"], 2, "expected a file that ends in `.npy` or `.json`"),
        (&["--output=out.txt"], 2, "expected a file that ends in `.npz` or `.npy` or `.json`"),
    ] {
        folder
            .run(&[&["infer", "addition.neuropod"], arguments].concat())
            .assert_failure(code, &["error: ", told]);
    }
    folder
        .run(&["bench", "addition.neuropod", "--size=m=2"])
        .assert_failure(2, &["no input has a symbol `m`; the symbols are `n`"]);
    folder.run(&["test", "addition.neuropod"]).assert_failure(1, &["the package has no test data", "help: "]);
}

#[test]
fn packages_that_cannot_be_written() {
    let folder = Folder::with_untested_addition();
    let pack = |more: &[&str]| folder.run(&[PACK_ADDITION, more].concat());
    pack(&["addition.neuropod"]).assert_failure(3, &["there is a file or folder at the path already"]);
    pack(&["--test-output=out=[1]", "b"])
        .assert_failure(2, &["there are expected outputs, but no sample inputs"]);
    pack(&["--test-input=z=1", "b"])
        .assert_failure(2, &["there is no input `z`", "help: say its type with `--input`"]);
    pack(&["--input-device=z=cpu", "b"]).assert_failure(1, &["`z`, which is no input"]);
    pack(&["--input=x:float32:n", "b"]).assert_failure(1, &["error: "]);
    pack(&["--custom-op=nothing.so", "b"]).assert_failure(3, &["nothing.so"]);
    pack(&["--code=nothing", "b"]).assert_failure(3, &["nothing"]);
    assert!(!folder.path("b").exists());
}
