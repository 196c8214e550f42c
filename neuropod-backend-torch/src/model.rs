//! A loaded model.

use std::fmt;

use neuropod_core::{
    Device, Error, ErrorKind, Inputs, Model, ModelSource, NameIndex, Outputs, Result, TensorSpec,
};
use smallvec::SmallVec;

use crate::convert::{Call, Module, Returned};
use crate::{TorchError, forks};

/// Where a package keeps its model.
const MODEL_FILE: &str = "0/data/model.pt";

/// A TorchScript module and its problem definition.
pub(crate) struct TorchModel {
    module: Module,
    inputs: NameIndex,
    outputs: NameIndex,
    is_asynchronous: bool,
    /// For a model on a GPU, how often the process had been forked when it was loaded.
    forks_of_gpu: Option<u32>,
}

impl TorchModel {
    pub(crate) fn load(source: &ModelSource, device: Device) -> Result<Self> {
        let place = |error: Error| error.with("file", MODEL_FILE).with("model", &*source.name);
        let file = source.files.open_at(MODEL_FILE).map_err(place)?;
        let mut module = Module::load(&*file, device).map_err(place)?;
        module.bind(source, device).map_err(|error| place(error.into()))?;
        Ok(TorchModel {
            is_asynchronous: module.traits().asynchronous != 0,
            forks_of_gpu: device.is_gpu().then(forks::count),
            module,
            inputs: index(&source.inputs),
            outputs: index(&source.outputs),
        })
    }

    /// One element for each output, not 0 if it was requested; empty if all are.
    fn wanted(&self, requested: &[&str]) -> Result<SmallVec<[u8; 16]>, TorchError> {
        let mut wanted = SmallVec::new();
        if requested.is_empty() {
            return Ok(wanted);
        }
        wanted.resize(self.outputs.len(), 0);
        for (hint, name) in requested.iter().enumerate() {
            let position = self.outputs.position(name, hint);
            wanted[position.ok_or_else(|| unknown("output", name, &self.outputs))?] = 1;
        }
        Ok(wanted)
    }

    /// A model that fails may do so for want of an input that it looks up in a dict.
    #[cold]
    fn explain(&self, error: Error, inputs: &Inputs<'_>) -> Error {
        let names = self.inputs.names().iter().filter(|name| inputs.get(name).is_none());
        let absent: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        let explains = error.kind() == ErrorKind::Model && !absent.is_empty();
        if explains { error.with("absent inputs", absent.join(", ")) } else { error }
    }

    fn in_spec_order(&self, mut returned: Returned) -> Outputs {
        returned.sort_unstable_by_key(|(slot, _)| *slot);
        let names = self.outputs.names();
        let mut outputs = Outputs::with_capacity(returned.len());
        for (slot, tensor) in returned {
            outputs.push(names[slot].clone(), tensor);
        }
        outputs
    }

    fn in_order_of(&self, requested: &[&str], returned: &Returned) -> Outputs {
        let names = self.outputs.names();
        let find = |name: &str| returned.iter().find(|(slot, _)| *names[*slot] == *name);
        let found = requested.iter().filter_map(|name| find(name));
        found.map(|(slot, tensor)| (names[*slot].clone(), tensor.clone())).collect()
    }
}

impl Model for TorchModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        let _running = forks::enter()?;
        if self.is_asynchronous {
            forks::use_pool()?;
        }
        if let Some(forks) = self.forks_of_gpu {
            forks::check_gpu(forks)?;
        }
        let wanted = self.wanted(requested)?;
        let mut call = Call::default();
        for (hint, (name, input)) in inputs.iter().enumerate() {
            let slot = self.inputs.position(name, hint);
            let slot = slot.ok_or_else(|| unknown("input", name, &self.inputs))?;
            call.push(slot, input.view(), input.as_tensor())
                .map_err(|error| Error::from(error).with("tensor", name))?;
        }
        let returned = call.run(&self.module, &wanted).map_err(|error| self.explain(error, inputs))?;
        Ok(if requested.is_empty() {
            self.in_spec_order(returned)
        } else {
            self.in_order_of(requested, &returned)
        })
    }
}

impl fmt::Debug for TorchModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TorchModel")
            .field("schema", &self.module.schema().unwrap_or_else(|error| error.to_string()))
            .field("traits", &self.module.traits())
            .finish_non_exhaustive()
    }
}

fn index(specs: &[TensorSpec]) -> NameIndex {
    NameIndex::new(specs.iter().map(|spec| spec.name.clone()))
}

#[cold]
fn unknown(role: &'static str, name: &str, known: &NameIndex) -> TorchError {
    let names: Vec<_> = known.names().iter().map(|name| format!("`{name}`")).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    TorchError::UnknownName { role, name: name.to_owned(), known }
}
