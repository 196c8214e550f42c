//! Elements out of JSON.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use half::{bf16, f16};
use neuropod::{DType, Element, Error, ErrorKind, Result, Tensor};
use serde::Deserialize;

/// A tensor of elements that are given as JSON.
pub(super) fn tensor(dtype: DType, dims: &[usize], texts: &[&str]) -> Result<Tensor> {
    match dtype {
        DType::Bool => numbers(dims, texts, boolean),
        DType::Int8 => numbers(dims, texts, |text| integer(text, i8::MIN, i8::MAX)),
        DType::Int16 => numbers(dims, texts, |text| integer(text, i16::MIN, i16::MAX)),
        DType::Int32 => numbers(dims, texts, |text| integer(text, i32::MIN, i32::MAX)),
        DType::Int64 => numbers(dims, texts, |text| integer(text, i64::MIN, i64::MAX)),
        DType::UInt8 => numbers(dims, texts, |text| integer(text, u8::MIN, u8::MAX)),
        DType::UInt16 => numbers(dims, texts, |text| integer(text, u16::MIN, u16::MAX)),
        DType::UInt32 => numbers(dims, texts, |text| integer(text, u32::MIN, u32::MAX)),
        DType::UInt64 => numbers(dims, texts, |text| integer(text, u64::MIN, u64::MAX)),
        DType::Float16 => numbers(dims, texts, |text| float(text, f16::from_f64, f16::is_infinite)),
        DType::BFloat16 => numbers(dims, texts, |text| float(text, bf16::from_f64, bf16::is_infinite)),
        DType::Float32 => numbers(dims, texts, |text| float(text, |number: f32| number, f32::is_infinite)),
        DType::Float64 => numbers(dims, texts, |text| float(text, |number: f64| number, f64::is_infinite)),
        DType::String => Tensor::from_strings(dims, &elements(dims, texts, string)?),
        other => {
            Err(Error::new(ErrorKind::Unsupported, format!("elements of {other} cannot be read from JSON")))
        }
    }
}

/// Where an element is: `[0][2]`.
pub(super) fn place(indices: &[usize]) -> String {
    indices.iter().map(|index| format!("[{index}]")).collect()
}

fn numbers<T: Element>(
    dims: &[usize],
    texts: &[&str],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Tensor> {
    Tensor::from_vec(dims, elements(dims, texts, read)?)
}

fn elements<T>(dims: &[usize], texts: &[&str], read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>> {
    let elements = texts.iter().enumerate();
    let elements = elements.map(|(index, text)| read(text).map_err(|message| wrong(message, dims, index)));
    elements.collect()
}

#[cold]
fn wrong(message: String, dims: &[usize], index: usize) -> Error {
    let error = Error::new(ErrorKind::InvalidInput, message);
    if dims.is_empty() { error } else { error.with("element", place(&indices(dims, index))) }
}

/// The index on every axis of an element that is counted in row-major order.
fn indices(dims: &[usize], index: usize) -> Vec<usize> {
    let mut rest = index;
    let mut indices: Vec<_> = dims
        .iter()
        .rev()
        .map(|dim| {
            let index = rest % dim;
            rest /= dim;
            index
        })
        .collect();
    indices.reverse();
    indices
}

fn boolean(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("expected true or false, found {}", shown(text)))
}

fn integer<T: FromStr + Display>(text: &str, min: T, max: T) -> Result<T, String> {
    text.parse().map_err(|_| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{} is out of range: expected {min} to {max}", shown(text))
        } else {
            format!("expected a whole number, found {}", shown(text))
        }
    })
}

/// Reads a number as `P`, and makes it one of type `T`.
fn float<P: FromStr, T: Copy>(
    text: &str,
    convert: impl Fn(P) -> T,
    is_infinite: impl Fn(T) -> bool,
) -> Result<T, String> {
    let quoted = match text {
        "\"NaN\"" => Some("NaN"),
        "\"Infinity\"" => Some("inf"),
        "\"-Infinity\"" => Some("-inf"),
        _ => None,
    };
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let number = match quoted.or(is_number.then_some(text)) {
        Some(number) => number.parse().ok().map(convert),
        None => None,
    };
    match number {
        Some(number) if quoted.is_none() && is_infinite(number) => {
            Err(format!("{} is out of range; infinity is written \"Infinity\"", shown(text)))
        }
        Some(number) => Ok(number),
        None => {
            Err(format!("expected a number, \"NaN\", \"Infinity\" or \"-Infinity\", found {}", shown(text)))
        }
    }
}

/// What a string is in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonString {
    Text(String),
    Bytes { b64: String },
}

fn string(text: &str) -> Result<Vec<u8>, String> {
    match serde_json::from_str(text) {
        Ok(JsonString::Text(text)) => Ok(text.into_bytes()),
        Ok(JsonString::Bytes { b64 }) => {
            BASE64_STANDARD.decode(b64).map_err(|error| format!("`b64` is no base64: {error}"))
        }
        Err(_) => Err(format!("expected a string, or {{\"b64\": \"…\"}} for bytes, found {}", shown(text))),
    }
}

/// The start of what is there.
fn shown(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
