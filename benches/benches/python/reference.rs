//! Models called through PyO3 and rust-numpy.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use neuropod::{DType, Outputs, Tensor};
use neuropod_benches::models::{Models, interface};
use numpy::{PyArray, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// What the reference is called.
pub(crate) const PYO3: &str = "PyO3";

/// A function or module, and arguments that are made once.
pub(crate) struct Bare {
    model: Py<PyAny>,
    positional: Py<PyTuple>,
    /// For a function that takes any number of arguments by name.
    named: Option<Py<PyDict>>,
    output: Py<PyString>,
    dtype: DType,
    is_module: bool,
}

impl Bare {
    /// The model of a case, with its usual inputs.
    pub(crate) fn of(models: &Models, name: &str) -> Self {
        Bare::with(models, name, &neuropod_benches::models::inputs(name))
    }

    /// The model of a case, with these inputs. A function of NumPy's gets arrays, by position as far as it has
    /// parameters; a module of PyTorch's gets tensors, in inference mode, for which it is decorated once.
    pub(crate) fn with(models: &Models, name: &str, inputs: &[(String, Tensor)]) -> Self {
        Python::attach(|py| {
            let model = import(py, models, name);
            let is_module = model.hasattr("eval").unwrap();
            let values: Vec<_> = inputs.iter().map(|(_, tensor)| value(py, tensor, is_module)).collect();
            let takes_names = name == "many" || name.starts_with("tensors-");
            let named = takes_names.then(|| {
                let named = PyDict::new(py);
                inputs
                    .iter()
                    .zip(&values)
                    .for_each(|((name, _), value)| named.set_item(name, value).unwrap());
                named.unbind()
            });
            let positional = PyTuple::new(py, if takes_names { Vec::new() } else { values }).unwrap();
            let output = &interface(name).outputs[0];
            Bare {
                model: if is_module { in_inference_mode(model) } else { model }.unbind(),
                positional: positional.unbind(),
                named,
                output: PyString::intern(py, &output.name).unbind(),
                dtype: output.dtype,
                is_module,
            }
        })
    }

    /// Calls it, and looks at what it returns as `neuropod_benches::call` does: at the first number of an array, or at
    /// every string.
    pub(crate) fn call(&self) {
        Python::attach(|py| {
            let output = self.output(py);
            match self.dtype {
                DType::String => {
                    let strings = output.call_method0("tolist").unwrap().cast_into::<PyList>().unwrap();
                    for text in &strings {
                        black_box(text.cast::<PyString>().unwrap().to_str().unwrap());
                    }
                }
                _ => {
                    let array = output.cast::<PyArrayDyn<f32>>().unwrap();
                    black_box(array.get_owned(&[0; 4][..array.ndim()]));
                }
            }
        });
    }

    /// Panics unless it returns the same.
    pub(crate) fn assert_same(&self, outputs: &Outputs) {
        let (_, ours) = outputs.iter().next().unwrap();
        Python::attach(|py| {
            let output = self.output(py);
            if self.dtype == DType::String {
                let theirs: Vec<String> = output.call_method0("tolist").unwrap().extract().unwrap();
                return assert_eq!(ours.as_strings().unwrap(), theirs);
            }
            let theirs: PyReadonlyArrayDyn<'_, f32> = output.extract().unwrap();
            assert_eq!(ours.dims(), theirs.shape());
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-4 + 1e-4 * b.abs();
            let (ours, theirs) = (ours.as_slice::<f32>().unwrap(), theirs.as_slice().unwrap());
            assert!(ours.iter().zip(theirs).all(near), "the results differ");
        });
    }

    /// The output as an array of NumPy's.
    fn output<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        let model = self.model.bind(py);
        let outputs = match &self.named {
            Some(named) => model.call((), Some(named.bind(py))),
            None => model.call1(self.positional.bind(py)),
        };
        let outputs = outputs.unwrap().cast_into::<PyDict>().unwrap();
        let output = outputs.get_item(self.output.bind(py)).unwrap().unwrap();
        if self.is_module { output.call_method0("numpy").unwrap() } else { output }
    }
}

/// Imports a model's module anew, and calls its entrypoint.
pub(crate) fn import<'py>(py: Python<'py>, models: &Models, name: &str) -> Bound<'py, PyAny> {
    import_file(py, &models.file(name), data_folder(models, name).as_deref())
}

/// The same with a file, and the folder with the weights that it loads.
pub(crate) fn import_file<'py>(py: Python<'py>, file: &Path, data: Option<&Path>) -> Bound<'py, PyAny> {
    let (folder, module) = (file.parent().unwrap().to_str(), file.file_stem().unwrap().to_str());
    let sys = py.import("sys").unwrap();
    let (path, modules) = (sys.getattr("path").unwrap(), sys.getattr("modules").unwrap());
    modules.call_method1("pop", (module, py.None())).unwrap();
    path.call_method1("insert", (0, folder)).unwrap();
    let module = py.import(module.unwrap()).unwrap();
    path.call_method1("pop", (0,)).unwrap();
    module.call_method1("get_model", (data.and_then(Path::to_str),)).unwrap()
}

/// The folder with a model's weights, under the name by which the model looks for them.
pub(crate) fn data_folder(models: &Models, name: &str) -> Option<PathBuf> {
    let data = models.data(name)?;
    let folder = data.parent().unwrap();
    let link = folder.join("weights.pt");
    if name.starts_with("weights-") && !link.exists() {
        std::os::unix::fs::symlink(&data, link).unwrap();
    }
    Some(folder.to_owned())
}

fn in_inference_mode(model: Bound<'_, PyAny>) -> Bound<'_, PyAny> {
    let decorator = model.py().import("torch").unwrap().call_method0("inference_mode").unwrap();
    decorator.call1((model,)).unwrap()
}

/// What a model is called with: an array of NumPy's, or a tensor of PyTorch's over one.
fn value<'py>(py: Python<'py>, tensor: &Tensor, is_module: bool) -> Bound<'py, PyAny> {
    let array = match tensor.dtype() {
        DType::Float32 => array::<f32>(py, tensor),
        DType::UInt8 => array::<u8>(py, tensor),
        DType::String => {
            let strings = tensor.as_strings().unwrap();
            return py.import("numpy").unwrap().call_method1("array", (strings,)).unwrap();
        }
        other => panic!("no model is measured with {other}"),
    };
    match is_module {
        true => py.import("torch").unwrap().call_method1("from_numpy", (array,)).unwrap(),
        false => array,
    }
}

fn array<'py, T: neuropod::Element + numpy::Element>(py: Python<'py>, tensor: &Tensor) -> Bound<'py, PyAny> {
    let array = PyArray::from_slice(py, tensor.as_slice::<T>().unwrap());
    let array: Bound<'py, PyArrayDyn<T>> = array.reshape(tensor.dims()).unwrap();
    array.into_any()
}
