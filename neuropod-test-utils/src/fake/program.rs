//! The fake backend's model file.

use neuropod_core::{Error, ErrorKind, Result};

/// Statements, in the order of the file.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) statements: Vec<Statement>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Statement {
    /// Computes what is bound to the name `output`.
    Assign { output: String, operation: Operation, operands: Vec<Operand> },
    /// Fails, if `condition` is absent or its first element is negative.
    Fail { condition: Option<Operand>, message: String },
}

/// An input of the model.
#[derive(Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) name: String,
    pub(super) optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operation {
    Identity,
    Add,
    Subtract,
    Multiply,
    WeightedSum,
    Transpose,
    Tail,
    ToInt64,
    Concat,
    Previous,
    Constant(Vec<f32>),
}

impl Program {
    /// Reads a model file.
    pub(super) fn parse(text: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(text)
            .map_err(|error| invalid("the model file is not UTF-8 text").with_source(error))?;
        let mut statements = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let statement = parse_statement(line);
            statements.push(statement.map_err(|error| error.with("line", (index + 1).to_string()))?);
        }
        if statements.is_empty() {
            return Err(invalid("the model file holds no statement"));
        }
        Ok(Program { statements })
    }
}

fn parse_statement(line: &str) -> Result<Statement> {
    // ` = ` and not `=`, so that any other name can be assigned.
    if let Some((output, value)) = line.split_once(" = ") {
        return parse_assignment(output.trim(), value.trim());
    }
    match line.split_once(' ') {
        Some(("fail", message)) => Ok(Statement::Fail { condition: None, message: message.to_owned() }),
        Some(("fail_if_negative", rest)) => {
            let (name, message) =
                rest.split_once(' ').ok_or_else(|| invalid("expected `fail_if_negative input message`"))?;
            Ok(Statement::Fail { condition: Some(operand(name)), message: message.to_owned() })
        }
        _ => Err(invalid(format!("expected `output = operation inputs`, found `{line}`"))),
    }
}

fn parse_assignment(output: &str, value: &str) -> Result<Statement> {
    let (word, rest) = value.split_once(' ').unwrap_or((value, ""));
    let operation = match word {
        "add" => Operation::Add,
        "sub" => Operation::Subtract,
        "mul" => Operation::Multiply,
        "weighted_sum" => Operation::WeightedSum,
        "transpose" => Operation::Transpose,
        "tail" => Operation::Tail,
        "to_int64" => Operation::ToInt64,
        "concat" => Operation::Concat,
        "previous" => Operation::Previous,
        "constant" => Operation::Constant(parse_numbers(rest)?),
        // An input's name may hold spaces.
        _ => {
            let operands = vec![operand(value)];
            return Ok(Statement::Assign {
                output: output.to_owned(),
                operation: Operation::Identity,
                operands,
            });
        }
    };
    let operands: Vec<_> = match operation {
        Operation::Constant(_) => Vec::new(),
        _ => rest.split_whitespace().map(operand).collect(),
    };
    if operands.is_empty() && !matches!(operation, Operation::Constant(_)) {
        return Err(invalid(format!("`{word}` needs an input to work on")));
    }
    Ok(Statement::Assign { output: output.to_owned(), operation, operands })
}

fn parse_numbers(text: &str) -> Result<Vec<f32>> {
    let number = |word: &str| {
        word.parse().map_err(|_| invalid(format!("expected a number after `constant`, found `{word}`")))
    };
    text.split_whitespace().map(number).collect()
}

fn operand(word: &str) -> Operand {
    match word.strip_suffix('?') {
        Some(name) => Operand { name: name.to_owned(), optional: true },
        None => Operand { name: word.to_owned(), optional: false },
    }
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Load, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [("y = x\nnonsense", "2"), ("y = add", "1"), ("# a\n\ny = constant one", "3")] {
            let error = Program::parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.context("line")), (ErrorKind::Load, Some(line)), "{text}");
        }
    }

    #[test]
    fn a_file_without_a_statement_is_refused() {
        for text in [b"".as_slice(), b"# only a comment", b"\xff\xfe"] {
            assert_eq!(Program::parse(text).unwrap_err().kind(), ErrorKind::Load, "{text:?}");
        }
    }
}
