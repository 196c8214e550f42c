//! Strings: one run of bytes with offsets here, four bytes a character or objects in NumPy.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::slice;

use neuropod_core::{Tensor, TensorView};

use super::gil::Gil;
use super::numpy::{Array, Numpy};
use super::object::Object;
use super::raise::{self, Raised};

/// NumPy's strings take the room of the longest one for each: beyond this many bytes they may not be
/// [`MOST_PADDING`] times as large as the text.
const SMALL: usize = 1 << 20;
const MOST_PADDING: usize = 16;

/// Bytes that are no UTF-8 become lone surrogates in a `str`, as in Python's own file names.
const SURROGATES: &std::ffi::CStr = c"surrogateescape";

/// An array of NumPy's own strings (`<U`); one of `str` objects for what those would change, which is a
/// NUL at the end of a string or bytes that are no UTF-8, and for strings of very different length.
pub(super) fn to_python(gil: &Gil, numpy: &Numpy, view: &TensorView<'_>) -> Result<Object, Raised> {
    match width_of(view) {
        Some(width) => to_unicode_array(gil, numpy, view, width),
        None => to_object_array(gil, numpy, view),
    }
}

/// The characters of the longest string, if NumPy's own strings can hold them all.
fn width_of(view: &TensorView<'_>) -> Option<usize> {
    let text = std::str::from_utf8(view.bytes()).ok()?;
    let mut width = 1;
    for pair in view.offsets().windows(2) {
        // A boundary within a character: the parts are no UTF-8, whatever the whole is.
        let string = text.get(pair[0] as usize..pair[1] as usize)?;
        if string.ends_with('\0') {
            return None;
        }
        width = width.max(string.chars().count());
    }
    let size = width.saturating_mul(view.element_count()).saturating_mul(4);
    (size <= SMALL || size <= text.len().saturating_mul(MOST_PADDING)).then_some(width)
}

fn to_unicode_array(gil: &Gil, numpy: &Numpy, view: &TensorView<'_>, width: usize) -> Result<Object, Raised> {
    let dtype = Object::import(gil, c"numpy")?.attr(gil, "dtype")?;
    let descr = dtype.call(gil, [Object::text(gil, &format!("=U{width}"))?])?;
    // SAFETY: NumPy made the dtype, and characters of it are written below.
    let (array, data) = unsafe { numpy.allocate_as(gil, descr, view.dims())? };
    let places = width * view.element_count();
    // SAFETY: the new array, which nobody else knows, has `width` aligned characters for each element; NumPy allocates
    // memory even for none.
    let places = unsafe { slice::from_raw_parts_mut(data.cast::<MaybeUninit<u32>>(), places) };
    for (string, places) in byte_strings(view).zip(places.chunks_exact_mut(width)) {
        write_characters(string, places);
    }
    Ok(array)
}

/// Writes a string's characters, and NUL to the places that are left.
fn write_characters(string: &[u8], places: &mut [MaybeUninit<u32>]) {
    let mut places = places.iter_mut();
    if string.is_ascii() {
        string.iter().zip(places.by_ref()).for_each(|(byte, place)| {
            place.write((*byte).into());
        });
    } else {
        String::from_utf8_lossy(string).chars().zip(places.by_ref()).for_each(|(character, place)| {
            place.write(character.into());
        });
    }
    places.for_each(|place| {
        place.write(0);
    });
}

fn to_object_array(gil: &Gil, numpy: &Numpy, view: &TensorView<'_>) -> Result<Object, Raised> {
    let (array, places) = numpy.allocate_objects(gil, view.dims())?;
    for (index, string) in byte_strings(view).enumerate() {
        let (start, len) = (string.as_ptr().cast::<c_char>(), string.len() as isize);
        // SAFETY: the lock is held, so many bytes are there, and the array has a place for each string,
        // which is null and takes the reference over.
        unsafe {
            let text = (gil.api().PyUnicode_DecodeUTF8)(start, len, SURROGATES.as_ptr());
            places.add(index).write(Object::from_new(gil, text)?.into_raw());
        }
    }
    Ok(array)
}

fn byte_strings<'a>(view: &TensorView<'a>) -> impl Iterator<Item = &'a [u8]> {
    let bytes = view.bytes();
    view.offsets().windows(2).map(move |pair| &bytes[pair[0] as usize..pair[1] as usize])
}

/// The strings of a plain array of NumPy's own.
pub(super) fn from_unicode_array(
    gil: &Gil,
    array: Array<'_>,
) -> Result<neuropod_core::Result<Tensor>, Raised> {
    let dims = array.dims();
    let width = array.object().attr(gil, "itemsize")?.to_int(gil)? as usize / size_of::<u32>();
    let count: usize = dims.iter().product();
    let characters = match count * width {
        0 => &[],
        // SAFETY: a plain array of this type has `width` aligned characters for each element, which
        // nobody writes while the lock is held.
        len => unsafe { slice::from_raw_parts(array.data().cast::<u32>(), len) },
    };
    let mut packed = Packed::with_capacity(count, characters.len());
    for index in 0..count {
        let string = &characters[index * width..(index + 1) * width];
        let end = string.iter().rposition(|character| *character != 0).map_or(0, |last| last + 1);
        packed.push_characters(&string[..end]);
        packed.end_string();
    }
    Ok(packed.into_tensor(&dims))
}

/// The strings of a list of `str` and `bytes`.
pub(super) fn from_list(
    gil: &Gil,
    list: &Object,
    dims: &[usize],
) -> Result<neuropod_core::Result<Tensor>, Raised> {
    let items = list.list_items(gil)?;
    let mut packed = Packed::with_capacity(items.len(), 0);
    for item in &items {
        if item.is_exactly(gil.api().PyBytes_Type) {
            item.with_bytes(gil, |bytes| packed.bytes.extend_from_slice(bytes))?;
        } else {
            push_text(gil, item, &mut packed)?;
        }
        packed.end_string();
    }
    Ok(packed.into_tensor(dims))
}

fn push_text(gil: &Gil, text: &Object, packed: &mut Packed) -> Result<(), Raised> {
    let api = gil.api();
    let mut len = 0;
    // SAFETY: the lock is held and the object is live.
    let start = unsafe { (api.PyUnicode_AsUTF8AndSize)(text.as_ptr(), &raw mut len) };
    if !start.is_null() {
        // SAFETY: the text keeps so many bytes there as long as it lives.
        packed.bytes.extend_from_slice(unsafe { slice::from_raw_parts(start.cast::<u8>(), len as usize) });
        return Ok(());
    }
    drop(raise::take(gil)); // lone surrogates, or `bytes` of NumPy's: which is told apart now
    if text.with_bytes(gil, |bytes| packed.bytes.extend_from_slice(bytes)).is_ok() {
        return Ok(());
    }
    // SAFETY: the lock is held, the object is live and the names are null-terminated.
    let bytes = unsafe {
        let encoded = (api.PyUnicode_AsEncodedString)(text.as_ptr(), c"utf-8".as_ptr(), SURROGATES.as_ptr());
        Object::from_new(gil, encoded)?
    };
    bytes.with_bytes(gil, |bytes| packed.bytes.extend_from_slice(bytes))
}

/// Strings that are put together one after the other.
struct Packed {
    bytes: Vec<u8>,
    offsets: Vec<u64>,
}

impl Packed {
    fn with_capacity(strings: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(strings + 1);
        offsets.push(0);
        Packed { bytes: Vec::with_capacity(bytes), offsets }
    }

    fn push_characters(&mut self, characters: &[u32]) {
        if characters.iter().all(|character| *character < 0x80) {
            self.bytes.extend(characters.iter().map(|character| *character as u8));
        } else {
            characters.iter().for_each(|character| self.push_character(*character));
        }
    }

    fn push_character(&mut self, character: u32) {
        match char::from_u32(character) {
            Some(character) => self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            // What Python made of a byte that is no UTF-8 becomes that byte again.
            None if (0xdc80..=0xdcff).contains(&character) => self.bytes.push(character as u8),
            None => self.bytes.extend_from_slice(char::REPLACEMENT_CHARACTER.to_string().as_bytes()),
        }
    }

    fn end_string(&mut self) {
        self.offsets.push(self.bytes.len() as u64);
    }

    fn into_tensor(self, dims: &[usize]) -> neuropod_core::Result<Tensor> {
        Tensor::from_packed_strings(dims, self.bytes, self.offsets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(strings: &[&[u8]]) -> Option<usize> {
        width_of(&Tensor::from_strings([strings.len()], strings).unwrap().view())
    }

    #[test]
    fn numpys_own_strings_are_used_where_they_change_nothing() {
        assert_eq!(width(&[b"one", "größer".as_bytes(), b""]), Some(6));
        assert_eq!(width(&[b"a\0b"]), Some(3));
        assert_eq!(width(&[]), Some(1));
        assert_eq!(width(&[b"end\0"]), None);
        assert_eq!(width(&[b"\xff"]), None);
        // Valid together, not one by one.
        assert_eq!(width(&[b"\xc3", b"\xb6"]), None);
        assert_eq!(width(&[&[b'x'; 1 << 20], b"y"]), Some(1 << 20));
        let mut uneven = vec![b"y".as_slice(); 10_000];
        let long = [b'x'; 1 << 16];
        uneven[0] = &long;
        assert_eq!(width(&uneven), None);
    }

    #[test]
    fn escaped_bytes_come_back() {
        let mut packed = Packed::with_capacity(1, 0);
        [0x61, 0xdcff, 0xd800, 0x1f600].into_iter().for_each(|character| packed.push_character(character));
        packed.end_string();
        let tensor = packed.into_tensor(&[1]).unwrap();
        let found: Vec<_> = tensor.as_byte_strings().unwrap().collect();
        assert_eq!(
            found,
            ["a".as_bytes()
                .iter()
                .chain(b"\xff")
                .chain("\u{fffd}😀".as_bytes())
                .copied()
                .collect::<Vec<_>>()]
        );
    }
}
