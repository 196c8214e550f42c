use std::sync::Arc;

use neuropod_core::{DType, Error, ErrorKind, Inputs, Model, ModelSource, Outputs, Result, Tensor};

/// Names of inputs, and for each output of the spec its name and how it is computed.
#[derive(Debug)]
pub(crate) struct RpnModel {
    inputs: Vec<Arc<str>>,
    outputs: Vec<(Arc<str>, Vec<Word>)>,
}

#[derive(Debug)]
enum Word {
    Input(Arc<str>),
    Number(Tensor),
    Operator(fn(f32, f32) -> f32),
}

impl RpnModel {
    pub(crate) fn parse(text: &str, source: &ModelSource) -> Result<Self> {
        let inputs: Vec<_> = source.inputs.iter().map(|spec| Arc::clone(&spec.name)).collect();
        let outputs = source.outputs.iter().map(|spec| {
            let mut lines = text.lines().filter_map(|line| line.split_once(" = "));
            let line = lines.find(|(name, _)| name.trim() == &*spec.name);
            let missing = || Error::new(ErrorKind::Load, format!("there is no line `{} = …`", spec.name));
            let words = line.ok_or_else(missing)?.1.split_whitespace();
            Ok((Arc::clone(&spec.name), words.map(|word| parse_word(word, &inputs)).collect::<Result<_>>()?))
        });
        Ok(RpnModel { outputs: outputs.collect::<Result<_>>()?, inputs })
    }
}

impl Model for RpnModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        for (name, input) in inputs.iter() {
            if !self.inputs.iter().any(|known| **known == *name) {
                return Err(Error::new(ErrorKind::UnknownName, format!("there is no input `{name}`")));
            }
            if input.dtype() != DType::Float32 {
                let message = format!("expected float32, found {}", input.dtype());
                return Err(Error::new(ErrorKind::InvalidInput, message).with("tensor", name));
            }
        }
        let all: Vec<&str> = self.outputs.iter().map(|(name, _)| &**name).collect();
        let wanted = if requested.is_empty() { &all[..] } else { requested };
        let run = |name: &&str| {
            let unknown = || Error::new(ErrorKind::UnknownName, format!("there is no output `{name}`"));
            let (name, words) =
                self.outputs.iter().find(|(known, _)| **known == **name).ok_or_else(unknown)?;
            Ok((Arc::clone(name), evaluate(words, inputs)?))
        };
        wanted.iter().map(run).collect()
    }
}

fn parse_word(word: &str, inputs: &[Arc<str>]) -> Result<Word> {
    if let Some(input) = inputs.iter().find(|input| ***input == *word) {
        return Ok(Word::Input(Arc::clone(input)));
    }
    match word {
        "+" => Ok(Word::Operator(|left, right| left + right)),
        "-" => Ok(Word::Operator(|left, right| left - right)),
        "*" => Ok(Word::Operator(|left, right| left * right)),
        _ => word.parse().map(|number: f32| Word::Number(Tensor::scalar(number))).map_err(|_| {
            Error::new(ErrorKind::Load, format!("`{word}` is no input, no number and none of `+ - *`"))
        }),
    }
}

fn evaluate(words: &[Word], inputs: &Inputs<'_>) -> Result<Tensor> {
    let mut stack = Vec::new();
    for word in words {
        stack.push(match word {
            Word::Number(number) => number.clone(),
            // `to_tensor` shares a tensor's memory, and copies what is lent for this call alone.
            Word::Input(name) => inputs.get(name).map(|input| input.to_tensor()).ok_or_else(|| {
                Error::new(ErrorKind::MissingInput, format!("the model needs the input `{name}`"))
            })?,
            Word::Operator(operator) => match (stack.pop(), stack.pop()) {
                (Some(right), Some(left)) => combine(&left, &right, *operator)?,
                _ => {
                    return Err(Error::new(
                        ErrorKind::Model,
                        "an operator has less than two values before it",
                    ));
                }
            },
        });
    }
    let result = <[Tensor; 1]>::try_from(stack);
    let [result] = result.map_err(|_| Error::new(ErrorKind::Model, "the words leave not one value"))?;
    Ok(result)
}

fn combine(left: &Tensor, right: &Tensor, operator: fn(f32, f32) -> f32) -> Result<Tensor> {
    let shape = match (left.shape(), right.shape()) {
        (left, right) if left == right || right.rank() == 0 => left,
        (left, right) if left.rank() == 0 => right,
        (left, right) => {
            return Err(Error::new(ErrorKind::Model, format!("the shapes {left} and {right} differ")));
        }
    };
    // A scalar comes again and again; others are as long as the result.
    let (lefts, rights) = (left.as_slice()?.iter().cycle(), right.as_slice()?.iter().cycle());
    let pairs = lefts.zip(rights).take(shape.element_count());
    Tensor::from_vec(shape, pairs.map(|(left, right)| operator(*left, *right)).collect())
}
