//! Tensors as JSON: nested lists of elements.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use half::{bf16, f16};
use neuropod::{DType, Element, Tensor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// Tensors with their names, to be written as one JSON object in this order.
pub(crate) struct NamedTensors<'a>(Vec<(&'a str, &'a Tensor)>);

/// Tensors with their names, to be written as one JSON object in this order.
pub(crate) fn named<'a>(tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>) -> NamedTensors<'a> {
    NamedTensors(tensors.into_iter().collect())
}

impl Serialize for NamedTensors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (name, tensor) in &self.0 {
            object.serialize_entry(name, &Json(tensor))?;
        }
        object.end()
    }
}

/// A tensor, to be written as JSON.
pub(crate) struct Json<'a>(pub(crate) &'a Tensor);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.dtype() {
            DType::Bool => self.numbers::<bool, S>(serializer),
            DType::Int8 => self.numbers::<i8, S>(serializer),
            DType::Int16 => self.numbers::<i16, S>(serializer),
            DType::Int32 => self.numbers::<i32, S>(serializer),
            DType::Int64 => self.numbers::<i64, S>(serializer),
            DType::UInt8 => self.numbers::<u8, S>(serializer),
            DType::UInt16 => self.numbers::<u16, S>(serializer),
            DType::UInt32 => self.numbers::<u32, S>(serializer),
            DType::UInt64 => self.numbers::<u64, S>(serializer),
            DType::Float16 => self.numbers::<f16, S>(serializer),
            DType::BFloat16 => self.numbers::<bf16, S>(serializer),
            DType::Float32 => self.numbers::<f32, S>(serializer),
            DType::Float64 => self.numbers::<f64, S>(serializer),
            DType::String => {
                let strings: Vec<&[u8]> = self.0.as_byte_strings().map_err(S::Error::custom)?.collect();
                Nested { elements: &strings, dims: self.0.dims() }.serialize(serializer)
            }
            other => Err(S::Error::custom(format!("elements of {other} cannot be written as JSON"))),
        }
    }
}

impl Json<'_> {
    fn numbers<T: Element + JsonElement, S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let elements = self.0.as_slice::<T>().map_err(S::Error::custom)?;
        Nested { elements, dims: self.0.dims() }.serialize(serializer)
    }
}

/// What is left of a tensor below some axes.
struct Nested<'a, T> {
    elements: &'a [T],
    dims: &'a [usize],
}

impl<T: JsonElement> Serialize for Nested<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some((&size, dims)) = self.dims.split_first() else {
            return self.elements[0].write(serializer); // a scalar has one
        };
        let stride: usize = dims.iter().product();
        let mut list = serializer.serialize_seq(Some(size))?;
        for index in 0..size {
            let elements = &self.elements[index * stride..][..stride];
            list.serialize_element(&Nested { elements, dims })?;
        }
        list.end()
    }
}

/// An element that JSON can hold.
trait JsonElement {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

macro_rules! as_they_are {
    ($($type:ty),*) => {
        $(impl JsonElement for $type {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        })*
    };
}

as_they_are!(bool, i8, i16, i32, i64, u8, u16, u32, u64);

impl JsonElement for f64 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match special(*self) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f64(*self),
        }
    }
}

impl JsonElement for f32 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match special(f64::from(*self)) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f32(*self), // as few digits as tell it from other f32
        }
    }
}

impl JsonElement for f16 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_f32().write(serializer)
    }
}

impl JsonElement for bf16 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_f32().write(serializer)
    }
}

/// Bytes are UTF-8 by convention; others are written as TensorFlow Serving does.
impl JsonElement for &[u8] {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = std::str::from_utf8(self) {
            return serializer.serialize_str(text);
        }
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry("b64", &BASE64_STANDARD.encode(self))?;
        object.end()
    }
}

/// The name of a number that JSON does not have.
fn special(number: f64) -> Option<&'static str> {
    match number {
        _ if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}
