//! Files of packages that Python code reads and writes itself.

use std::path::PathBuf;

use neuropod::{ProblemDefinition, TestData};
use neuropod_package::{OpenOptions, Package};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping};

use crate::errors::OrRaise;
use crate::serialize::{named, to_dict};

/// The path of test data in a package.
const TEST_DATA: &str = "test_data.npz";

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(canonical_config, module)?)?;
    module.add_function(wrap_pyfunction!(read_config, module)?)?;
    module.add_function(wrap_pyfunction!(test_data_to_npz, module)?)?;
    module.add_function(wrap_pyfunction!(read_test_data, module)?)
}

/// A `config.json` as packages have it, if it is right.
#[pyfunction]
fn canonical_config(py: Python<'_>, text: &str) -> PyResult<String> {
    let definition = ProblemDefinition::from_json(text.as_bytes()).or_raise(py)?;
    Ok(definition.to_json())
}

/// The `config.json` of a package, a folder or a zip file. Nothing else of it is read.
#[pyfunction]
fn read_config(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    let definition = OpenOptions::new().read_definition(path).or_raise(py)?;
    Ok(definition.to_json())
}

/// The content of a `test_data.npz`.
#[pyfunction]
fn test_data_to_npz<'py>(
    py: Python<'py>,
    inputs: &Bound<'py, PyMapping>,
    outputs: &Bound<'py, PyMapping>,
) -> PyResult<Bound<'py, PyBytes>> {
    let data = TestData { inputs: named(inputs)?, outputs: named(outputs)? };
    let npz = py.detach(|| data.to_npz()).or_raise(py)?;
    Ok(PyBytes::new(py, &npz))
}

/// The inputs and outputs in a package's `test_data.npz`, if it has one. A folder need not have anything else.
#[pyfunction]
fn read_test_data(py: Python<'_>, path: PathBuf) -> PyResult<Option<(Bound<'_, PyDict>, Bound<'_, PyDict>)>> {
    let read = || -> neuropod::Result<Option<TestData>> {
        if !path.is_dir() {
            return Ok(Package::open(&path)?.test_data()?);
        }
        let file = path.join(TEST_DATA);
        match file.exists() {
            true => Ok(Some(TestData::from_npz(std::fs::read(file)?)?)),
            false => Ok(None),
        }
    };
    let Some(data) = py.detach(read).or_raise(py)? else { return Ok(None) };
    Ok(Some((to_dict(py, data.inputs)?, to_dict(py, data.outputs)?)))
}
