//! Writing packages.

mod callbacks;
mod model;
mod test_data;

use std::collections::BTreeMap;
use std::path::PathBuf;

use neuropod::{Compression, DeviceType, Error, Packager, SavedModel, TensorSpec};
use pyo3::prelude::*;
use pyo3::types::PyList;

use self::callbacks::{Callbacks, Failure};
use self::model::PackagedModel;
use crate::errors::to_value_error;
use crate::spec::{self, SpecTuple};

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(write_package, module)?)?;
    module.add_function(wrap_pyfunction!(saved_model_specs, module)?)?;
    module.add_function(wrap_pyfunction!(test_data::test_model, module)?)
}

/// What all packages have in common, as the Python code has checked it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Description {
    path: PathBuf,
    name: String,
    inputs: Vec<SpecTuple>,
    outputs: Vec<SpecTuple>,
    platform_version: String,
    /// The inputs that stay on the CPU.
    cpu_inputs: Vec<String>,
    custom_ops: Vec<PathBuf>,
    as_zip: bool,
    deflate: bool,
    persist_test_data: bool,
}

/// Writes a package. `test` is called with the place of the finished package and its test data as `test_model` takes
/// them, before it appears at its path; `progress` with the bytes that have been written, and all.
#[pyfunction]
#[pyo3(signature = (description, model, test_inputs, test_outputs, test, progress))]
fn write_package(
    py: Python<'_>,
    description: Description,
    model: PackagedModel,
    test_inputs: Values<'_>,
    test_outputs: Values<'_>,
    test: Py<PyAny>,
    progress: Option<Py<PyAny>>,
) -> PyResult<()> {
    let (path, as_zip) = (description.path.clone(), description.as_zip);
    let packager = description.into_packager(py, model, test_inputs, test_outputs)?;
    let callbacks = Callbacks::new(test, progress);
    let packager = callbacks.add_to(packager);
    let written = py.detach(|| if as_zip { packager.write(path) } else { packager.write_dir(path) });
    callbacks.outcome(written).map_err(|failure| match failure {
        Failure::Raised(exception) => exception,
        Failure::Error(error) => to_value_error(py, &error),
    })
}

/// Sample values by their names.
type Values<'py> = BTreeMap<String, Bound<'py, PyAny>>;

impl Description {
    fn into_packager(
        self,
        py: Python<'_>,
        model: PackagedModel,
        test_inputs: Values<'_>,
        test_outputs: Values<'_>,
    ) -> PyResult<Packager> {
        let compression = if self.deflate { Compression::Deflate } else { Compression::Store };
        let mut packager = model
            .into_packager(self.name)
            .platform_version(self.platform_version)
            .persist_test_data(self.persist_test_data)
            .compression(compression);
        let (inputs, outputs) = (specs(py, self.inputs)?, specs(py, self.outputs)?);
        for (name, tensor) in test_data::tensors(py, test_inputs, &inputs)? {
            packager = packager.test_input(name, tensor);
        }
        for (name, tensor) in test_data::tensors(py, test_outputs, &outputs)? {
            packager = packager.test_output(name, tensor);
        }
        packager = inputs.into_iter().fold(packager, Packager::input);
        packager = outputs.into_iter().fold(packager, Packager::output);
        packager = self.custom_ops.into_iter().fold(packager, Packager::custom_op);
        let on_cpu = |packager: Packager, input| packager.input_device(input, DeviceType::Cpu);
        Ok(self.cpu_inputs.into_iter().fold(packager, on_cpu))
    }
}

fn specs(py: Python<'_>, specs: Vec<SpecTuple>) -> PyResult<Vec<TensorSpec>> {
    specs.into_iter().map(|spec| spec::from_python(py, spec)).collect()
}

/// The specs of the inputs and outputs that a SavedModel's signature says.
#[pyfunction]
fn saved_model_specs(py: Python<'_>, folder: PathBuf) -> PyResult<(Bound<'_, PyList>, Bound<'_, PyList>)> {
    let read = py.detach(|| SavedModel::folder(folder).specs());
    let (inputs, outputs) = read.map_err(|error: Error| to_value_error(py, &error))?;
    Ok((spec::to_python(py, &inputs)?, spec::to_python(py, &outputs)?))
}
