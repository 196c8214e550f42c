//! A package that is loaded and can be run.

use std::path::PathBuf;

use neuropod::{DType, Inputs, Neuropod, Outputs, Tensor, TensorSpec};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyString};
use smallvec::SmallVec;

use crate::convert::{DLPackTensor, to_numpy, to_tensor};
use crate::errors::{OrRaise, wrong_argument};
use crate::options::Options;
use crate::spec;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Model>()?;
    module.add_class::<DLPackTensor>()
}

/// What `neuropod.Neuropod` is in Rust.
#[pyclass(frozen, subclass, module = "neuropod._native")]
pub(crate) struct Model {
    neuropod: Neuropod,
    /// The names of the outputs, in the spec's order, as the keys of what a call returns.
    names: Vec<Py<PyString>>,
    output_type: OutputType,
}

/// What outputs are returned as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutputType {
    Numpy,
    Torch,
    Dlpack,
}

#[pymethods]
impl Model {
    #[new]
    fn new(py: Python<'_>, path: PathBuf, options: Options, output_type: &str) -> PyResult<Self> {
        let output_type = OutputType::parse(py, output_type)?;
        let options = options.into_load_options(py)?;
        let neuropod = py.detach(|| options.load(path)).or_raise(py)?;
        let names = neuropod.outputs().iter().map(|spec| PyString::intern(py, &spec.name).unbind()).collect();
        Ok(Model { neuropod, names, output_type })
    }

    /// Runs the model.
    ///
    /// Args:
    ///     inputs: Values by the names of the inputs, which are not changed: arrays of NumPy, tensors of PyTorch and
    ///         TensorFlow, other objects with ``__dlpack__`` or ``__array__``, numbers, strings, and nested lists of
    ///         these. Arrays and tensors in memory of the CPU are not copied if they are contiguous, aligned and in
    ///         the machine's order of bytes; what writes to them while the model runs is a race, and a model may
    ///         keep them. Lists and numbers get the dtype of the spec.
    ///     requested_outputs: The names of the outputs to compute; all if ``None``.
    ///     output_type: ``"numpy"``, ``"torch"`` or ``"dlpack"``, instead of what ``load_neuropod`` was given.
    ///
    /// Returns:
    ///     The outputs by their names, in the order of the request or the spec. Large ones are not copied. An array
    ///     can be written, unless its memory is also an input's or the model's.
    ///
    /// Raises:
    ///     NeuropodValueError: The inputs do not fit the spec, a name is not in it, or the outputs do not fit it.
    ///     NeuropodError: The model failed.
    #[pyo3(signature = (inputs, requested_outputs=None, *, output_type=None))]
    fn infer<'py>(
        &self,
        py: Python<'py>,
        inputs: &Bound<'py, PyAny>,
        requested_outputs: Option<Bound<'py, PyAny>>,
        output_type: Option<&str>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let output_type = match output_type {
            None => self.output_type,
            Some(name) => OutputType::parse(py, name)?,
        };
        let given = Given::new(inputs, self.neuropod.inputs())?;
        let requested = requested_outputs.map(|names| requested(&names)).transpose()?.unwrap_or_default();
        let requested: SmallVec<[&str; 4]> = requested.iter().map(String::as_str).collect();
        let inputs = given.inputs()?;
        let outputs = py.detach(|| self.neuropod.infer_with_outputs(inputs, &requested)).or_raise(py)?;
        self.to_dict(py, outputs, output_type)
    }

    /// Loads what was left for later.
    fn load_model(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.neuropod.load_model()).or_raise(py)
    }

    #[getter]
    fn name(&self) -> &str {
        self.neuropod.name()
    }

    #[getter]
    fn platform(&self) -> &str {
        self.neuropod.platform()
    }

    /// The backend's name and version.
    #[getter]
    fn backend(&self) -> (String, String) {
        let info = self.neuropod.backend();
        (info.name, info.version)
    }

    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        spec::to_python(py, self.neuropod.inputs())
    }

    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        spec::to_python(py, self.neuropod.outputs())
    }
}

impl Model {
    /// The model itself.
    pub(crate) fn neuropod(&self) -> &Neuropod {
        &self.neuropod
    }

    fn to_dict<'py>(
        &self,
        py: Python<'py>,
        outputs: Outputs,
        output_type: OutputType,
    ) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, tensor) in outputs {
            let value = output_type.convert(py, tensor)?;
            let known = self.neuropod.outputs().iter().position(|spec| spec.name == name);
            match known {
                Some(index) => dict.set_item(self.names[index].bind(py), value)?,
                None => dict.set_item(&*name, value)?,
            }
        }
        Ok(dict)
    }
}

/// The inputs of a call, with the names that they refer to.
struct Given<'py> {
    names: SmallVec<[Bound<'py, PyString>; 4]>,
    tensors: SmallVec<[Tensor; 4]>,
}

impl<'py> Given<'py> {
    fn new(inputs: &Bound<'py, PyAny>, specs: &[TensorSpec]) -> PyResult<Self> {
        let mut given = Given { names: SmallVec::new(), tensors: SmallVec::new() };
        if let Ok(dict) = inputs.cast_exact::<PyDict>() {
            // Converting may run Python code, which may change the dictionary.
            let pairs: SmallVec<[_; 4]> = dict.iter().collect();
            for (name, value) in pairs {
                given.push(name, &value, specs)?;
            }
            return Ok(given);
        }
        let Ok(mapping) = inputs.cast::<PyMapping>() else {
            let found = inputs.get_type().name()?;
            let message =
                format!("expected a dictionary of inputs by their names, found a value of type {found}");
            return Err(wrong_argument(inputs.py(), message));
        };
        for pair in mapping.items()?.iter() {
            let (name, value) = pair.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
            given.push(name, &value, specs)?;
        }
        Ok(given)
    }

    fn push(
        &mut self,
        name: Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        specs: &[TensorSpec],
    ) -> PyResult<()> {
        let py = value.py();
        let name = name.cast_into::<PyString>().map_err(|error| {
            let message = format!("the names of inputs are strings, found {}", error.into_inner());
            wrong_argument(py, message)
        })?;
        let text = name.to_str()?;
        // Most callers give the inputs in the spec's order.
        let is_named = |spec: &&TensorSpec| &*spec.name == text;
        let spec = specs.get(self.names.len()).filter(is_named).or_else(|| specs.iter().find(is_named));
        let tensor = to_tensor(value, spec).map_err(|error| crate::errors::with_tensor(py, error, text))?;
        self.tensors.push(tensor);
        self.names.push(name);
        Ok(())
    }

    fn inputs(&self) -> PyResult<Inputs<'_>> {
        let mut inputs = Inputs::with_capacity(self.names.len());
        for (name, tensor) in self.names.iter().zip(&self.tensors) {
            inputs.push(name.to_str()?, tensor).or_raise(name.py())?;
        }
        Ok(inputs)
    }
}

/// The names of outputs: a list, or any other iterable but a string, which would be taken for its letters.
fn requested(names: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if names.is_instance_of::<PyString>() {
        let message =
            "`requested_outputs` is a string: expected a list of names, as one output is also in one";
        return Err(wrong_argument(names.py(), message.to_owned()));
    }
    names.try_iter()?.map(|name| name?.extract()).collect()
}

impl OutputType {
    fn parse(py: Python<'_>, name: &str) -> PyResult<Self> {
        match name {
            "numpy" => Ok(OutputType::Numpy),
            "torch" => Ok(OutputType::Torch),
            "dlpack" => Ok(OutputType::Dlpack),
            other => {
                let message =
                    format!("`output_type` is {other:?}: expected \"numpy\", \"torch\" or \"dlpack\"");
                Err(wrong_argument(py, message))
            }
        }
    }

    fn convert<'py>(self, py: Python<'py>, tensor: Tensor) -> PyResult<Bound<'py, PyAny>> {
        if self == OutputType::Numpy || tensor.dtype() == DType::String {
            return to_numpy(py, tensor);
        }
        let exported = Bound::new(py, DLPackTensor::new(tensor))?.into_any();
        match self {
            OutputType::Torch => py.import("torch")?.call_method1("from_dlpack", (exported,)),
            _ => Ok(exported),
        }
    }
}
