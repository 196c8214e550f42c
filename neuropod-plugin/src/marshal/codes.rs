//! The numbers that stand for element types, kinds of errors, devices and capabilities.

use neuropod_core::{Capabilities, DType, Device, DeviceType, ErrorKind};

use crate::abi::*;

const DTYPES: [(DType, u32); 14] = [
    (DType::Bool, NEUROPOD_DTYPE_BOOL),
    (DType::Int8, NEUROPOD_DTYPE_INT8),
    (DType::Int16, NEUROPOD_DTYPE_INT16),
    (DType::Int32, NEUROPOD_DTYPE_INT32),
    (DType::Int64, NEUROPOD_DTYPE_INT64),
    (DType::UInt8, NEUROPOD_DTYPE_UINT8),
    (DType::UInt16, NEUROPOD_DTYPE_UINT16),
    (DType::UInt32, NEUROPOD_DTYPE_UINT32),
    (DType::UInt64, NEUROPOD_DTYPE_UINT64),
    (DType::Float16, NEUROPOD_DTYPE_FLOAT16),
    (DType::BFloat16, NEUROPOD_DTYPE_BFLOAT16),
    (DType::Float32, NEUROPOD_DTYPE_FLOAT32),
    (DType::Float64, NEUROPOD_DTYPE_FLOAT64),
    (DType::String, NEUROPOD_DTYPE_STRING),
];

const KINDS: [(ErrorKind, u32); 21] = [
    (ErrorKind::InvalidArgument, NEUROPOD_ERROR_INVALID_ARGUMENT),
    (ErrorKind::InvalidInput, NEUROPOD_ERROR_INVALID_INPUT),
    (ErrorKind::MissingInput, NEUROPOD_ERROR_MISSING_INPUT),
    (ErrorKind::UnknownName, NEUROPOD_ERROR_UNKNOWN_NAME),
    (ErrorKind::InvalidOutput, NEUROPOD_ERROR_INVALID_OUTPUT),
    (ErrorKind::InvalidSpec, NEUROPOD_ERROR_INVALID_SPEC),
    (ErrorKind::InvalidPackage, NEUROPOD_ERROR_INVALID_PACKAGE),
    (ErrorKind::Integrity, NEUROPOD_ERROR_INTEGRITY),
    (ErrorKind::UnsafePackage, NEUROPOD_ERROR_UNSAFE_PACKAGE),
    (ErrorKind::NotFound, NEUROPOD_ERROR_NOT_FOUND),
    (ErrorKind::AlreadyExists, NEUROPOD_ERROR_ALREADY_EXISTS),
    (ErrorKind::BackendNotFound, NEUROPOD_ERROR_BACKEND_NOT_FOUND),
    (ErrorKind::DuplicateBackend, NEUROPOD_ERROR_DUPLICATE_BACKEND),
    (ErrorKind::Load, NEUROPOD_ERROR_LOAD),
    (ErrorKind::Model, NEUROPOD_ERROR_MODEL),
    (ErrorKind::Device, NEUROPOD_ERROR_DEVICE),
    (ErrorKind::Unsupported, NEUROPOD_ERROR_UNSUPPORTED),
    (ErrorKind::Forbidden, NEUROPOD_ERROR_FORBIDDEN),
    (ErrorKind::SelfTest, NEUROPOD_ERROR_SELF_TEST),
    (ErrorKind::Io, NEUROPOD_ERROR_IO),
    (ErrorKind::Internal, NEUROPOD_ERROR_INTERNAL),
];

/// An element type's number.
pub(crate) fn dtype_code(dtype: DType) -> u32 {
    // The order of the core's types is that of the numbers, which a test holds.
    dtype as u32
}

/// The element type of a number.
pub(crate) fn dtype(code: u32) -> Option<DType> {
    DTYPES.get(code as usize).map(|(dtype, _)| *dtype)
}

/// A kind's number.
pub(crate) fn kind_code(kind: ErrorKind) -> u32 {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(NEUROPOD_ERROR_INTERNAL, |(_, code)| *code)
}

/// The kind of a number.
pub(crate) fn kind(code: u32) -> ErrorKind {
    KINDS.iter().find(|(_, known)| *known == code).map_or(ErrorKind::Internal, |(kind, _)| *kind)
}

/// A device's number and index.
pub(crate) fn device_code(device: Device) -> (u32, u32) {
    match device {
        Device::Cuda(index) => (NEUROPOD_DEVICE_CUDA, index),
        _ => (NEUROPOD_DEVICE_CPU, 0),
    }
}

/// The device of a number and index.
pub(crate) fn device(code: u32, index: u32) -> Option<Device> {
    match code {
        NEUROPOD_DEVICE_CPU => Some(Device::Cpu),
        NEUROPOD_DEVICE_CUDA => Some(Device::Cuda(index)),
        _ => None,
    }
}

/// A kind of device's number.
pub(crate) fn device_type_code(device: DeviceType) -> u32 {
    match device {
        DeviceType::Gpu => NEUROPOD_DEVICE_CUDA,
        _ => NEUROPOD_DEVICE_CPU,
    }
}

/// The kind of device of a number.
pub(crate) fn device_type(code: u32) -> Option<DeviceType> {
    device(code, 0).map(|device| if device.is_gpu() { DeviceType::Gpu } else { DeviceType::Cpu })
}

/// What a backend can do, as three sets of bits: element types, devices, the rest.
pub(crate) fn capability_bits(capabilities: &Capabilities) -> (u64, u64, u64) {
    let dtypes = capabilities.dtypes.iter().fold(0, |bits, dtype| bits | 1 << dtype_code(*dtype));
    let devices = capabilities.devices.iter().fold(0, |bits, device| bits | 1 << device_type_code(*device));
    let flags = [
        (capabilities.concurrent_infer, NEUROPOD_CAPABILITY_CONCURRENT_INFER),
        (capabilities.custom_ops, NEUROPOD_CAPABILITY_CUSTOM_OPS),
        (capabilities.optional_inputs, NEUROPOD_CAPABILITY_OPTIONAL_INPUTS),
    ];
    let flags = flags.iter().filter(|(set, _)| *set).fold(0, |bits, (_, bit)| bits | bit);
    (dtypes, devices, flags)
}

/// What a backend with these bits can do; bits that are not known are those of a later interface.
pub(crate) fn capabilities(dtypes: u64, devices: u64, flags: u64) -> Capabilities {
    let is_set = |bits: u64, code: u32| bits & 1 << code != 0;
    let dtypes: Vec<_> = DType::ALL.into_iter().filter(|dtype| is_set(dtypes, dtype_code(*dtype))).collect();
    let known = [DeviceType::Cpu, DeviceType::Gpu];
    let devices: Vec<_> =
        known.into_iter().filter(|device| is_set(devices, device_type_code(*device))).collect();
    Capabilities::new(dtypes)
        .devices(devices)
        .concurrent_infer(flags & NEUROPOD_CAPABILITY_CONCURRENT_INFER != 0)
        .custom_ops(flags & NEUROPOD_CAPABILITY_CUSTOM_OPS != 0)
        .optional_inputs(flags & NEUROPOD_CAPABILITY_OPTIONAL_INPUTS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_type_has_its_number() {
        assert_eq!(DTYPES.map(|(dtype, _)| dtype), DType::ALL);
        for (index, (known, code)) in DTYPES.into_iter().enumerate() {
            assert_eq!(code as usize, index);
            assert_eq!((dtype_code(known), dtype(code)), (code, Some(known)));
        }
        assert_eq!(dtype(14), None);
    }

    #[test]
    fn each_kind_of_error_comes_back() {
        for (known, code) in KINDS {
            assert_eq!((kind_code(known), kind(code)), (code, known));
        }
        assert_eq!(kind(0), ErrorKind::Internal);
        assert_eq!(kind(1000), ErrorKind::Internal);
    }

    #[test]
    fn capabilities_come_back() {
        let original = Capabilities::new([DType::Float32, DType::String])
            .devices([DeviceType::Cpu, DeviceType::Gpu])
            .custom_ops(true);
        let (dtypes, devices, flags) = capability_bits(&original);
        assert_eq!(capabilities(dtypes, devices, flags), original);
        assert_eq!(capabilities(dtypes | 1 << 40, devices | 1 << 9, flags | 1 << 63), original);
    }
}
