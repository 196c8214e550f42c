//! SavedModels: signatures, tags, variables, tables and assets.

use neuropod_backend_tf::SavedModel;
use neuropod_core::{DType, Error, ErrorKind, Model, ModelFiles, Tensor, TensorSpec};
use neuropod_test_utils::MemoryFiles;

use crate::support::{
    any, cpu, f32s, file, files, infer, load, load_source, load_with, numbers, source, source_of,
    source_with_config, vector, words,
};

const FOLDER: &str = "0/data/savedmodel";

fn with_option(name: &str, option: (&str, &str), output: &str) -> Result<Box<dyn Model>, Error> {
    let source = source(name, &[f32s("x", 1)], &[f32s(output, 1)]);
    load_with(source, &cpu().backend_option(option.0, option.1))
}

fn call(model: &dyn Model, output: &str) -> f32 {
    numbers(&infer(model, [("x", &vector(&[10.0]))]).unwrap(), output)[0]
}

#[test]
fn the_default_signature_names_inputs_and_outputs() {
    let model = load("AdditionSaved", &[f32s("y", 1), f32s("x", 1)], &[f32s("out", 1)]);
    let outputs = infer(&*model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "out"), [3.0]);
}

#[test]
fn an_input_and_an_output_of_a_signature_can_have_one_name() {
    assert_eq!(call(&*load("SameNameSaved", &[f32s("x", 1)], &[f32s("x", 1)]), "x"), 20.0);
}

#[test]
fn another_signature_is_chosen_by_option_or_by_configuration() {
    assert_eq!(call(&*load("TwoSignatures", &[f32s("x", 1)], &[f32s("double", 1)]), "double"), 20.0);
    let model = with_option("TwoSignatures", ("tensorflow.signature", "triple"), "triple").unwrap();
    assert_eq!(call(&*model, "triple"), 30.0);

    let configured =
        |config| source_with_config("TwoSignatures", config, &[f32s("x", 1)], &[f32s("triple", 1)]);
    let model = load_source(configured(r#"{"node_name_mapping": null, "signature": "triple"}"#)).unwrap();
    assert_eq!(call(&*model, "triple"), 30.0);
    // The caller's choice wins.
    let options = cpu().backend_option("tensorflow.signature", "triple");
    let model = load_with(configured(r#"{"signature": "serving_default"}"#), &options).unwrap();
    assert_eq!(call(&*model, "triple"), 30.0);
}

#[test]
fn an_unknown_signature_is_an_error_that_lists_what_there_is() {
    let error = with_option("TwoSignatures", ("tensorflow.signature", "half"), "double").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("no signature `half`; it has `serving_default`, `triple`"), "{error}");
    assert_eq!(error.context("folder"), Some(FOLDER));
}

#[test]
fn another_graph_is_chosen_by_tags() {
    assert_eq!(call(&*load("TwoTagSets", &[f32s("x", 1)], &[f32s("out", 1)]), "out"), 20.0);
    for tags in ["serve,special", "special, serve"] {
        for name in ["TwoTagSets", "OtherTags"] {
            let model = with_option(name, ("tensorflow.tags", tags), "out").unwrap();
            assert_eq!(call(&*model, "out"), 30.0, "{name} {tags}");
        }
    }
    let config = r#"{"tags": ["special", "serve"]}"#;
    let source = source_with_config("TwoTagSets", config, &[f32s("x", 1)], &[f32s("out", 1)]);
    assert_eq!(call(&*load_source(source).unwrap(), "out"), 30.0);
}

#[test]
fn unknown_tags_are_an_error_that_lists_what_there_is() {
    let error = load_source(source("OtherTags", &[f32s("x", 1)], &[f32s("out", 1)])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("the tags `serve`; it has `serve`, `special`"), "{error}");
    let error = with_option("TwoTagSets", ("tensorflow.tags", "gpu"), "out").unwrap_err();
    assert!(error.message().contains("it has `serve`; `serve`, `special`"), "{error}");
}

#[test]
fn variables_and_what_runs_after_them_are_restored() {
    // 2 * x + 10: the 2 is restored, the 10 is set by the operation that runs after that.
    assert_eq!(call(&*load("V1Saved", &[f32s("x", 1)], &[f32s("out", 1)]), "out"), 30.0);

    let model = load("KerasSaved", &[f32s("x", 2)], &[f32s("output_0", 2)]);
    let x = Tensor::from_slice([2, 3], &[1.0f32, 0.0, 0.0, 1.0, 1.0, 1.0]).unwrap();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(numbers(&outputs, "output_0"), [11.0, 22.0, 19.0, 32.0]);
}

#[test]
fn a_table_is_filled_from_a_file_of_the_model() {
    let model = load("TableSaved", &[words("x")], &[any("out", DType::Int64, 1)]);
    let x = Tensor::from_strings([3], &["two", "zero", "three"]).unwrap();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<i64>().unwrap(), [2, 0, -1]);
}

#[test]
fn a_file_that_is_missing_is_an_error_that_names_it() {
    let error =
        table_with(
            |files, path, content| {
                if path.ends_with("assets/words.txt") { files } else { files.file(path, content) }
            },
        );
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(error.context("file").is_some_and(|file| file.ends_with("assets/words.txt")), "{error:?}");
}

#[test]
fn a_file_outside_the_model_is_refused() {
    for name in ["../../w.x", "/etc/stat", "..\\..\\w.x"] {
        let error = table_with(|files, path, mut content| {
            // Names of equal length, so that the message around them stays as it is.
            let old = b"words.txt";
            while let Some(at) = content.windows(old.len()).position(|bytes| bytes == old) {
                content[at..at + old.len()].copy_from_slice(name.as_bytes());
            }
            files.file(path, content)
        });
        assert_eq!(error.kind(), ErrorKind::UnsafePackage, "{name}: {error}");
        assert!(error.contexts().any(|(_, value)| value.contains(name)), "{error:?}");
    }
}

/// Loads the model with a table after a change of its files.
fn table_with(change: impl Fn(MemoryFiles, String, Vec<u8>) -> MemoryFiles) -> Error {
    let whole = files("TableSaved");
    let paths = whole.paths().into_iter();
    let files = paths.fold(MemoryFiles::new(), |files, path| {
        let content = whole.read(&path, u64::MAX).unwrap();
        change(files, path, content)
    });
    load_source(source_of("table", files, &[words("x")], &[any("out", DType::Int64, 1)])).unwrap_err()
}

#[test]
fn damaged_variables_are_an_error_at_load() {
    let shard = "variables/variables.data-00000-of-00001";
    let index = "variables/variables.index";
    let content = |part: &str| file(&format!("VariablesSaved/{part}"));
    let flipped = content(shard).iter().map(|byte| byte ^ 0xff).collect();
    for (part, damaged) in [
        (shard, content(shard)[..10].to_vec()),
        (shard, flipped),
        (index, content(index)[..content(index).len() / 2].to_vec()),
        (index, Vec::new()),
    ] {
        let files = files("VariablesSaved").file(format!("{FOLDER}/{part}"), damaged);
        let source = source_of("damaged", files, &[f32s("x", 1)], &[f32s("out", 1)]);
        let error = load_source(source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load, "{error}");
        assert!(error.message().contains("reading the variables failed"), "{error}");
        assert_eq!((error.context("folder"), error.context("model")), (Some(FOLDER), Some("damaged")));
    }
}

#[test]
fn a_file_that_is_no_saved_model_says_so() {
    let load = |damaged: Vec<u8>| {
        let files = files("VariablesSaved").file(format!("{FOLDER}/saved_model.pb"), damaged);
        load_source(source_of("damaged", files, &[f32s("x", 1)], &[f32s("out", 1)]))
    };
    for (bytes, part) in [(b"no model".to_vec(), "damaged"), (Vec::new(), "holds no graph")] {
        let error = load(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        assert!(error.message().contains(part), "{error}");
    }
}

#[test]
fn a_graph_is_taken_before_a_saved_model() {
    let files = files("AdditionSaved")
        .file("0/data/model.pb", file("Unfed.pb"))
        .file("0/config.json", file("Unfed.json"));
    let source = source_of("both", files, &[f32s("x", 1)], &[f32s("double", 1)]);
    assert_eq!(call(&*load_source(source).unwrap(), "double"), 20.0);
}

#[test]
fn the_signature_says_what_the_problem_definition_can_be() {
    let saved = SavedModel::parse(file("KerasSaved/saved_model.pb")).unwrap();
    let tags = ["serve".to_owned()].into();
    let signature = saved.signature("serving_default", &tags).unwrap();
    let dims = [neuropod_core::Dim::Any, neuropod_core::Dim::from(3)];
    assert_eq!(signature.inputs, [TensorSpec::new("x", DType::Float32, dims)]);
    let load = source("KerasSaved", &signature.inputs, &signature.outputs);
    assert!(load_source(load).is_ok());
}
