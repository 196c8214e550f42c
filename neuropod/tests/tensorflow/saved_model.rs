//! Packages of SavedModels.

use std::fs;

use neuropod::{DType, Dim, Error, ErrorKind, Packager, SavedModel, TensorSpec};

use crate::models;
use crate::support::{Folder, any, content, floats, options, vector};

fn packager(model: SavedModel) -> Packager {
    Packager::saved_model("model", model).load_options(options())
}

fn model(name: &str) -> SavedModel {
    SavedModel::folder(models::path(name))
}

fn refused(packager: Packager) -> Error {
    let folder = Folder::new();
    let error = packager.write(folder.join("refused.neuropod")).unwrap_err();
    assert!(folder.is_empty());
    error
}

#[test]
fn inputs_and_outputs_are_taken_from_the_signature() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    packager(model("AdditionSaved"))
        .test_input("x", floats(&[1.0, 2.0]))
        .test_input("y", floats(&[3.0, 4.0]))
        .test_output("out", floats(&[4.0, 6.0]))
        .write(&path)
        .unwrap();
    let model = options().load(&path).unwrap();
    assert_eq!(model.inputs(), [any("x"), any("y")]);
    assert_eq!(model.outputs(), [any("out")]);
    assert_eq!(content(&path, "0/config.json"), include_str!("../golden/saved_model.json"));
}

#[test]
fn what_keras_exports_is_packaged_with_its_sizes() {
    let folder = Folder::new();
    let path = folder.join("keras");
    packager(model("KerasSaved")).write_dir(&path).unwrap();
    let model = options().load(&path).unwrap();
    let [input] = model.inputs() else { panic!("{:?}", model.inputs()) };
    assert_eq!((input.dtype, &input.dims[..]), (DType::Float32, &[Dim::Any, Dim::Fixed(3)][..]));
    let [output] = model.outputs() else { panic!("{:?}", model.outputs()) };
    let x = neuropod::Tensor::from_vec([1, 3], vec![1.0f32, 0.0, 1.0]).unwrap();
    let outputs = model.infer([(&*input.name, &x)]).unwrap();
    assert_eq!(outputs[&*output.name].as_slice::<f32>().unwrap(), [16.0, 28.0]);
}

#[test]
fn inputs_and_outputs_that_are_given_are_kept() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    packager(model("AdditionSaved"))
        .input(vector("y"))
        .input(vector("x"))
        .output(TensorSpec::new("out", DType::Float32, [Dim::Fixed(2)]))
        .write(&path)
        .unwrap();
    let model = options().load(&path).unwrap();
    assert_eq!(model.inputs(), [vector("y"), vector("x")]);
    let pair = floats(&[1.0, 2.0]);
    assert_eq!(model.infer([("x", &pair), ("y", &pair)]).unwrap()["out"], floats(&[2.0, 4.0]));

    let path = folder.join("half.neuropod");
    packager(self::model("AdditionSaved")).input(vector("x")).input(vector("y")).write(&path).unwrap();
    assert_eq!(options().load(&path).unwrap().outputs(), [any("out")]);
}

#[test]
fn another_signature_and_other_tags_are_kept_in_the_package() {
    let folder = Folder::new();
    let x = floats(&[1.0, 2.0]);
    let path = folder.join("signature.neuropod");
    packager(model("TwoSignatures").signature("triple"))
        .test_input("x", x.clone())
        .test_output("triple", floats(&[3.0, 6.0]))
        .write(&path)
        .unwrap();
    assert_eq!(
        content(&path, "0/config.json"),
        r#"{"node_name_mapping": null, "init_op_names": [], "signature": "triple"}"#
    );
    let path = folder.join("tags.neuropod");
    packager(model("TwoTagSets").tags(["special", "serve"]))
        .test_input("x", x.clone())
        .test_output("out", floats(&[3.0, 6.0]))
        .write(&path)
        .unwrap();
    assert_eq!(
        content(&path, "0/config.json"),
        r#"{"node_name_mapping": null, "init_op_names": [], "tags": ["serve", "special"]}"#
    );
    let path = folder.join("default.neuropod");
    packager(model("TwoTagSets")).write(&path).unwrap();
    let doubled = options().load(&path).unwrap().infer([("x", &x)]).unwrap();
    assert_eq!(doubled["out"], floats(&[2.0, 4.0]));
}

#[test]
fn signatures_and_tags_that_are_not_there_are_refused_with_those_that_are() {
    let error = refused(packager(model("TwoSignatures").signature("tripel")));
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("`serving_default`, `triple`"), "{error}");
    let error = refused(packager(model("TwoTagSets").tags(["special"])));
    assert!(error.message().contains("`serve`; `serve`, `special`"), "{error}");
    assert!(error.context("folder").is_some_and(|folder| folder.ends_with("TwoTagSets")), "{error}");
}

#[test]
fn every_difference_to_the_signature_is_told_at_once() {
    let wrong = packager(model("AdditionSaved"))
        .input(TensorSpec::new("x", DType::Int64, [Dim::Any, Dim::Any]))
        .input(vector("z"))
        .output(vector("sum"));
    let error = refused(wrong);
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    for part in [
        "the signature takes `y`",
        "the input `x` is int64 by its spec and float32",
        "the input `x` has rank 2 by its spec and 1",
        "the input `z` is not in the signature, whose inputs are `x`, `y`",
        "the output `sum` is not in the signature, whose outputs are `out`",
    ] {
        assert!(error.message().contains(part), "no `{part}` in: {error}");
    }
}

#[test]
fn a_model_that_fails_its_test_is_not_written() {
    let error = refused(
        packager(model("VariablesSaved"))
            .test_input("x", floats(&[1.0, 1.0, 1.0]))
            .test_output("out", floats(&[1.0, 2.0, 4.0])),
    );
    assert_eq!(error.kind(), ErrorKind::SelfTest);
    assert!(error.message().contains("element 2 should be 4, but is 3"), "{error}");
}

#[test]
fn variables_and_assets_are_part_of_the_package() {
    let folder = Folder::new();
    packager(model("VariablesSaved"))
        .test_input("x", floats(&[2.0, 2.0, 2.0]))
        .test_output("out", floats(&[2.0, 4.0, 6.0]))
        .write(folder.join("variables.neuropod"))
        .unwrap();
    packager(model("TableSaved"))
        .test_input("x", neuropod::Tensor::from_strings([2], &["two", "none"]).unwrap())
        .test_output("out", neuropod::Tensor::from_vec([2], vec![2i64, -1]).unwrap())
        .write(folder.join("table.neuropod"))
        .unwrap();
}

#[test]
fn a_folder_that_is_no_saved_model_says_what_was_expected() {
    let folder = Folder::new();
    let error = refused(packager(SavedModel::folder(folder.join("missing"))));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("expected a folder with a file `saved_model.pb`"), "{error}");
    assert!(error.context("folder").is_some_and(|folder| folder.ends_with("missing")), "{error}");

    let broken = folder.join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("saved_model.pb"), "no SavedModel").unwrap();
    assert_eq!(refused(packager(SavedModel::folder(&broken))).kind(), ErrorKind::Load);
}
