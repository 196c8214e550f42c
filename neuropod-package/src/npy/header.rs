//! The header of a `.npy` file: a Python dictionary as text.
//!
//! The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. The text
//! is parsed as the few literals it may hold; nothing is evaluated.

use std::io::{self, Read};

use neuropod_core::{DType, Shape};

use super::NpyError;

const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// numpy itself refuses longer headers.
const MAX_HEADER: u32 = 10_000;
/// numpy's own limit.
const MAX_RANK: usize = 64;
/// Where the data starts is a multiple of this.
const ALIGNMENT: usize = 64;
/// numpy leaves room for the first axis to grow to this many digits.
const GROWTH_DIGITS: usize = 21;

/// How a `.npy` file's data is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) item: Item,
    pub(super) fortran_order: bool,
    pub(super) shape: Shape,
}

/// What one element looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A number.
    Number { dtype: DType, big_endian: bool },
    /// Code points of four bytes, as many for every element.
    Unicode { length: usize, big_endian: bool },
    /// Bytes, as many for every element.
    Bytes { length: usize },
}

impl Item {
    /// The size of an element in bytes, at least 1.
    pub(super) fn size(self) -> usize {
        match self {
            Item::Number { dtype, .. } => dtype.size().unwrap_or(1),
            Item::Unicode { length, .. } => length * 4,
            Item::Bytes { length } => length,
        }
    }
}

/// Reads the header, and returns how many bytes it has.
pub(super) fn read(source: &mut impl Read) -> Result<(Header, u64), NpyError> {
    let [magic @ .., major, _minor] = read_array::<8>(source)?;
    if magic != MAGIC {
        return Err(NpyError::NotNpy);
    }
    let (len, text_start) = match major {
        1 => (u32::from(u16::from_le_bytes(read_array(source)?)), 10),
        2 | 3 => (u32::from_le_bytes(read_array(source)?), 12),
        _ => return Err(NpyError::Version(major)),
    };
    if len > MAX_HEADER {
        return Err(NpyError::Header("it is too long"));
    }
    let mut text = vec![0; len as usize];
    source.read_exact(&mut text).map_err(cut_off)?;
    let text = std::str::from_utf8(&text).map_err(|_| NpyError::Header("it is not UTF-8"))?;
    Ok((parse_dictionary(text)?, u64::from(text_start + len)))
}

fn read_array<const N: usize>(source: &mut impl Read) -> Result<[u8; N], NpyError> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes).map_err(cut_off)?;
    Ok(bytes)
}

fn cut_off(error: io::Error) -> NpyError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => NpyError::Header("it is cut off"),
        _ => NpyError::Read(error),
    }
}

fn parse_dictionary(text: &str) -> Result<Header, NpyError> {
    let mut literal = Literal(text);
    let (mut item, mut fortran_order, mut shape) = (None, None, None);
    literal.expect('{')?;
    while !literal.accept('}') {
        let key = literal.string()?;
        literal.expect(':')?;
        let is_repeated = match key {
            "descr" => {
                item.replace(parse_item(literal.string().map_err(|_| NpyError::Structured)?)?).is_some()
            }
            "fortran_order" => fortran_order.replace(literal.bool()?).is_some(),
            "shape" => shape.replace(literal.tuple()?).is_some(),
            _ => return Err(NpyError::Header("it has an unknown key")),
        };
        if is_repeated {
            return Err(NpyError::Header("it has a key twice"));
        }
        if !literal.accept(',') {
            literal.expect('}')?;
            break;
        }
    }
    literal.end()?;
    match (item, fortran_order, shape) {
        (Some(item), Some(fortran_order), Some(shape)) => {
            let shape = Shape::new(&shape).map_err(|_| NpyError::Overflow)?;
            Ok(Header { item, fortran_order, shape })
        }
        _ => Err(NpyError::Header("a key is missing")),
    }
}

fn parse_item(text: &str) -> Result<Item, NpyError> {
    let unsupported = || NpyError::Dtype(text.to_owned());
    let mut chars = text.chars();
    let big_endian = match chars.next() {
        Some('<' | '|') => false,
        Some('>') => true,
        _ => return Err(unsupported()),
    };
    let kind = chars.next().ok_or_else(unsupported)?;
    let digits = chars.as_str();
    if kind == 'O' {
        return Err(NpyError::Pickled);
    }
    let length: usize = digits.parse().ok().filter(|_| !digits.starts_with('+')).ok_or_else(unsupported)?;
    match (kind, length) {
        ('U', 1..=0x0fff_ffff) => Ok(Item::Unicode { length, big_endian }),
        ('S', 1..=0x3fff_ffff) => Ok(Item::Bytes { length }),
        _ => {
            let dtype = number(kind, length).ok_or_else(unsupported)?;
            Ok(Item::Number { dtype, big_endian })
        }
    }
}

fn number(kind: char, size: usize) -> Option<DType> {
    Some(match (kind, size) {
        ('b', 1) => DType::Bool,
        ('i', 1) => DType::Int8,
        ('i', 2) => DType::Int16,
        ('i', 4) => DType::Int32,
        ('i', 8) => DType::Int64,
        ('u', 1) => DType::UInt8,
        ('u', 2) => DType::UInt16,
        ('u', 4) => DType::UInt32,
        ('u', 8) => DType::UInt64,
        ('f', 2) => DType::Float16,
        ('f', 4) => DType::Float32,
        ('f', 8) => DType::Float64,
        // numpy has no bfloat16; arrays of the type that extends it are saved as raw bytes.
        ('V', 2) => DType::BFloat16,
        _ => return None,
    })
}

/// numpy's name for the type of a tensor's numbers.
pub(super) fn number_name(dtype: DType) -> Option<&'static str> {
    Some(match dtype {
        DType::Bool => "|b1",
        DType::Int8 => "|i1",
        DType::Int16 => "<i2",
        DType::Int32 => "<i4",
        DType::Int64 => "<i8",
        DType::UInt8 => "|u1",
        DType::UInt16 => "<u2",
        DType::UInt32 => "<u4",
        DType::UInt64 => "<u8",
        DType::Float16 => "<f2",
        DType::BFloat16 => "<V2",
        DType::Float32 => "<f4",
        DType::Float64 => "<f8",
        _ => return None,
    })
}

/// The header of an array in row-major order, byte for byte as numpy writes it.
pub(super) fn write(descr: &str, dims: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = dims.iter().map(usize::to_string).collect();
    let comma = if dims.len() == 1 { "," } else { "" };
    let shape = sizes.join(", ");
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}{comma}), }}");
    let room = sizes.first().map_or(0, |size| GROWTH_DIGITS.saturating_sub(size.len()));
    text.extend(std::iter::repeat_n(' ', room));
    let padding = ALIGNMENT - (MAGIC.len() + 4 + text.len() + 1) % ALIGNMENT;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    // A rank so high that the header outgrows version 1 cannot be read back in any version.
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&MAGIC, &[1, 0][..], &len.to_le_bytes(), text.as_bytes()].concat()
}

/// What is left of a text of Python literals.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn accept(&mut self, wanted: char) -> bool {
        match self.0.trim_start_matches([' ', '\n', '\t']).strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), NpyError> {
        if self.accept(wanted) { Ok(()) } else { Err(NpyError::Header("it is no dictionary of literals")) }
    }

    fn string(&mut self) -> Result<&'a str, NpyError> {
        let quote = if self.accept('\'') { '\'' } else { '"' };
        if quote == '"' {
            self.expect('"')?;
        }
        let (text, rest) = self.0.split_once(quote).ok_or(NpyError::Header("a text does not end"))?;
        self.0 = rest;
        if text.contains('\\') { Err(NpyError::Header("a text holds an escape")) } else { Ok(text) }
    }

    fn bool(&mut self) -> Result<bool, NpyError> {
        let text = self.0.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = text.strip_prefix(word) {
                self.0 = rest;
                return Ok(value);
            }
        }
        Err(NpyError::Header("`fortran_order` is neither True nor False"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>, NpyError> {
        let mut sizes = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            if sizes.len() == MAX_RANK {
                return Err(NpyError::Header("there are too many axes"));
            }
            sizes.push(self.number()?);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }

    fn number(&mut self) -> Result<usize, NpyError> {
        let text = self.0.trim_start();
        let len = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(len);
        self.0 = rest;
        digits.parse().map_err(|_| NpyError::Header("a size is no number"))
    }

    fn end(&self) -> Result<(), NpyError> {
        if self.0.trim().is_empty() {
            Ok(())
        } else {
            Err(NpyError::Header("something follows the dictionary"))
        }
    }
}
