//! Reads tensors of any bytes; what is read is written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use neuropod_core::serialize;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(tensor) = serialize::tensor_from_bytes(bytes) {
        assert_eq!(serialize::tensor_to_bytes(&tensor).ok().as_deref(), Some(bytes));
    }
    if let Ok(tensors) = serialize::tensors_from_bytes(bytes) {
        let pairs = tensors.iter().map(|(name, tensor)| (name, tensor));
        assert_eq!(serialize::tensors_to_bytes(pairs).ok().as_deref(), Some(bytes));
    }
});
