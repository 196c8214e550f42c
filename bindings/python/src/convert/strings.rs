//! Strings: NumPy's arrays of text, bytes and objects, and tensors of bytes and offsets.
#![allow(unsafe_code)]

use neuropod_core::{Error, ErrorKind, Tensor};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use super::array::Array;
use crate::errors::OrRaise;

/// NumPy pads all texts to the longest. If that makes them so many times larger than they are, and
/// [`LARGE`], they become objects.
const MOST_PADDING: usize = 16;
const LARGE: usize = 1 << 20;

/// A tensor of a plain array of text, which NumPy keeps as 32-bit code points padded with zeros.
pub(super) fn from_unicode(py: Python<'_>, array: &Array<'_, '_>) -> PyResult<Tensor> {
    let dims = array.dims();
    let count: usize = dims.iter().product();
    let width = array.element_size()? / size_of::<u32>();
    let mut packed = Packed::with_capacity(count, count * width);
    // SAFETY: the array is plain and of that type, and the lock is held while its elements are read.
    let data = unsafe { array.bytes(count * width * size_of::<u32>()) };
    for index in 0..count {
        let element = &data[index * width * 4..][..width * 4];
        let mut points: &[[u8; 4]] = element.as_chunks().0;
        while let [rest @ .., [0, 0, 0, 0]] = points {
            points = rest;
        }
        if points.iter().all(|point| u32::from_ne_bytes(*point) < 0x80) {
            packed.bytes.extend(points.iter().map(|point| u32::from_ne_bytes(*point) as u8));
            packed.end();
            continue;
        }
        for point in points {
            let point = u32::from_ne_bytes(*point);
            let Some(character) = char::from_u32(point) else {
                let message =
                    format!("the code point {point:#x} is no character, so it cannot be written as UTF-8");
                let error =
                    Error::new(ErrorKind::InvalidArgument, message).with("element", index.to_string());
                return Err(error).or_raise(py);
            };
            packed.push_char(character);
        }
        packed.end();
    }
    packed.into_tensor(py, &dims)
}

/// A tensor of a plain array of bytes, which NumPy pads with zeros.
pub(super) fn from_bytes(py: Python<'_>, array: &Array<'_, '_>) -> PyResult<Tensor> {
    let dims = array.dims();
    let count: usize = dims.iter().product();
    let width = array.element_size()?;
    let mut packed = Packed::with_capacity(count, count * width);
    // SAFETY: the array is plain and of that type, and the lock is held while its elements are read.
    let data = unsafe { array.bytes(count * width) };
    for index in 0..count {
        let element = &data[index * width..][..width];
        let end = element.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        packed.push(&element[..end]);
        packed.end();
    }
    packed.into_tensor(py, &dims)
}

/// A tensor of the elements of an array of objects, which must be `str` or `bytes`.
pub(super) fn from_objects(array: &Bound<'_, PyAny>, dims: &[usize]) -> PyResult<Tensor> {
    let py = array.py();
    let elements = array.call_method0("ravel")?.call_method0("tolist")?.cast_into::<PyList>()?;
    let mut packed = Packed::with_capacity(elements.len(), elements.len() * 8);
    for (index, element) in elements.iter().enumerate() {
        if let Ok(text) = element.cast::<PyString>() {
            packed.push(text.to_str()?.as_bytes());
        } else if let Ok(bytes) = element.cast::<PyBytes>() {
            packed.push(bytes.as_bytes());
        } else {
            let found = element.get_type().name()?;
            let message = format!("expected strings, found an element of type {found}: use str or bytes");
            let error = Error::new(ErrorKind::InvalidArgument, message).with("element", index.to_string());
            return Err(error).or_raise(py);
        }
        packed.end();
    }
    packed.into_tensor(py, dims)
}

/// An array of the strings: of text, if it loses nothing and does not waste memory, otherwise of objects: `str`
/// if all are UTF-8, else `bytes`.
pub(super) fn to_numpy<'py>(py: Python<'py>, tensor: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    let helper = py.import(intern!(py, "neuropod._convert"))?;
    let Some(texts) = texts(tensor) else {
        let strings = tensor.as_byte_strings().or_raise(py)?;
        let list = PyList::new(py, strings.map(|bytes| PyBytes::new(py, bytes)))?;
        return helper.call_method1("objects", (list, tensor.dims()));
    };
    let is_ascii = tensor.bytes().is_ascii();
    let longest = match is_ascii {
        true => texts.iter().map(|text| text.len()).max(),
        false => texts.iter().map(|text| text.chars().count()).max(),
    };
    let width = longest.unwrap_or(0).max(1);
    let padded = width.saturating_mul(texts.len()).saturating_mul(size_of::<u32>());
    let is_wasteful = padded > LARGE && padded / MOST_PADDING > tensor.bytes().len();
    if is_wasteful || texts.iter().any(|text| text.ends_with('\0')) {
        let list = PyList::new(py, &texts)?;
        return helper.call_method1("objects", (list, tensor.dims()));
    }
    let array = helper.call_method1(intern!(py, "empty_texts"), (width, tensor.dims()))?;
    let no_array = || Error::new(ErrorKind::Internal, "NumPy made no array for text");
    let found = Array::new(&array).ok_or_else(no_array).or_raise(py)?;
    // SAFETY: the new array has an element of so many code points for each text, and nobody else knows it.
    let elements = unsafe { found.bytes_mut(padded) }.chunks_exact_mut(width * size_of::<u32>());
    for (element, text) in elements.zip(&texts) {
        match is_ascii {
            true => write_padded(element, text.bytes().map(u32::from)),
            false => write_padded(element, text.chars().map(u32::from)),
        }
    }
    Ok(array)
}

/// The strings as text, if all are UTF-8.
fn texts(tensor: &Tensor) -> Option<Vec<&str>> {
    let offsets = tensor.offsets();
    let (start, end) = (*offsets.first()? as usize, *offsets.last()? as usize);
    let all = std::str::from_utf8(&tensor.bytes()[start..end]).ok()?;
    // A boundary within a character is none: the parts are no UTF-8, whatever the whole is.
    let text = |ends: &[u64]| all.get(ends[0] as usize - start..ends[1] as usize - start);
    offsets.windows(2).map(text).collect()
}

/// Writes code points as NumPy keeps them, and zeros behind them.
fn write_padded(element: &mut [u8], points: impl Iterator<Item = u32>) {
    let mut places = element.as_chunks_mut().0.iter_mut();
    for (point, place) in points.zip(places.by_ref()) {
        *place = point.to_ne_bytes();
    }
    places.for_each(|place| *place = [0; 4]);
}

/// Strings one behind the other, and where each ends.
struct Packed {
    bytes: Vec<u8>,
    offsets: Vec<u64>,
}

impl Packed {
    fn with_capacity(count: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        Packed { bytes: Vec::with_capacity(bytes), offsets }
    }

    fn push(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
    }

    fn push_char(&mut self, character: char) {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.bytes.push(byte),
            _ => self.push(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    fn end(&mut self) {
        self.offsets.push(self.bytes.len() as u64);
    }

    fn into_tensor(self, py: Python<'_>, dims: &[usize]) -> PyResult<Tensor> {
        Tensor::from_packed_strings(dims, self.bytes, self.offsets).or_raise(py)
    }
}
