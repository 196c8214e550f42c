//! A loaded program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{Error, ErrorKind, Inputs, Model, ModelSource, Outputs, Result, Tensor};

use super::operations;
use super::program::{Operand, Operation, Program, Statement};

#[derive(Debug)]
pub(super) struct FakeModel {
    source: Arc<ModelSource>,
    program: Program,
    /// What each input was in the call before, for `previous`.
    memory: Mutex<BTreeMap<String, Tensor>>,
}

impl FakeModel {
    pub(super) fn new(source: Arc<ModelSource>, program: Program) -> Self {
        FakeModel { source, program, memory: Mutex::default() }
    }

    fn check_inputs(&self, inputs: &Inputs<'_>) -> Result<()> {
        let specs = &self.source.inputs;
        for (index, (name, input)) in inputs.iter().enumerate() {
            // Most callers keep the order of the specs.
            let at_its_place = specs.get(index).filter(|spec| *spec.name == *name);
            let Some(spec) = at_its_place.or_else(|| specs.iter().find(|spec| *spec.name == *name)) else {
                return Err(
                    Error::new(ErrorKind::UnknownName, "the model has no such input").with("tensor", name)
                );
            };
            if (input.dtype(), input.dims().len()) != (spec.dtype, spec.dims.len()) {
                let message = format!("expected {spec}, found {}{:?}", input.dtype(), input.dims());
                return Err(Error::new(ErrorKind::InvalidInput, message).with("tensor", name));
            }
        }
        Ok(())
    }

    fn check_requested(&self, requested: &[&str]) -> Result<()> {
        let known = |name: &str| self.source.outputs.iter().any(|spec| *spec.name == *name);
        match requested.iter().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => {
                Err(Error::new(ErrorKind::UnknownName, "the model has no such output").with("tensor", *name))
            }
        }
    }

    /// Runs the statements that count: failures and what is requested.
    fn run(&self, inputs: &Inputs<'_>, wanted: &[&str]) -> Result<BTreeMap<&str, Tensor>> {
        let mut results = BTreeMap::new();
        for statement in &self.program.statements {
            match statement {
                Statement::Fail { condition, message } => check_failure(condition.as_ref(), message, inputs)?,
                Statement::Assign { output, operation, operands } if wanted.contains(&output.as_str()) => {
                    let operands = resolve(operands, inputs)?;
                    results.insert(output.as_str(), self.apply(output, operation, &operands)?);
                }
                Statement::Assign { .. } => {}
            }
        }
        Ok(results)
    }

    fn apply(&self, output: &str, operation: &Operation, operands: &[Tensor]) -> Result<Tensor> {
        let result = match (operation, operands) {
            (Operation::Previous, [now]) => {
                let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
                let before = memory.insert(output.to_owned(), now.clone());
                Ok(before.unwrap_or_else(|| now.clone()))
            }
            _ => operations::apply(operation, operands),
        };
        result.map_err(|error| error.with("output", output))
    }
}

impl Model for FakeModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        self.check_inputs(inputs)?;
        self.check_requested(requested)?;
        let all: Vec<&str> = self.source.outputs.iter().map(|spec| &*spec.name).collect();
        let wanted = if requested.is_empty() { &all[..] } else { requested };
        let mut results = self.run(inputs, wanted)?;
        let mut outputs = Outputs::with_capacity(wanted.len());
        for &name in wanted {
            let result = results.remove(name).ok_or_else(|| {
                Error::new(ErrorKind::InvalidOutput, "the model did not return this output of its spec")
                    .with("tensor", name)
            })?;
            outputs.push(name, result);
        }
        Ok(outputs)
    }
}

fn resolve(operands: &[Operand], inputs: &Inputs<'_>) -> Result<Vec<Tensor>> {
    let mut tensors = Vec::with_capacity(operands.len());
    for operand in operands {
        match inputs.get(&operand.name) {
            Some(input) => tensors.push(input.to_tensor()),
            None if operand.optional => {}
            None => {
                let message = format!("the model needs the input `{}`", operand.name);
                return Err(Error::new(ErrorKind::MissingInput, message).with("tensor", &operand.name));
            }
        }
    }
    Ok(tensors)
}

fn check_failure(condition: Option<&Operand>, message: &str, inputs: &Inputs<'_>) -> Result<()> {
    let fails = match condition {
        None => true,
        Some(operand) => match inputs.get(&operand.name) {
            Some(input) => input.view().as_slice::<f32>()?.first().is_some_and(|first| *first < 0.0),
            None => false,
        },
    };
    if fails { Err(Error::new(ErrorKind::Model, message.to_owned())) } else { Ok(()) }
}
