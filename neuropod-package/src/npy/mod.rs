//! Tensors as numpy's `.npy` files.

mod header;

use std::io::Read;

use neuropod_core::{DType, Tensor};
use thiserror::Error;

use self::header::{Header, Item};

/// Why a `.npy` file cannot be read, or a tensor cannot be written as one.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NpyError {
    /// It does not start as a `.npy` file.
    #[error("this is no .npy file")]
    NotNpy,
    /// The version is unknown.
    #[error("version {0} of the .npy format is unknown; versions 1 to 3 can be read")]
    Version(u8),
    /// The header is damaged.
    #[error("the .npy header is damaged: {0}")]
    Header(&'static str),
    /// The elements are records.
    #[error("structured elements are not supported; use one array for each field")]
    Structured,
    /// The elements are Python objects. They are pickled, and unpickling can run any code.
    #[error("the array holds pickled Python objects, which are never read; save it with a plain dtype")]
    Pickled,
    /// No tensor has elements of that type.
    #[error("no tensor has elements of numpy's type `{0}`")]
    Dtype(String),
    /// The shape is too large for any memory.
    #[error("the shape has more bytes than memory can hold")]
    Overflow,
    /// There are more or fewer bytes than the shape asks for.
    #[error("the shape asks for {expected} bytes, but there are {found}")]
    WrongSize {
        /// What the shape asks for.
        expected: u64,
        /// What there is after the header.
        found: u64,
    },
    /// There is not enough memory.
    #[error("there is no memory for {0} bytes")]
    OutOfMemory(u64),
    /// A bool is neither 0 nor 1, or a character is none of Unicode.
    #[error("an element has no valid value: {0}")]
    Element(String),
    /// A string cannot be written.
    #[error("string {0} cannot be stored by numpy: it is not UTF-8, or ends in a NUL")]
    Unrepresentable(usize),
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[source] std::io::Error),
}

/// Reads a `.npy` file of `size` bytes into a tensor with memory of its own.
pub(crate) fn read(mut source: impl Read, size: u64) -> Result<Tensor, NpyError> {
    let (header, data_start) = header::read(&mut source)?;
    let count = header.shape.element_count() as u64;
    let expected = count.checked_mul(header.item.size() as u64).ok_or(NpyError::Overflow)?;
    let found = size.saturating_sub(data_start);
    if expected != found {
        return Err(NpyError::WrongSize { expected, found });
    }
    let data = read_data(&mut source, expected)?;
    let data = if header.fortran_order { to_row_major(&data, &header) } else { data };
    match header.item {
        Item::Number { dtype, big_endian } => numbers(&header, dtype, big_endian, data),
        Item::Unicode { length, big_endian } => unicode(&header, length, big_endian, &data),
        Item::Bytes { length } => byte_strings(&header, length, &data),
    }
}

/// A tensor as a `.npy` file, as numpy writes it.
pub(crate) fn write(tensor: &Tensor) -> Result<Vec<u8>, NpyError> {
    match header::number_name(tensor.dtype()) {
        Some(name) => {
            let mut file = header::write(name, tensor.dims());
            let size = tensor.dtype().size().unwrap_or(1);
            append_little_endian(&mut file, tensor.bytes(), size);
            Ok(file)
        }
        None => write_strings(tensor),
    }
}

/// Reads that many bytes into memory of their own.
fn read_data(source: &mut impl Read, len: u64) -> Result<Vec<u8>, NpyError> {
    let mut data = Vec::new();
    let out_of_memory = || NpyError::OutOfMemory(len);
    let capacity = usize::try_from(len).map_err(|_| out_of_memory())?;
    data.try_reserve_exact(capacity).map_err(|_| out_of_memory())?;
    let read = source.take(len).read_to_end(&mut data).map_err(NpyError::Read)? as u64;
    if read != len {
        return Err(NpyError::WrongSize { expected: len, found: read });
    }
    // Reading to the end lets the source check its CRC-32.
    source.read(&mut [0]).map_err(NpyError::Read)?;
    Ok(data)
}

fn numbers(header: &Header, dtype: DType, big_endian: bool, mut data: Vec<u8>) -> Result<Tensor, NpyError> {
    if big_endian != cfg!(target_endian = "big") {
        data.chunks_exact_mut(header.item.size()).for_each(<[u8]>::reverse);
    }
    // The vector's memory may lie at any address, a tensor's must suit its elements.
    let tensor = Tensor::zeros(dtype, &header.shape).and_then(|mut tensor| {
        tensor.as_mut_bytes()?.copy_from_slice(&data);
        Tensor::from_buffer(dtype, &header.shape, tensor.buffer().clone())
    });
    tensor.map_err(|error| NpyError::Element(error.message().to_owned()))
}

/// Decodes strings of code points, which end at their last one that is not NUL.
fn unicode(header: &Header, length: usize, big_endian: bool, data: &[u8]) -> Result<Tensor, NpyError> {
    let code_point = |bytes: &[u8]| {
        let bytes: [u8; 4] = bytes.try_into().unwrap_or_default();
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    let mut packed = Packed::new(header.shape.element_count());
    for element in data.chunks_exact(length * 4) {
        let len = element.chunks_exact(4).rposition(|bytes| bytes != [0; 4]).map_or(0, |last| last + 1);
        for bytes in element.chunks_exact(4).take(len) {
            let value = code_point(bytes);
            let c = char::from_u32(value).ok_or_else(|| NpyError::Element(format!("{value:#x}")))?;
            packed.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        packed.end_element();
    }
    packed.into_tensor(header)
}

/// Takes over strings of bytes, which end at their last one that is not NUL.
fn byte_strings(header: &Header, length: usize, data: &[u8]) -> Result<Tensor, NpyError> {
    let mut packed = Packed::new(header.shape.element_count());
    for element in data.chunks_exact(length) {
        let len = element.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        packed.bytes.extend_from_slice(&element[..len]);
        packed.end_element();
    }
    packed.into_tensor(header)
}

/// Strings one behind the other.
struct Packed {
    bytes: Vec<u8>,
    offsets: Vec<u64>,
}

impl Packed {
    fn new(count: usize) -> Self {
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        Packed { bytes: Vec::new(), offsets }
    }

    fn end_element(&mut self) {
        self.offsets.push(self.bytes.len() as u64);
    }

    fn into_tensor(self, header: &Header) -> Result<Tensor, NpyError> {
        let tensor = Tensor::from_packed_strings(&header.shape, self.bytes, self.offsets);
        tensor.map_err(|error| NpyError::Element(error.message().to_owned()))
    }
}

/// Reorders elements of which the first axis varies fastest.
fn to_row_major(data: &[u8], header: &Header) -> Vec<u8> {
    let size = header.item.size();
    let dims = header.shape.dims();
    let mut reordered = Vec::with_capacity(data.len());
    let mut index = vec![0; dims.len()];
    for _ in 0..header.shape.element_count() {
        let position = index.iter().zip(dims).rev().fold(0, |position, (i, dim)| position * dim + i);
        reordered.extend_from_slice(&data[position * size..][..size]);
        advance(&mut index, dims);
    }
    reordered
}

/// Steps to the next index in row-major order.
fn advance(index: &mut [usize], dims: &[usize]) {
    for (i, dim) in index.iter_mut().zip(dims).rev() {
        *i += 1;
        if *i < *dim {
            return;
        }
        *i = 0;
    }
}

fn append_little_endian(file: &mut Vec<u8>, data: &[u8], size: usize) {
    let start = file.len();
    file.extend_from_slice(data);
    if cfg!(target_endian = "big") {
        file[start..].chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

/// Writes strings as code points, every one padded to the length of the longest.
fn write_strings(tensor: &Tensor) -> Result<Vec<u8>, NpyError> {
    let strings = tensor.as_byte_strings().map_err(|error| NpyError::Dtype(error.message().to_owned()))?;
    let strings: Vec<&str> = strings.enumerate().map(check_string).collect::<Result<_, _>>()?;
    let longest = strings.iter().map(|string| string.chars().count()).max().unwrap_or(0).max(1);
    let size = strings.len().checked_mul(longest).and_then(|chars| chars.checked_mul(4));
    let size = size.ok_or(NpyError::Overflow)?;
    let mut file = header::write(&format!("<U{longest}"), tensor.dims());
    file.try_reserve_exact(size).map_err(|_| NpyError::OutOfMemory(size as u64))?;
    for string in strings {
        let end = file.len() + longest * 4;
        for c in string.chars() {
            file.extend_from_slice(&u32::from(c).to_le_bytes());
        }
        file.resize(end, 0);
    }
    Ok(file)
}

/// numpy drops NULs at a string's end, and holds nothing but Unicode.
fn check_string((index, bytes): (usize, &[u8])) -> Result<&str, NpyError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.ends_with('\0'));
    text.ok_or(NpyError::Unrepresentable(index))
}
