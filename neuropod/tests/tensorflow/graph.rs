//! Packages of graphs.

use neuropod::{Device, ErrorKind, GraphDef, Neuropod, Packager};

use crate::models;
use crate::support::{Folder, floats, options, vector};

fn addition(graph: GraphDef) -> Packager {
    Packager::tensorflow_graph("addition", graph.node("x", "x:0").node("y", "y").node("out", "out:0"))
        .input(vector("x"))
        .input(vector("y"))
        .output(vector("out"))
        .load_options(options())
        .test_input("x", floats(&[1.0, 2.0]))
        .test_input("y", floats(&[3.0, 4.0]))
}

#[test]
fn a_tested_graph_runs_from_its_package() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    let graph = GraphDef::file(models::path("Addition.pb"));
    addition(graph).test_output("out", floats(&[4.0, 6.0])).write(&path).unwrap();

    let model = Neuropod::load(&path).unwrap();
    assert_eq!((model.platform(), &*model.backend().name), ("tensorflow", "tensorflow"));
    assert!(model.backend().version.starts_with("2."), "{:?}", model.backend());
    let outputs = model.infer([("x", &floats(&[0.5])), ("y", &floats(&[0.25]))]).unwrap();
    assert_eq!(outputs["out"], floats(&[0.75]));
    let error = model.infer([("x", &floats(&[0.5])), ("y", &floats(&[1.0, 2.0]))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_graph_that_fails_its_test_is_not_written() {
    let folder = Folder::new();
    let packager = addition(GraphDef::bytes(models::file("Addition.pb")));
    let wrong = packager.clone().test_output("out", floats(&[4.0, 7.0]));
    assert_eq!(wrong.clone().write(folder.join("zip")).unwrap_err().kind(), ErrorKind::SelfTest);
    assert_eq!(wrong.write_dir(folder.join("folder")).unwrap_err().kind(), ErrorKind::SelfTest);

    let error = addition(GraphDef::bytes("no graph")).write(folder.join("garbage")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(folder.is_empty());
    packager.write(folder.join("right")).unwrap();
}

#[test]
fn a_node_that_the_graph_has_not_fails_the_test() {
    let folder = Folder::new();
    let graph =
        GraphDef::file(models::path("Addition.pb")).node("x", "x").node("y", "y").node("out", "total");
    let error = Packager::tensorflow_graph("addition", graph)
        .input(vector("x"))
        .input(vector("y"))
        .output(vector("out"))
        .test_input("x", floats(&[1.0]))
        .test_input("y", floats(&[1.0]))
        .write(folder.join("addition.neuropod"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert!(error.message().contains("the output `out`") && error.message().contains("`total`"), "{error}");
    assert!(folder.is_empty());
}

#[test]
fn initial_operations_run_in_order_before_the_test() {
    let folder = Folder::new();
    let path = folder.join("init.neuropod");
    let graph = GraphDef::file(models::path("InitOrder.pb"))
        .node("x", "x:0")
        .node("out", "out:0")
        .init_op("first")
        .init_op("second");
    Packager::tensorflow_graph("init", graph)
        .input(vector("x"))
        .output(vector("out"))
        .test_input("x", floats(&[1.0, 2.0]))
        .test_output("out", floats(&[10.0, 20.0]))
        .write(&path)
        .unwrap();
    let model = options().load(&path).unwrap();
    assert_eq!(model.infer([("x", &floats(&[3.0]))]).unwrap()["out"], floats(&[30.0]));
}

#[test]
fn a_package_with_a_custom_operator_carries_it() {
    let folder = Folder::new();
    let path = folder.join("custom.neuropod");
    let graph = GraphDef::file(models::path("CustomOp.pb")).node("a", "a").node("b", "b").node("sum", "sum");
    Packager::tensorflow_graph("custom", graph)
        .input(vector("a"))
        .input(vector("b"))
        .output(vector("sum"))
        .custom_op(models::path("libfancy_add.so"))
        .test_input("a", floats(&[1.0]))
        .test_input("b", floats(&[2.0]))
        .test_output("sum", floats(&[3.0]))
        .write(&path)
        .unwrap();
    options().load(&path).unwrap();
    let error = options().allow_custom_ops(false).load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[test]
fn a_device_that_is_not_there_is_an_error_unless_it_is_only_preferred() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    addition(GraphDef::file(models::path("Addition.pb"))).write(&path).unwrap();
    let absent = Device::Cuda(63);
    let error = Neuropod::options().device(absent).load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Device);
    Neuropod::options().prefer_device(absent).load(&path).unwrap();
}
