//! The declarations of `cpp/shim.h`, in its order. What each part means is written there.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_void};

pub(crate) const OK: i32 = 0;
pub(crate) const INVALID_INPUT: i32 = 1;
pub(crate) const MISSING_INPUT: i32 = 2;
pub(crate) const MODEL: i32 = 3;
pub(crate) const INVALID_OUTPUT: i32 = 4;
pub(crate) const LOAD: i32 = 5;
pub(crate) const SPEC: i32 = 6;
pub(crate) const DEVICE: i32 = 7;

#[repr(C)]
#[must_use]
pub(crate) struct Status {
    pub(crate) code: i32,
    pub(crate) message: *mut c_char,
    pub(crate) length: usize,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Str {
    pub(crate) data: *const u8,
    pub(crate) length: usize,
}

#[repr(C)]
pub(crate) struct SlotSpec {
    pub(crate) name: Str,
    pub(crate) dtype: i8,
    pub(crate) rank: i32,
    pub(crate) device: i32,
}

#[repr(C)]
pub(crate) struct Reader {
    pub(crate) context: *mut c_void,
    pub(crate) size: u64,
    pub(crate) read_at: unsafe extern "C" fn(*mut c_void, u64, *mut u8, usize) -> i32,
}

#[repr(C)]
pub(crate) struct Input {
    pub(crate) slot: u32,
    pub(crate) dtype: i8,
    pub(crate) rank: u32,
    pub(crate) dims: *const i64,
    pub(crate) data: *const u8,
    pub(crate) bytes: usize,
    pub(crate) offsets: *const u64,
    pub(crate) count: usize,
    pub(crate) owner: *const c_void,
}

#[repr(C)]
pub(crate) struct Memory {
    pub(crate) retain: unsafe extern "C" fn(*const c_void) -> *mut c_void,
    pub(crate) release: unsafe extern "C" fn(*mut c_void),
}

#[repr(C)]
pub(crate) struct Output {
    pub(crate) slot: u32,
    pub(crate) dtype: i8,
    pub(crate) writable: u8,
    pub(crate) rank: u32,
    pub(crate) dims: *const i64,
    pub(crate) data: *const u8,
    pub(crate) bytes: usize,
    pub(crate) handle: *mut c_void,
    pub(crate) offsets: *const u64,
    pub(crate) count: usize,
}

pub(crate) type Sink = unsafe extern "C" fn(*mut c_void, *const Output);

#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Traits {
    pub(crate) stateful: u8,
    pub(crate) asynchronous: u8,
    pub(crate) writes_inputs: u8,
}

/// An opaque loaded model.
#[repr(C)]
pub(crate) struct Model {
    _opaque: [u8; 0],
}

/// An opaque module of the benchmarks' yardstick.
#[repr(C)]
pub(crate) struct Bare {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    pub(crate) fn npt_free_message(message: *mut c_char);

    pub(crate) fn npt_load(reader: *const Reader, device: i32, out: *mut *mut Model) -> Status;
    pub(crate) fn npt_bind(
        model: *mut Model,
        inputs: *const SlotSpec,
        input_count: usize,
        outputs: *const SlotSpec,
        output_count: usize,
    ) -> Status;
    pub(crate) fn npt_free_model(model: *mut Model);
    pub(crate) fn npt_model_traits(model: *const Model) -> Traits;
    pub(crate) fn npt_model_schema(model: *const Model, text: *mut *mut c_char, length: *mut usize)
    -> Status;

    pub(crate) fn npt_infer(
        model: *const Model,
        memory: *const Memory,
        inputs: *const Input,
        input_count: usize,
        wanted: *const u8,
        sink: Sink,
        sink_context: *mut c_void,
    ) -> Status;
    pub(crate) fn npt_release_tensor(handle: *mut c_void);

    pub(crate) fn npt_version() -> *const c_char;
    pub(crate) fn npt_open_library(path: *const c_char) -> Status;
    pub(crate) fn npt_promote_libtorch() -> Status;
    pub(crate) fn npt_cuda_devices(count: *mut i32) -> Status;
    pub(crate) fn npt_set_interop_threads(threads: i32) -> Status;
    pub(crate) fn npt_prepare_for_forks() -> i32;
    pub(crate) fn npt_renew_threads();
    pub(crate) fn npt_use_pool() -> i32;

    pub(crate) fn npt_bare_load(path: *const c_char, out: *mut *mut Bare) -> Status;
    pub(crate) fn npt_bare_free(bare: *mut Bare);
    pub(crate) fn npt_bare_use_fresh_memory();
    pub(crate) fn npt_bare_run(
        bare: *mut Bare,
        inputs: *const Input,
        input_count: usize,
        whole: u8,
        seen: *mut u64,
    ) -> Status;
}
