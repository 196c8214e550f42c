//! Reading, whatever the bytes are.

use std::collections::HashSet;
use std::io::Read;

use super::format::{HEAD, Kind, MAGIC, MAX_RANK, VERSION, dtype_from_code, padding};
use super::source::Source;
use super::wrong::{self, wrong_at};
use crate::{DType, Error, Result, Shape, Tensor};

/// Reads a stream of one tensor.
pub(super) fn one<R: Read>(source: &mut Source<R>) -> Result<Tensor> {
    head(source, Kind::One)?;
    let head = TensorHead::read(source)?;
    if !head.name.is_empty() {
        return Err(wrong_at(head.start, "the tensor has a name, expected none"));
    }
    head.data(source)
}

/// Reads a stream of named tensors.
pub(super) fn named<R: Read>(source: &mut Source<R>) -> Result<Vec<(String, Tensor)>> {
    let count = head(source, Kind::Named)?;
    let (mut tensors, mut names) = (Vec::new(), HashSet::new());
    for _ in 0..count {
        let head = TensorHead::read(source)?;
        if !names.insert(head.name.clone()) {
            let error = wrong_at(head.start, "two tensors have one name, expected another for each");
            return Err(error.with("tensor", head.name));
        }
        let tensor = head.data(source).map_err(|error| error.with("tensor", &*head.name))?;
        tensors.push((head.name, tensor));
    }
    Ok(tensors)
}

/// Reads what a stream starts with, and returns how many tensors there are.
fn head<R: Read>(source: &mut Source<R>, wanted: Kind) -> Result<u64> {
    let mut head = [0; HEAD];
    let found = source.read_up_to(&mut head)?;
    if !MAGIC.starts_with(&head[..found.min(MAGIC.len())]) {
        return Err(wrong::not_ours(&head[..found]));
    }
    if found < HEAD {
        return Err(wrong::cut_off(source.position(), "the head", HEAD as u64, found as u64));
    }
    let (version, kind, count) = (u32_at(&head, 8), u32_at(&head, 12), u64_at(&head, 16));
    if version != VERSION {
        return Err(wrong::version(version));
    }
    if kind != wanted as u32 || (wanted == Kind::One && count != 1) {
        return Err(wrong::kind(wanted, kind, count));
    }
    Ok(count)
}

/// What is known of a tensor before its data are read.
struct TensorHead {
    /// Where it is in the stream.
    start: u64,
    dtype: DType,
    shape: Shape,
    name: String,
    data_size: u64,
}

impl TensorHead {
    fn read<R: Read>(source: &mut Source<R>) -> Result<Self> {
        let start = source.position();
        let mut head = [0; HEAD];
        source.fill(&mut head, "the head of a tensor")?;
        let (code, rank) = (u32_at(&head, 0), u32_at(&head, 4) as usize);
        let (name_size, data_size) = (u64_at(&head, 8), u64_at(&head, 16));
        let Some(dtype) = dtype_from_code(code) else {
            let most = DType::ALL.len() - 1;
            return Err(wrong_at(
                start,
                format!("the element type is {code}, expected a number from 0 to {most}"),
            ));
        };
        if rank > MAX_RANK {
            return Err(wrong_at(start, format!("the tensor has {rank} axes, expected at most {MAX_RANK}")));
        }
        let shape = shape(source, rank)?;
        let name = source.text(name_size, "the name of a tensor")?;
        Ok(TensorHead { start, dtype, shape, name, data_size })
    }

    fn data<R: Read>(&self, source: &mut Source<R>) -> Result<Tensor> {
        let shape = self.shape.clone();
        let size = self.fixed_size()?;
        skip_padding(source)?;
        let offset = source.position();
        let tensor = match self.dtype.size() {
            Some(element) => {
                let data = source.numbers(size, element, "the numbers of a tensor")?;
                Tensor::from_buffer(self.dtype, shape, data)
            }
            None => strings(source, shape, size, self.data_size - size as u64),
        };
        tensor.map_err(|error| located(error, offset))
    }

    /// The size of all numbers, or of the strings' offsets, which fits the size of the data.
    fn fixed_size(&self) -> Result<usize> {
        let (count, found) = (self.shape.element_count(), self.data_size);
        let expected = match self.dtype.size() {
            Some(element) => count.checked_mul(element),
            None => (count + 1).checked_mul(size_of::<u64>()),
        };
        match expected {
            Some(size) if size as u64 == found => Ok(size),
            Some(size) if (size as u64) < found && self.dtype == DType::String => Ok(size),
            _ => Err(wrong::size(self.start, self.dtype, &self.shape, expected, found)),
        }
    }
}

fn shape<R: Read>(source: &mut Source<R>, rank: usize) -> Result<Shape> {
    let mut bytes = [0; MAX_RANK * size_of::<u64>()];
    let bytes = &mut bytes[..rank * size_of::<u64>()];
    let start = source.position();
    source.fill(bytes, "the shape of a tensor")?;
    // On a machine of 32 bits the most that there can be has too many elements as well.
    let sizes = bytes
        .chunks_exact(size_of::<u64>())
        .map(|size| usize::try_from(u64_at(size, 0)).unwrap_or(usize::MAX));
    Shape::new(&sizes.collect::<Vec<_>>()).map_err(|error| located(error, start))
}

fn skip_padding<R: Read>(source: &mut Source<R>) -> Result<()> {
    let (start, mut zeros) = (source.position(), [0; 64]);
    let zeros = &mut zeros[..padding(start)];
    source.fill(zeros, "the zeros before the data")?;
    if zeros.iter().all(|byte| *byte == 0) {
        return Ok(());
    }
    Err(wrong_at(start, format!("expected {} zeros before the data, found other bytes", zeros.len())))
}

/// Reads `offsets` bytes that say where strings start, and then the strings.
fn strings<R: Read>(source: &mut Source<R>, shape: Shape, offsets: usize, text: u64) -> Result<Tensor> {
    let start = source.position();
    let offsets = source.numbers(offsets, size_of::<u64>(), "the offsets of strings")?;
    let Ok(size) = usize::try_from(text) else {
        return Err(wrong_at(start, format!("{text} bytes of strings are more than memory can hold")));
    };
    let text = source.numbers(size, 1, "the bytes of strings")?;
    let tensor = Tensor::from_string_buffers(shape, text, offsets)?;
    let (first, last) = (tensor.offsets().first(), tensor.offsets().last());
    if (first, last) == (Some(&0), Some(&(size as u64))) {
        return Ok(tensor);
    }
    Err(wrong_at(
        start,
        format!("the offsets of strings must start with 0 and end with {size}, their bytes' number"),
    ))
}

fn located(error: Error, offset: u64) -> Error {
    if error.context("offset").is_some() { error } else { error.with("offset", offset.to_string()) }
}

/// The number at a place where the caller knows that so many bytes are.
fn u32_at(bytes: &[u8], start: usize) -> u32 {
    bytes[start..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], start: usize) -> u64 {
    bytes[start..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
