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
            if !self.inputs.iter().any(|known| **known == *name) || input.dtype() != DType::Float32 {
                let message = format!("expected a float32 input of the spec: {name}, {}", input.dtype());
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
        }
        let run = |(name, words): &(Arc<str>, Vec<Word>)| Ok((Arc::clone(name), evaluate(words, inputs)?));
        if requested.is_empty() {
            return self.outputs.iter().map(run).collect();
        }
        let find = |name: &&str| self.outputs.iter().find(|(known, _)| **known == **name);
        let unknown = |name| Error::new(ErrorKind::UnknownName, format!("there is no output `{name}`"));
        requested.iter().map(|name| run(find(name).ok_or_else(|| unknown(name))?)).collect()
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
    let missing = |name| Error::new(ErrorKind::MissingInput, format!("the model needs the input `{name}`"));
    let unbalanced = || Error::new(ErrorKind::Model, "each operator takes two values, and one must be left");
    let mut stack = Vec::new();
    for word in words {
        let value = match word {
            Word::Number(number) => number.clone(),
            // Shares a tensor's memory, and copies what is lent for this call alone.
            Word::Input(name) => inputs.get(name).ok_or_else(|| missing(name))?.to_tensor(),
            Word::Operator(operator) => match stack.pop().zip(stack.pop()) {
                Some((right, left)) => combine(&left, &right, *operator)?,
                None => return Err(unbalanced()),
            },
        };
        stack.push(value);
    }
    <[Tensor; 1]>::try_from(stack).map(|[result]| result).map_err(|_| unbalanced())
}

fn combine(left: &Tensor, right: &Tensor, operator: fn(f32, f32) -> f32) -> Result<Tensor> {
    if left.shape() != right.shape() && left.rank() > 0 && right.rank() > 0 {
        return Err(Error::new(ErrorKind::Model, format!("{} and {} differ", left.shape(), right.shape())));
    }
    let shape = if left.rank() > 0 { left.shape() } else { right.shape() };
    // A scalar comes again and again; others are as long as the result.
    let (lefts, rights) = (left.as_slice()?.iter().cycle(), right.as_slice()?.iter().cycle());
    let values = lefts.zip(rights).map(|(left, right)| operator(*left, *right));
    Tensor::from_vec(shape, values.take(shape.element_count()).collect())
}
