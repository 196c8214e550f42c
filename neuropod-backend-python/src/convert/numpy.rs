//! NumPy's arrays: its C API, which it hands out as a table at run time, and the fields of an array.
//!
//! The numbers and layouts are those of `numpy/ndarraytypes.h` and `numpy/__multiarray_api.h`; they are
//! the same in NumPy 1 and 2.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{self, NonNull};

use neuropod_core::DType;
use smallvec::SmallVec;

use super::gil::Gil;
use super::object::Object;
use super::raise::Raised;
use crate::c_api::PyObject;

/// Places in the table.
const ARRAY_TYPE: usize = 2;
const DESCR_FROM_TYPE: usize = 45;
const NEW_FROM_DESCR: usize = 94;
const SET_BASE_OBJECT: usize = 282;

/// `NPY_ARRAY_*`.
const C_CONTIGUOUS: c_int = 0x1;
const OWNDATA: c_int = 0x4;
const ALIGNED: c_int = 0x100;
const WRITEABLE: c_int = 0x400;
const NOT_SWAPPED: u8 = b'=';
const NO_ORDER: u8 = b'|';
#[cfg(target_endian = "little")]
const NATIVE: u8 = b'<';
#[cfg(target_endian = "big")]
const NATIVE: u8 = b'>';

/// `NPY_TYPES`.
const OBJECT: c_int = 17;
pub(super) const UNICODE: c_int = 19;

/// `PyArrayObject`.
#[repr(C)]
struct PyArray {
    head: PyObject,
    data: *mut u8,
    nd: c_int,
    dimensions: *mut isize,
    strides: *mut isize,
    base: *mut PyObject,
    descr: *mut PyDescr,
    flags: c_int,
    weakreflist: *mut PyObject,
}

/// The start of `PyArray_Descr`, as far as the versions agree.
#[repr(C)]
struct PyDescr {
    head: PyObject,
    typeobj: *mut PyObject,
    kind: c_char,
    type_char: c_char,
    byteorder: u8,
    flags: c_char,
    type_num: c_int,
}

type NewFromDescr = unsafe extern "C" fn(
    *mut PyObject,
    *mut PyObject,
    c_int,
    *const isize,
    *const isize,
    *mut c_void,
    c_int,
    *mut PyObject,
) -> *mut PyObject;

/// NumPy's functions and types.
#[derive(Debug)]
pub(crate) struct Numpy {
    array_type: NonNull<PyObject>,
    new_from_descr: NewFromDescr,
    descr_from_type: unsafe extern "C" fn(c_int) -> *mut PyObject,
    set_base_object: unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int,
}

// SAFETY: the functions are called with the interpreter's lock alone, and the type, which is never
// freed, is only handed to them or compared.
unsafe impl Send for Numpy {}
// SAFETY: as above.
unsafe impl Sync for Numpy {}

impl Numpy {
    /// The table in `capsule`, NumPy's `_ARRAY_API`.
    pub(crate) fn new(gil: &Gil, capsule: &Object) -> Result<Self, Raised> {
        // SAFETY: the lock is held, and the object is live; of something else than a capsule without a
        // name null is returned, with an exception set.
        let table = unsafe { (gil.api().PyCapsule_GetPointer)(capsule.as_ptr(), ptr::null()) };
        let Some(table) = NonNull::new(table.cast::<*mut c_void>()) else {
            return Err(super::raise::take(gil));
        };
        // SAFETY: NumPy's table has these functions and this type at these places, in every version
        // since 1.7, and lives as long as the process.
        unsafe {
            let at = |place: usize| *table.as_ptr().add(place);
            Ok(Numpy {
                array_type: NonNull::new_unchecked(at(ARRAY_TYPE).cast()),
                new_from_descr: std::mem::transmute::<*mut c_void, NewFromDescr>(at(NEW_FROM_DESCR)),
                descr_from_type: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(c_int) -> *mut PyObject,
                >(at(DESCR_FROM_TYPE)),
                set_base_object: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int,
                >(at(SET_BASE_OBJECT)),
            })
        }
    }

    /// An array over memory that `base` keeps alive; it cannot be written through the array.
    ///
    /// # Safety
    ///
    /// While `base` lives, so many elements must be readable at `data` and change for nobody.
    pub(super) unsafe fn wrap(
        &self,
        gil: &Gil,
        dtype: DType,
        dims: &[usize],
        data: *const u8,
        base: Object,
    ) -> Result<Object, Raised> {
        let flags = C_CONTIGUOUS | ALIGNED;
        // SAFETY: the lock is held; the caller promises the memory.
        unsafe {
            let descr = (self.descr_from_type)(number(dtype));
            let array = self.new_array(gil, descr, dims, data.cast_mut(), flags)?;
            match (self.set_base_object)(array.as_ptr(), base.into_raw()) {
                0 => Ok(array),
                _ => Err(super::raise::take(gil)),
            }
        }
    }

    /// An array with memory of its own, which is not initialised, and where that is.
    pub(super) fn allocate(
        &self,
        gil: &Gil,
        dtype: DType,
        dims: &[usize],
    ) -> Result<(Object, *mut u8), Raised> {
        // SAFETY: the lock is held, and null stands for memory of the array's own.
        unsafe {
            let descr = (self.descr_from_type)(number(dtype));
            let array = self.new_array(gil, descr, dims, ptr::null_mut(), 0)?;
            let data = Self::fields(&array).data;
            Ok((array, data))
        }
    }

    /// An array of objects, all null, and where their places are.
    pub(super) fn allocate_objects(
        &self,
        gil: &Gil,
        dims: &[usize],
    ) -> Result<(Object, *mut *mut PyObject), Raised> {
        // SAFETY: as for `allocate`; NumPy sets the places of an array of objects to null.
        unsafe {
            let array = self.new_array(gil, (self.descr_from_type)(OBJECT), dims, ptr::null_mut(), 0)?;
            let data = Self::fields(&array).data;
            Ok((array, data.cast()))
        }
    }

    /// An array of `descr`'s type with memory of its own, and where that is.
    ///
    /// # Safety
    ///
    /// `descr` is a NumPy dtype, and what is written to the memory must suit it.
    pub(super) unsafe fn allocate_as(
        &self,
        gil: &Gil,
        descr: Object,
        dims: &[usize],
    ) -> Result<(Object, *mut u8), Raised> {
        // SAFETY: as for `allocate`; the caller promises the type.
        unsafe {
            let array = self.new_array(gil, descr.into_raw(), dims, ptr::null_mut(), 0)?;
            let data = Self::fields(&array).data;
            Ok((array, data))
        }
    }

    /// # Safety
    ///
    /// `descr` is a strong reference to a dtype, which is taken over; `data` is as `wrap` or `allocate`
    /// say.
    unsafe fn new_array(
        &self,
        gil: &Gil,
        descr: *mut PyObject,
        dims: &[usize],
        data: *mut u8,
        flags: c_int,
    ) -> Result<Object, Raised> {
        // A shape's sizes fit: its element count does, and others are refused before.
        let dims: SmallVec<[isize; 8]> = dims.iter().map(|size| *size as isize).collect();
        // SAFETY: the lock is held, there are as many sizes as axes, and the rest is the caller's promise.
        unsafe {
            let array = (self.new_from_descr)(
                self.array_type.as_ptr(),
                descr,
                dims.len() as c_int,
                dims.as_ptr(),
                ptr::null(),
                data.cast(),
                flags,
                ptr::null_mut(),
            );
            Object::from_new(gil, array)
        }
    }

    /// The object as an array, unless it is of another class or of one derived from it.
    pub(super) fn as_array<'a>(&self, object: &'a Object) -> Option<Array<'a>> {
        object.is_exactly(self.array_type).then_some(Array { object })
    }

    fn fields(array: &Object) -> &PyArray {
        // SAFETY: only called with arrays, whose fields these are; they are read with the lock held.
        unsafe { &*array.as_ptr().cast::<PyArray>() }
    }
}

/// An array, looked at while the lock is held.
#[derive(Clone, Copy)]
pub(super) struct Array<'a> {
    object: &'a Object,
}

impl<'a> Array<'a> {
    fn fields(self) -> &'a PyArray {
        Numpy::fields(self.object)
    }

    pub(super) fn object(self) -> &'a Object {
        self.object
    }

    pub(super) fn data(self) -> *const u8 {
        self.fields().data
    }

    pub(super) fn dims(self) -> SmallVec<[usize; 8]> {
        let fields = self.fields();
        if fields.nd == 0 {
            return SmallVec::new(); // `dimensions` may be null
        }
        // SAFETY: an array has that many sizes there, none of them negative.
        let dims = unsafe { std::slice::from_raw_parts(fields.dimensions, fields.nd as usize) };
        dims.iter().map(|size| *size as usize).collect()
    }

    /// Whether its elements lie one after the other in row-major order, aligned and in the machine's
    /// byte order.
    pub(super) fn is_plain(self) -> bool {
        let fields = self.fields();
        // SAFETY: an array has a dtype.
        let order = unsafe { &*fields.descr }.byteorder;
        fields.flags & (C_CONTIGUOUS | ALIGNED) == C_CONTIGUOUS | ALIGNED
            && matches!(order, NOT_SWAPPED | NO_ORDER | NATIVE)
    }

    /// The element type, if it is one that NumPy itself has.
    pub(super) fn dtype(self) -> Option<DType> {
        from_number(self.type_number())
    }

    pub(super) fn type_number(self) -> c_int {
        // SAFETY: an array has a dtype.
        unsafe { &*self.fields().descr }.type_num
    }

    /// What its memory belongs to, if that is not the array itself.
    pub(super) fn base(self, gil: &Gil) -> Option<Object> {
        // SAFETY: the array, which is alive, keeps its base.
        NonNull::new(self.fields().base).map(|base| unsafe { Object::from_borrowed(gil, base) })
    }

    /// Whether nothing but one reference leads to it, and nothing but it to its base.
    pub(super) fn is_unshared(self) -> bool {
        let fields = self.fields();
        // SAFETY: the array, which is alive, keeps its base.
        let base = unsafe { fields.base.as_ref() };
        fields.head.references() == 1
            && fields.weakreflist.is_null()
            && base.is_none_or(|base| base.references() == 1)
    }

    pub(super) fn has_dims(self, dims: &[usize]) -> bool {
        let fields = self.fields();
        // SAFETY: an array has that many sizes there, if any.
        let size = |axis| unsafe { *fields.dimensions.add(axis) };
        fields.nd as usize == dims.len() && (0..dims.len()).all(|axis| size(axis) == dims[axis] as isize)
    }

    /// Makes it an array over other memory.
    ///
    /// # Safety
    ///
    /// Nothing else refers to the array, and at `data` are as many elements of its type, which its base
    /// keeps alive.
    pub(super) unsafe fn set_data(self, data: *const u8) {
        // SAFETY: the object is an array, which the caller alone knows.
        unsafe { (*self.object.as_ptr().cast::<PyArray>()).data = data.cast_mut() };
    }

    pub(super) fn owns_its_memory(self) -> bool {
        self.fields().flags & OWNDATA != 0
    }

    pub(super) fn is_writable(self) -> bool {
        self.fields().flags & WRITEABLE != 0
    }

    /// Whether a weak reference can lead to it.
    pub(super) fn is_weakly_referenced(self) -> bool {
        !self.fields().weakreflist.is_null()
    }
}

/// NumPy's number of a type; bfloat16, which it lacks, is handed over as its bits.
fn number(dtype: DType) -> c_int {
    match dtype {
        DType::Bool => 0,
        DType::Int8 => 1,
        DType::UInt8 => 2,
        DType::Int16 => 3,
        DType::UInt16 | DType::BFloat16 => 4,
        DType::Int32 => 5,
        DType::UInt32 => 6,
        DType::Int64 => 7,
        DType::UInt64 => 8,
        DType::Float32 => 11,
        DType::Float64 => 12,
        DType::Float16 => 23,
        _ => OBJECT,
    }
}

/// C's `long` and `long long` are both of 64 bits on the systems that this crate supports.
fn from_number(number: c_int) -> Option<DType> {
    Some(match number {
        0 => DType::Bool,
        1 => DType::Int8,
        2 => DType::UInt8,
        3 => DType::Int16,
        4 => DType::UInt16,
        5 => DType::Int32,
        6 => DType::UInt32,
        7 | 9 => DType::Int64,
        8 | 10 => DType::UInt64,
        11 => DType::Float32,
        12 => DType::Float64,
        23 => DType::Float16,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_numpys_comes_back_from_its_number() {
        for dtype in DType::ALL {
            let expected = match dtype {
                DType::String => None,
                DType::BFloat16 => Some(DType::UInt16),
                other => Some(other),
            };
            assert_eq!(from_number(number(dtype)), expected, "{dtype}");
        }
    }
}
