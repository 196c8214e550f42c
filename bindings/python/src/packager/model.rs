//! What is packaged.

use std::path::PathBuf;

use neuropod::{GraphDef, Packager, PythonModel, SavedModel};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A model, which Python gives as a dictionary of these fields and the `kind`.
pub(super) enum PackagedModel {
    TorchScript(TorchScriptFields),
    Graph(GraphFields),
    SavedModel(SavedModelFields),
    Python(PythonFields),
    Files(FilesFields),
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(super) struct TorchScriptFields {
    file: PathBuf,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(super) struct GraphFields {
    graph: Graph,
    nodes: Vec<(String, String)>,
    init_ops: Vec<String>,
}

#[derive(FromPyObject)]
enum Graph {
    Bytes(Vec<u8>),
    File(PathBuf),
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(super) struct SavedModelFields {
    folder: PathBuf,
    init_ops: Vec<String>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(super) struct PythonFields {
    entrypoint_package: String,
    entrypoint: String,
    /// The folder where imports start, and the folders of it that are packaged.
    code: Vec<(PathBuf, Vec<PathBuf>)>,
    /// The name in the package, and the file.
    data: Vec<(String, PathBuf)>,
    requirements: Vec<String>,
    /// The Python that requirements are compiled for.
    interpreter: Option<PathBuf>,
}

/// A model of a platform that a plugin brings.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(super) struct FilesFields {
    platform: String,
    /// The path in the package, and the file.
    files: Vec<(String, PathBuf)>,
}

impl<'py> FromPyObject<'_, 'py> for PackagedModel {
    type Error = PyErr;

    fn extract(model: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let kind: String = model.get_item("kind")?.extract()?;
        Ok(match kind.as_str() {
            "torchscript" => PackagedModel::TorchScript(model.extract()?),
            "graph" => PackagedModel::Graph(model.extract()?),
            "saved_model" => PackagedModel::SavedModel(model.extract()?),
            "python" => PackagedModel::Python(model.extract()?),
            "files" => PackagedModel::Files(model.extract()?),
            other => return Err(PyValueError::new_err(format!("`{other}` is no kind of model"))),
        })
    }
}

impl PackagedModel {
    pub(super) fn into_packager(self, name: String) -> Packager {
        match self {
            PackagedModel::TorchScript(model) => Packager::torchscript(name, model.file),
            PackagedModel::Graph(model) => Packager::tensorflow_graph(name, model.into_graph()),
            PackagedModel::SavedModel(model) => {
                let folder = SavedModel::folder(model.folder);
                Packager::saved_model(name, model.init_ops.into_iter().fold(folder, SavedModel::init_op))
            }
            PackagedModel::Python(model) => Packager::python(name, model.into_model()),
            PackagedModel::Files(model) => {
                let packager = Packager::new(name, model.platform);
                model.files.into_iter().fold(packager, |packager, (path, file)| packager.file(path, file))
            }
        }
    }
}

impl GraphFields {
    fn into_graph(self) -> GraphDef {
        let graph = match self.graph {
            Graph::Bytes(content) => GraphDef::bytes(content),
            Graph::File(path) => GraphDef::file(path),
        };
        let graph = self.nodes.into_iter().fold(graph, |graph, (name, node)| graph.node(name, node));
        self.init_ops.into_iter().fold(graph, GraphDef::init_op)
    }
}

impl PythonFields {
    fn into_model(self) -> PythonModel {
        let model =
            PythonModel::new(self.entrypoint_package, self.entrypoint).requirements(self.requirements);
        let model = self.code.into_iter().fold(model, |model, (root, folders)| model.code(root, folders));
        let model = self.data.into_iter().fold(model, |model, (name, source)| model.data(name, source));
        self.interpreter.into_iter().fold(model, PythonModel::interpreter)
    }
}
