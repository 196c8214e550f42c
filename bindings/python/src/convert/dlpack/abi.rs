//! The structures of `dlpack.h`, versions 0 and 1.

use std::ffi::{CStr, c_void};

use neuropod_core::DType;

/// Memory of the CPU.
pub(super) const CPU: i32 = 1;
/// The version that this file follows.
pub(super) const VERSION: (u32, u32) = (1, 0);
/// The memory must not be written.
pub(super) const READ_ONLY: u64 = 1;

/// The names of capsules: one for each layout, and those of capsules whose content was taken over.
pub(super) const LEGACY: &CStr = c"dltensor";
pub(super) const USED_LEGACY: &CStr = c"used_dltensor";
pub(super) const VERSIONED: &CStr = c"dltensor_versioned";

/// `DLDevice`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Device {
    pub(super) device_type: i32,
    pub(super) device_id: i32,
}

/// `DLDataType`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DataType {
    pub(super) code: u8,
    pub(super) bits: u8,
    pub(super) lanes: u16,
}

/// `DLTensor`.
#[repr(C)]
#[derive(Debug)]
pub(super) struct DLTensor {
    pub(super) data: *mut c_void,
    pub(super) device: Device,
    pub(super) ndim: i32,
    pub(super) dtype: DataType,
    pub(super) shape: *mut i64,
    pub(super) strides: *mut i64,
    pub(super) byte_offset: u64,
}

/// `DLManagedTensor`.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Managed {
    pub(super) tensor: DLTensor,
    pub(super) context: *mut c_void,
    pub(super) deleter: Option<unsafe extern "C" fn(*mut Managed)>,
}

/// `DLManagedTensorVersioned`.
#[repr(C)]
#[derive(Debug)]
pub(super) struct ManagedVersioned {
    pub(super) version: [u32; 2],
    pub(super) context: *mut c_void,
    pub(super) deleter: Option<unsafe extern "C" fn(*mut ManagedVersioned)>,
    pub(super) flags: u64,
    pub(super) tensor: DLTensor,
}

/// Codes of `DLDataTypeCode`.
const INT: u8 = 0;
const UINT: u8 = 1;
const FLOAT: u8 = 2;
const BFLOAT: u8 = 4;
const BOOL: u8 = 6;

impl DataType {
    /// `None` for strings.
    pub(super) fn of(dtype: DType) -> Option<Self> {
        let code = match dtype {
            DType::Bool => BOOL,
            DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64 => INT,
            DType::UInt8 | DType::UInt16 | DType::UInt32 | DType::UInt64 => UINT,
            DType::Float16 | DType::Float32 | DType::Float64 => FLOAT,
            DType::BFloat16 => BFLOAT,
            _ => return None,
        };
        let bits = u8::try_from(dtype.size()? * 8).ok()?;
        Some(DataType { code, bits, lanes: 1 })
    }

    /// `None` if it is none of ours.
    pub(super) fn dtype(self) -> Option<DType> {
        DType::ALL.into_iter().find(|dtype| DataType::of(*dtype) == Some(self))
    }
}
