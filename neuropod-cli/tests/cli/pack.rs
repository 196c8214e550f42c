//! `neuropod pack`

use std::fs;

use serde_json::Value;

use crate::support::{Folder, PACK_ADDITION, TESTED};

fn inspect(folder: &Folder, package: &str) -> Value {
    serde_json::from_str(&folder.run(&["inspect", package, "--json"]).assert_success()).unwrap()
}

#[test]
fn a_package_says_how_it_was_tested() {
    let folder = Folder::with_untested_addition();
    let pack = |more: &[&str]| folder.run(&[PACK_ADDITION, more].concat()).assert_success();
    assert!(pack(&["a"]).ends_with("; not tested: no test input was given\n"));
    let inputs = &TESTED[..2];
    assert!(pack(&[inputs, &["b"]].concat()).ends_with("; tested: the model runs on the test inputs\n"));
    let tested = pack(&[TESTED, &["--no-test-data", "c"]].concat());
    assert!(
        tested.starts_with("c: 5 files, ") && tested.ends_with("the model returns the expected outputs\n")
    );
    assert_eq!(inspect(&folder, "b")["test_data"], true);
    assert_eq!(inspect(&folder, "c")["test_data"], false);
}

#[test]
fn a_package_that_fails_its_test_is_not_written() {
    let folder = Folder::with_untested_addition();
    let wrong = [&TESTED[..2], &["--test-output=out=[4,7]", "wrong"]].concat();
    let run = folder.run(&[PACK_ADDITION, &wrong].concat());
    run.assert_failure(1, &["element 1 should be 7, but is 6", "help: the package was not written"]);
    assert!(!folder.path("wrong").exists());
}

#[test]
fn specs_and_test_data_from_files() {
    let folder = Folder::with_untested_addition();
    folder.write(
        "spec.json",
        r#"{"input_spec": [{"name": "x", "dtype": "float32", "shape": ["n"]},
                           {"name": "y", "dtype": "float32", "shape": ["n"]}],
            "output_spec": [{"name": "out", "dtype": "float32", "shape": [null]}]}"#,
    );
    folder.python("import numpy as np; x = np.ones(3, 'float32'); np.savez('inputs.npz', x=x, y=x)");
    folder.write("outputs.json", r#"{"out": [2, 2, 2]}"#);
    let pack = [
        &PACK_ADDITION[..5],
        &["--spec=spec.json", "--test-inputs=inputs.npz", "--test-outputs=outputs.json"],
    ];
    folder.run(&[&pack.concat()[..], &["--directory", "package"]].concat()).assert_success();
    let description = inspect(&folder, "package");
    assert_eq!(description["format"], "directory");
    assert_eq!(description["outputs"][0]["shape"][0], Value::Null);
    folder.run(&["test", "package"]).assert_success();

    folder.write("spec.json", r#"{"input_spec": [{"name": "x", "dtype": "float", "shape": []}]}"#);
    let run = folder.run(&[&pack.concat()[..], &["b"]].concat());
    run.assert_failure(1, &["float", "  file: spec.json\n"]);
}

#[test]
fn everything_about_a_python_package() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("src/scaling")).unwrap();
    let code = "import os\n\ndef get_model(data_root):\n    \
                factor = float(open(os.path.join(data_root, 'weights/factor.txt')).read())\n    \
                return lambda x: {'y': x * type(x.flat[0])(factor)}\n";
    folder.write("src/scaling/model.py", code);
    folder.write("trained.txt", "2.5");
    folder.write("lock.txt", "");
    let arguments = "pack python --name=scaling --entrypoint=scaling.model:get_model --code=src:scaling \
                     --data=weights/factor.txt=trained.txt --requirements-lock=lock.txt --input=x:float32:?,2 \
                     --output=y:float32:?,2 --test-input=x=[[2,4]] --test-output=y=[[5,10]] \
                     --platform-version=>=3.10 --input-device=x=cpu --store scaling";
    folder.run(&arguments.split_ascii_whitespace().collect::<Vec<_>>()).assert_success();
    let description = inspect(&folder, "scaling");
    assert_eq!(description["platform_version"], ">=3.10");
    assert_eq!(description["inputs"][0]["device"], "CPU");
    assert!(description["package_size"].as_u64() > description["unpacked_size"].as_u64(), "it is not stored");
    let paths: Vec<_> =
        description["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    for path in ["0/code/scaling/model.py", "0/data/weights/factor.txt", "0/requirements.lock"] {
        assert!(paths.contains(&path), "{paths:?}");
    }
}

#[test]
fn packages_of_frameworks_that_are_not_here() {
    let folder = Folder::new();
    folder.write("model.pt", "a model");
    folder.write("graph.pb", "a graph");
    let specs = "--input=x:float32:n --output=y:float32:n";
    let pack = |arguments: &str| {
        folder.run(&format!("pack {arguments} {specs}").split_ascii_whitespace().collect::<Vec<_>>())
    };
    pack("torchscript --name=a --model=model.pt torch").assert_success();
    assert_eq!(inspect(&folder, "torch")["platform"], "torchscript");
    pack("tensorflow --name=b --graph=graph.pb --node=x=in/x:0 --node=y=out:0 --init-op=init tf")
        .assert_success();
    assert_eq!(inspect(&folder, "tf")["platform"], "tensorflow");
    pack("tensorflow --name=b --graph=graph.pb --node=x=in/x:0 other")
        .assert_failure(1, &["there is no node for `y`"]);
    pack("tensorflow --name=c --saved-model=nothing sm").assert_failure(3, &["there is no SavedModel"]);
}
