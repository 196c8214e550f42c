//! What a model is measured with.

use neuropod::{Dim, Tensor, TensorSpec};

use super::Arguments;
use crate::commands::test::stored_data;
use crate::failure::Failure;

/// Inputs, and where they come from.
pub(super) struct Inputs {
    pub(super) source: &'static str,
    pub(super) tensors: Vec<(String, Tensor)>,
}

/// The inputs that were given, or the package's test data, or zeros.
pub(super) fn choose(arguments: &Arguments, specs: &[TensorSpec]) -> Result<Inputs, Failure> {
    if !arguments.inputs.is_empty() {
        return Ok(Inputs { source: "given", tensors: arguments.inputs.read(specs)? });
    }
    if arguments.sizes.is_empty()
        && let Some(data) = stored_data(&arguments.package)?
    {
        return Ok(Inputs { source: "test data", tensors: data.inputs });
    }
    check_symbols(&arguments.sizes, specs)?;
    let zeros = |spec: &TensorSpec| -> Result<_, neuropod::Error> {
        let dims: Vec<_> = spec.dims.iter().map(|dim| size_of(dim, &arguments.sizes)).collect();
        Ok((spec.name.to_string(), Tensor::zeros(spec.dtype, dims)?))
    };
    Ok(Inputs { source: "zeros", tensors: specs.iter().map(zeros).collect::<Result<_, _>>()? })
}

fn size_of(dim: &Dim, sizes: &[(String, usize)]) -> usize {
    match dim {
        Dim::Fixed(size) => *size,
        Dim::Any => 1,
        Dim::Symbol(symbol) => sizes.iter().find(|(name, _)| **name == **symbol).map_or(1, |(_, size)| *size),
    }
}

fn check_symbols(sizes: &[(String, usize)], specs: &[TensorSpec]) -> Result<(), Failure> {
    let mut known: Vec<_> = specs
        .iter()
        .flat_map(|spec| &spec.dims)
        .filter_map(|dim| if let Dim::Symbol(symbol) = dim { Some(&**symbol) } else { None })
        .collect();
    known.sort_unstable();
    known.dedup();
    match sizes.iter().find(|(symbol, _)| !known.contains(&symbol.as_str())) {
        None => Ok(()),
        Some((symbol, _)) => {
            let known: Vec<_> = known.iter().map(|symbol| format!("`{symbol}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(Failure::usage(format!("no input has a symbol `{symbol}`; the symbols are {known}")))
        }
    }
}
