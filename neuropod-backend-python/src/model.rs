//! A loaded model.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{
    DType, Error, Input, Inputs, Model, ModelSource, NameIndex, Outputs, Result, TensorSpec,
};
use smallvec::{SmallVec, smallvec};

use crate::PythonError;
use crate::convert::{Arguments, Failure, Gil, Lent, Object, Raised, Returned, forks};
use crate::load::Package;
use crate::runtime::Runtime;

/// Something that can be called, and its problem definition.
pub(crate) struct PythonModel {
    // Dropped in this order: the model before its modules, these before their files.
    callable: Object,
    input_slots: Vec<InputSlot>,
    output_slots: Vec<OutputSlot>,
    arguments: Arguments,
    package: Package,
    runtime: &'static Runtime,
    inputs: NameIndex,
    outputs: NameIndex,
    copy_inputs: bool,
    /// Arrays of earlier calls, one for each input, that can be used again.
    spares: Mutex<Lents>,
    _source: Arc<ModelSource>,
}

/// What is known of an input.
#[derive(Debug)]
pub(crate) struct InputSlot {
    pub(crate) dtype: DType,
    pub(crate) is_required: bool,
    /// Makes of the array what the model gets.
    pub(crate) adapter: Option<Object>,
}

/// What is known of an output.
#[derive(Debug)]
pub(crate) struct OutputSlot {
    pub(crate) name: Object,
    pub(crate) dtype: DType,
}

/// One place for each input.
type Lents = Vec<Option<Lent>>;

impl PythonModel {
    pub(crate) fn new(
        runtime: &'static Runtime,
        source: Arc<ModelSource>,
        package: Package,
        callable: Object,
        arguments: Arguments,
        (input_slots, output_slots): (Vec<InputSlot>, Vec<OutputSlot>),
        copy_inputs: bool,
    ) -> Self {
        PythonModel {
            callable,
            input_slots,
            output_slots,
            arguments,
            package,
            runtime,
            inputs: index(&source.inputs),
            outputs: index(&source.outputs),
            copy_inputs,
            spares: Mutex::default(),
            _source: source,
        }
    }

    /// The arrays of the inputs, in the order of the problem definition.
    fn arrays(&self, gil: &Gil, inputs: &Inputs<'_>) -> Result<Lents> {
        let mut lents = self.take_spares();
        let mut given: SmallVec<[bool; 16]> = smallvec![false; lents.len()];
        for (hint, (name, input)) in inputs.iter().enumerate() {
            let place =
                self.inputs.position(name, hint).ok_or_else(|| unknown("input", name, &self.inputs))?;
            check_dtype(name, self.input_slots[place].dtype, input.dtype())?;
            let spare = lents[place].take();
            let lent = match spare.and_then(|spare| spare.reuse(&self.runtime.numpy, input)) {
                Some(lent) => lent,
                None => {
                    self.array(gil, place, input).map_err(|raised| self.input_failed(gil, name, raised))?
                }
            };
            lents[place] = Some(lent);
            given[place] = true;
        }
        self.check_absent(&given)?;
        lents.iter_mut().zip(given).filter(|(_, given)| !given).for_each(|(spare, _)| *spare = None);
        Ok(lents)
    }

    fn array(&self, gil: &Gil, place: usize, input: &Input<'_>) -> Result<Lent, Raised> {
        let lent = Lent::new(gil, &self.runtime.numpy, input, self.copy_inputs)?;
        match &self.input_slots[place].adapter {
            Some(adapter) => adapter.call(gil, [lent.into_array()]).map(Lent::replaced),
            None => Ok(lent),
        }
    }

    /// The arrays of an earlier call, unless a call on another thread has them.
    fn take_spares(&self) -> Lents {
        let mut spares = std::mem::take(&mut *self.spares.lock().unwrap_or_else(PoisonError::into_inner));
        spares.resize_with(self.input_slots.len(), || None);
        spares
    }

    /// Keeps the arrays that nobody else has for the next call.
    fn keep_spares(&self, mut lents: Lents) {
        for place in &mut lents {
            *place = place.take().and_then(|lent| lent.reclaim(&self.runtime.numpy));
        }
        let kept = std::mem::replace(&mut *self.spares.lock().unwrap_or_else(PoisonError::into_inner), lents);
        drop(kept); // those of a call on another thread
    }

    fn check_absent(&self, given: &[bool]) -> Result<(), PythonError> {
        let is_missing = |place: usize| self.input_slots[place].is_required && !given[place];
        if !(0..given.len()).any(is_missing) {
            return Ok(());
        }
        let missing = (0..given.len()).filter(|place| is_missing(*place));
        let names: Vec<_> = missing.map(|place| format!("`{}`", self.inputs.names()[place])).collect();
        Err(PythonError::MissingInput(names.join(", ")))
    }

    /// The positions of the wanted outputs, in the order of the request.
    fn wanted(&self, requested: &[&str]) -> Result<SmallVec<[usize; 8]>, PythonError> {
        if requested.is_empty() {
            return Ok((0..self.output_slots.len()).collect());
        }
        let position = |(hint, name): (usize, &&str)| {
            self.outputs.position(name, hint).ok_or_else(|| unknown("output", name, &self.outputs))
        };
        requested.iter().enumerate().map(position).collect()
    }

    fn returned(&self, gil: &Gil, result: Object) -> Result<Returned, PythonError> {
        let other = match Returned::new(gil, result) {
            Ok(returned) => return Ok(returned),
            Err(other) => other,
        };
        let made = self.runtime.as_dict.call(gil, [other]).map_err(|raised| self.failed(gil, raised))?;
        Returned::new(gil, made).map_err(|text| match text.to_text(gil) {
            Ok(text) => PythonError::InvalidOutput(text),
            Err(raised) => self.failed(gil, raised),
        })
    }

    fn output(&self, gil: &Gil, returned: &Returned, place: usize) -> Result<neuropod_core::Tensor> {
        let slot = &self.output_slots[place];
        let value = returned.value(gil, &slot.name).map_err(|raised| self.failed(gil, raised))?;
        let value = value.ok_or_else(|| self.no_output(gil, returned, place))?;
        let expected = (&slot.name, slot.dtype);
        let numpy = &self.runtime.numpy;
        returned.tensor(gil, numpy, &value, expected, &self.runtime.convert).map_err(
            |failure| match failure {
                Failure::Mismatch(text) => PythonError::InvalidOutput(text).into(),
                Failure::Raised(raised) => self.failed(gil, raised).into(),
                Failure::Other(error) => {
                    PythonError::InvalidOutput(format!("the output cannot be used: {}", error.message()))
                        .into()
                }
            },
        )
    }

    #[cold]
    fn no_output(&self, gil: &Gil, returned: &Returned, place: usize) -> PythonError {
        let name = &self.outputs.names()[place];
        let names = Object::builtin(gil, "list")
            .and_then(|list| list.call(gil, [returned.object().clone_ref(gil)]))
            .and_then(|names| Object::builtin(gil, "str")?.call(gil, [names])?.to_text(gil))
            .unwrap_or_default();
        PythonError::InvalidOutput(format!(
            "the model returned no `{name}`; what it returned has the keys {names}"
        ))
    }

    #[cold]
    fn failed(&self, gil: &Gil, raised: Raised) -> PythonError {
        let mut exception = self.runtime.describe(gil, raised);
        let told = &exception.message;
        if !self.copy_inputs && (told.contains(" is read-only") || told.contains("cannot set WRITEABLE flag"))
        {
            exception.message.push_str(
                " (the model's inputs cannot be written; the option `python.copy_inputs` gives it copies that can)",
            );
        }
        PythonError::Model(exception)
    }

    #[cold]
    fn input_failed(&self, gil: &Gil, name: &str, raised: Raised) -> Error {
        let exception = self.runtime.describe(gil, raised);
        let message = format!("cannot be handed to Python: {exception}");
        Error::from(PythonError::InvalidInput(message)).with("tensor", name)
    }
}

impl Model for PythonModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        // Python's own `os.fork` has the lock, so that nothing is left locked.
        let _running = self.runtime.opened.is_ours().then(forks::enter).transpose()?;
        let wanted = self.wanted(requested)?;
        let gil = self.runtime.lock();
        let arrays = self.arrays(&gil, inputs)?;
        self.package.enter(&gil);
        let result = self.arguments.call(&gil, &self.callable, &arrays);
        self.package.leave(&gil);
        // References of ours would look like ones that the model keeps.
        self.keep_spares(arrays);
        let result = result.map_err(|raised| self.failed(&gil, raised))?;
        let returned = self.returned(&gil, result)?;
        let mut outputs = Outputs::with_capacity(wanted.len());
        for place in wanted {
            let name = &self.outputs.names()[place];
            let tensor =
                self.output(&gil, &returned, place).map_err(|error| error.with("output", &**name))?;
            outputs.push(name.clone(), tensor);
        }
        Ok(outputs)
    }
}

impl fmt::Debug for PythonModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PythonModel")
            .field("inputs", &self.inputs.names())
            .field("outputs", &self.outputs.names())
            .field("copy_inputs", &self.copy_inputs)
            .finish_non_exhaustive()
    }
}

fn index(specs: &[TensorSpec]) -> NameIndex {
    NameIndex::new(specs.iter().map(|spec| spec.name.clone()))
}

fn check_dtype(name: &str, expected: DType, found: DType) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let message = format!("the elements must be {expected}, and are {found}");
    Err(Error::from(PythonError::InvalidInput(message)).with("tensor", name))
}

#[cold]
fn unknown(role: &'static str, name: &str, known: &NameIndex) -> PythonError {
    let names: Vec<_> = known.names().iter().map(|name| format!("`{name}`")).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    PythonError::UnknownName { role, name: name.to_owned(), known }
}
