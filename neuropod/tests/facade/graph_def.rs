//! Packaging TensorFlow graphs, for which neither TensorFlow nor a feature is needed.

use std::fs;
use std::path::Path;

use neuropod::{DType, Error, ErrorKind, GraphDef, Packager, TensorSpec};
use neuropod_package::Package;

use crate::support::{Folder, vector};

fn addition(graph: GraphDef) -> Packager {
    Packager::tensorflow_graph("addition", graph).input(vector("x")).input(vector("y")).output(vector("out"))
}

fn mapped() -> GraphDef {
    GraphDef::bytes("the graph").node("x", "in/x:0").node("y", "in/y").node("out", "sum:1")
}

fn content(package: &Path, file: &str) -> String {
    let package = Package::open(package).unwrap();
    String::from_utf8(package.files().read(file, 1 << 20).unwrap()).unwrap()
}

fn refused(packager: Packager) -> Error {
    let folder = Folder::new();
    let error = packager.write(folder.join("refused.neuropod")).unwrap_err();
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    assert!(error.context("package").is_some_and(|path| path.ends_with("refused.neuropod")), "{error}");
    error
}

#[test]
fn a_graph_is_packaged_as_the_original_packager_does_it() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    addition(mapped()).write(&path).unwrap();
    assert_eq!(content(&path, "0/data/model.pb"), "the graph");
    assert_eq!(content(&path, "0/config.json"), include_str!("../golden/addition.json"));
    assert!(content(&path, "config.json").contains(r#""platform": "tensorflow""#));
}

#[test]
fn a_graph_file_is_read_when_the_package_is_written() {
    let folder = Folder::new();
    let file = folder.join("frozen.pb");
    let graph = GraphDef::file(&file).node("x", "x").node("y", "y").node("out", "out");
    let error = addition(graph.clone()).write(folder.join("early")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("frozen.pb"), "{error}");
    fs::write(&file, "frozen").unwrap();
    addition(graph).write_dir(folder.join("package")).unwrap();
    assert_eq!(content(&folder.join("package"), "0/data/model.pb"), "frozen");
}

#[test]
fn any_name_is_written_byte_for_byte_as_python_writes_it() {
    let points = (1..0x180).chain([0x2028, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600]);
    let every_character: String = points.filter_map(char::from_u32).collect();
    let graph = GraphDef::bytes("graph")
        .node(&every_character, "z/y:0")
        .node("a", "a")
        .init_op("init")
        .init_op("scope/more");
    let folder = Folder::new();
    let path = folder.join("odd.neuropod");
    let odd = Packager::tensorflow_graph("odd", graph).input(vector(&every_character)).output(vector("a"));
    odd.write(&path).unwrap();
    assert_eq!(content(&path, "0/config.json"), include_str!("../golden/every_character.json"));
}

#[test]
fn all_that_is_wrong_with_the_nodes_is_told_at_once() {
    let graph =
        GraphDef::bytes("graph").node("x", "x").node("x", "x_1").node("Out", "out").node("embedding", "e");
    let error = refused(addition(graph));
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert_eq!(
        error.message(),
        "the graph's nodes do not fit the problem definition: there is no node for `out`, `y`; there are two \
         nodes for `x`; there is a node for `Out`, which is no input or output (did you mean `out`?); there \
         is a node for `embedding`, which is no input or output"
    );
}

#[test]
fn a_text_that_is_no_name_of_a_node_is_refused() {
    for node in ["", "x:first", "../x", "in x"] {
        let graph = GraphDef::bytes("graph").node("x", node).node("y", "y").node("out", "out");
        let error = refused(addition(graph));
        assert!(error.message().contains("is no name of a graph node"), "{error}");
    }
}

#[test]
fn a_tensor_that_is_input_and_output_needs_one_node() {
    let spec = || TensorSpec::new("state", DType::Float32, [None]);
    let graph = GraphDef::bytes("graph").node("state", "state:0");
    let folder = Folder::new();
    let package = Packager::tensorflow_graph("state", graph).input(spec()).output(spec());
    package.write(folder.join("state.neuropod")).unwrap();
    let error =
        refused(Packager::tensorflow_graph("state", GraphDef::bytes("graph")).input(spec()).output(spec()));
    assert!(error.message().ends_with("there is no node for `state`"), "{error}");
}
