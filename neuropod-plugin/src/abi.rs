//! The C interface between a program and a plugin, version 1.
//!
//! `include/neuropod_plugin.h` is generated from this file. The words "the program" stand for whoever
//! loads a plugin.
//!
//! # Rules
//!
//! - A plugin is a shared library that exports [`neuropod_plugin`](ENTRY_SYMBOL) of the type
//!   [`NeuropodPluginEntry`].
//! - Tables grow at their end. Each starts with its `size` in bytes as its writer knows it; a field beyond
//!   that is not there. What has no `size` never changes while the version is the same.
//! - A function returns 0 if all went well. Otherwise it has called [`NeuropodErrors::report`] once before,
//!   and the program gets that error.
//! - Texts are UTF-8 without a terminating zero, and are valid during the call that hands them over,
//!   unless it is said otherwise. Paths are bytes as the system takes them.
//! - No panic and no C++ exception leaves a function of either side.
//! - Every function may be called from any thread, several at once.
//! - A table's pointers must not be null unless their comment allows it.
//! - A plugin can rely on what the program hands it. The program checks what a plugin hands it, as far as that
//!   can be checked.

use std::ffi::c_void;

/// The version of the interface. Programs load plugins of their own version alone.
pub const NEUROPOD_PLUGIN_ABI: u32 = 1;

/// The name of the one function that a plugin exports, with its terminating zero.
pub const ENTRY_SYMBOL: &[u8] = b"neuropod_plugin\0";

/// `bool`: one byte, 0 or 1.
pub const NEUROPOD_DTYPE_BOOL: u32 = 0;
/// `int8`.
pub const NEUROPOD_DTYPE_INT8: u32 = 1;
/// `int16`.
pub const NEUROPOD_DTYPE_INT16: u32 = 2;
/// `int32`.
pub const NEUROPOD_DTYPE_INT32: u32 = 3;
/// `int64`.
pub const NEUROPOD_DTYPE_INT64: u32 = 4;
/// `uint8`.
pub const NEUROPOD_DTYPE_UINT8: u32 = 5;
/// `uint16`.
pub const NEUROPOD_DTYPE_UINT16: u32 = 6;
/// `uint32`.
pub const NEUROPOD_DTYPE_UINT32: u32 = 7;
/// `uint64`.
pub const NEUROPOD_DTYPE_UINT64: u32 = 8;
/// `float16`, of IEEE 754.
pub const NEUROPOD_DTYPE_FLOAT16: u32 = 9;
/// `bfloat16`.
pub const NEUROPOD_DTYPE_BFLOAT16: u32 = 10;
/// `float32`.
pub const NEUROPOD_DTYPE_FLOAT32: u32 = 11;
/// `float64`.
pub const NEUROPOD_DTYPE_FLOAT64: u32 = 12;
/// `string`: bytes and offsets into them.
pub const NEUROPOD_DTYPE_STRING: u32 = 13;

/// The interface was called wrongly.
pub const NEUROPOD_ERROR_INVALID_ARGUMENT: u32 = 1;
/// An input does not fit the model's spec.
pub const NEUROPOD_ERROR_INVALID_INPUT: u32 = 2;
/// The model needs an input that was not given.
pub const NEUROPOD_ERROR_MISSING_INPUT: u32 = 3;
/// A name is not in the spec.
pub const NEUROPOD_ERROR_UNKNOWN_NAME: u32 = 4;
/// The model returned something that does not fit its spec.
pub const NEUROPOD_ERROR_INVALID_OUTPUT: u32 = 5;
/// A problem definition is wrong.
pub const NEUROPOD_ERROR_INVALID_SPEC: u32 = 6;
/// A package is malformed.
pub const NEUROPOD_ERROR_INVALID_PACKAGE: u32 = 7;
/// A package's content differs from its manifest.
pub const NEUROPOD_ERROR_INTEGRITY: u32 = 8;
/// A package breaks a rule that protects its reader.
pub const NEUROPOD_ERROR_UNSAFE_PACKAGE: u32 = 9;
/// A file or folder is not there.
pub const NEUROPOD_ERROR_NOT_FOUND: u32 = 10;
/// A file or folder is there already.
pub const NEUROPOD_ERROR_ALREADY_EXISTS: u32 = 11;
/// No backend provides what was asked for.
pub const NEUROPOD_ERROR_BACKEND_NOT_FOUND: u32 = 12;
/// A backend is registered already.
pub const NEUROPOD_ERROR_DUPLICATE_BACKEND: u32 = 13;
/// The framework could not load the model.
pub const NEUROPOD_ERROR_LOAD: u32 = 14;
/// The model raised an error while it ran.
pub const NEUROPOD_ERROR_MODEL: u32 = 15;
/// The device is not there or cannot be used.
pub const NEUROPOD_ERROR_DEVICE: u32 = 16;
/// The backend cannot do what was asked.
pub const NEUROPOD_ERROR_UNSUPPORTED: u32 = 17;
/// The options forbid what was asked.
pub const NEUROPOD_ERROR_FORBIDDEN: u32 = 18;
/// A model gave other outputs for its test data than expected.
pub const NEUROPOD_ERROR_SELF_TEST: u32 = 19;
/// Reading or writing failed.
pub const NEUROPOD_ERROR_IO: u32 = 20;
/// A defect in the program or the plugin; a kind that one side does not know is read as this.
pub const NEUROPOD_ERROR_INTERNAL: u32 = 21;

/// The processor.
pub const NEUROPOD_DEVICE_CPU: u32 = 0;
/// An NVIDIA GPU, by its index.
pub const NEUROPOD_DEVICE_CUDA: u32 = 1;

/// In an output: no memory but this output's own, so that it may be written while its owner is the only one.
pub const NEUROPOD_TENSOR_WRITABLE: u32 = 1;

/// A size that is not fixed.
pub const NEUROPOD_DIM_ANY: u32 = 0;
/// A fixed size.
pub const NEUROPOD_DIM_FIXED: u32 = 1;
/// A symbol, which stands for one size in a call.
pub const NEUROPOD_DIM_SYMBOL: u32 = 2;

/// Several threads run one model at the same time. If not, models guard themselves.
pub const NEUROPOD_CAPABILITY_CONCURRENT_INFER: u64 = 1;
/// Packages can carry operators as shared libraries.
pub const NEUROPOD_CAPABILITY_CUSTOM_OPS: u64 = 2;
/// Models can leave inputs out.
pub const NEUROPOD_CAPABILITY_OPTIONAL_INPUTS: u64 = 4;

/// A text or other bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodStr {
    /// The first byte; may be null if `len` is 0.
    pub data: *const u8,
    /// The number of bytes.
    pub len: usize,
}

/// What keeps a tensor's memory alive: two words that mean something to whoever made them, and what can be
/// done with them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodOwner {
    /// Anything.
    pub words: [*const c_void; 2],
    /// A table that is valid until the process ends. Null: there is no owner; the memory is valid during the
    /// call alone, and must be copied to be kept.
    pub functions: *const NeuropodOwnerFunctions,
}

/// What can be done with an owner.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodOwnerFunctions {
    /// The size of this table in bytes.
    pub size: usize,
    /// Makes `kept` a further owner of the same memory, which is then valid until `kept` is released. In an owner
    /// that is handed over it may be null; in one that is lent it is not.
    pub retain: Option<unsafe extern "C" fn(owner: *const NeuropodOwner, kept: *mut NeuropodOwner)>,
    /// Ends an owner. It is called once for each owner that `retain` made or that was handed over, and never for
    /// one that was lent.
    pub release: Option<unsafe extern "C" fn(owner: *const NeuropodOwner)>,
    /// Not 0 if there is certainly no other owner of the same memory, nor anything else that could make one. It is
    /// called while nobody else uses this owner, for memory that is `NEUROPOD_TENSOR_WRITABLE`. Null: it is not known,
    /// and the memory is not written; but an owner without `retain` is the only one.
    pub is_unshared: Option<unsafe extern "C" fn(owner: *const NeuropodOwner) -> i32>,
}

/// A dense tensor in row-major order.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodTensor {
    /// The element type, a `NEUROPOD_DTYPE_...`.
    pub dtype: u32,
    /// `NEUROPOD_TENSOR_...` bits, which say more about an output; unknown ones are ignored.
    pub flags: u32,
    /// The number of axes.
    pub rank: usize,
    /// `rank` sizes, outermost first; valid during the call. May be null if `rank` is 0.
    pub dims: *const usize,
    /// The elements in the machine's byte order, aligned to their size; or the strings' bytes, one string
    /// behind the other. May be null if `len` is 0.
    pub data: *const c_void,
    /// The number of bytes at `data`.
    pub len: usize,
    /// For strings, one more than there are elements: string `i` is `data[offsets[i] .. offsets[i + 1]]`.
    /// Null for all else.
    pub offsets: *const u64,
    /// What keeps `data` and `offsets` alive. With an input it is lent, with an output handed over.
    pub owner: NeuropodOwner,
}

/// A tensor with its name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodInput {
    /// The name.
    pub name: NeuropodStr,
    /// The tensor. Its owner is lent: `retain` it to keep the memory.
    pub tensor: NeuropodTensor,
}

/// Where a function's error goes.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodErrors {
    /// The caller's own.
    pub context: *mut c_void,
    /// Sets the error: a `NEUROPOD_ERROR_...`, a message that says what was wrong, what was expected and what
    /// to do, and what caused it (or an empty text).
    pub report: Option<
        unsafe extern "C" fn(
            errors: *mut NeuropodErrors,
            kind: u32,
            message: NeuropodStr,
            cause: NeuropodStr,
        ),
    >,
    /// Adds to the reported error where it happened: `tensor` and its name, for instance.
    pub add_context:
        Option<unsafe extern "C" fn(errors: *mut NeuropodErrors, key: NeuropodStr, value: NeuropodStr)>,
}

/// Takes texts one by one.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodTexts {
    /// The caller's own.
    pub context: *mut c_void,
    /// Takes one.
    pub push: Option<unsafe extern "C" fn(texts: *mut NeuropodTexts, text: NeuropodStr)>,
}

/// Takes a model's outputs one by one.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodOutputs {
    /// The caller's own.
    pub context: *mut c_void,
    /// Takes one output. The tensor's owner is handed over, whatever is returned: the program releases it
    /// when nobody uses the memory any more, on any thread. If there is no owner, the elements are copied. Not
    /// 0: the tensor is malformed, and the call will fail; go on or return.
    pub push: Option<
        unsafe extern "C" fn(
            outputs: *mut NeuropodOutputs,
            name: NeuropodStr,
            tensor: *const NeuropodTensor,
        ) -> i32,
    >,
}

/// One axis of a spec.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodDim {
    /// A `NEUROPOD_DIM_...`.
    pub kind: u32,
    /// The size, if it is fixed.
    pub size: usize,
    /// The symbol, if it is one.
    pub symbol: NeuropodStr,
}

/// What a model's input or output must be.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodSpec {
    /// The name.
    pub name: NeuropodStr,
    /// The element type, a `NEUROPOD_DTYPE_...`.
    pub dtype: u32,
    /// The number of axes.
    pub rank: usize,
    /// `rank` axes, outermost first. May be null if `rank` is 0.
    pub dims: *const NeuropodDim,
}

/// Where an input is put when the model runs on a GPU.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodInputDevice {
    /// The input's name.
    pub name: NeuropodStr,
    /// A `NEUROPOD_DEVICE_...`: the processor, or the GPU that the model runs on.
    pub device: u32,
}

/// A file that is read from start to end, by one thread at a time.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodReader {
    /// The program's own.
    pub reader: *mut c_void,
    /// Reads up to `len` bytes into `buffer` and sets `read` to how many: 0 at the end alone.
    pub read: Option<
        unsafe extern "C" fn(
            reader: *mut c_void,
            buffer: *mut u8,
            len: usize,
            read: *mut usize,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Closes the file; called once.
    pub close: Option<unsafe extern "C" fn(reader: *mut c_void)>,
}

/// A file that is read anywhere, by several threads at once.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodFile {
    /// The program's own.
    pub file: *mut c_void,
    /// The size in bytes.
    pub size: u64,
    /// Reads up to `len` bytes from `offset` into `buffer` and sets `read` to how many: 0 at the end alone.
    pub read_at: Option<
        unsafe extern "C" fn(
            file: *mut c_void,
            offset: u64,
            buffer: *mut u8,
            len: usize,
            read: *mut usize,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Closes the file; called once.
    pub close: Option<unsafe extern "C" fn(file: *mut c_void)>,
}

/// The files of a package, by their path from its root with `/` between the parts: `0/data/model.pt`.
/// A path that leaves the package is an error.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodFiles {
    /// The size of this table in bytes.
    pub size: usize,
    /// The program's own: the first argument of the functions.
    pub files: *mut c_void,
    /// Gives the paths of all files, sorted.
    pub paths: Option<
        unsafe extern "C" fn(
            files: *mut c_void,
            texts: *mut NeuropodTexts,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Opens a file to be read from start to end.
    pub open: Option<
        unsafe extern "C" fn(
            files: *mut c_void,
            path: NeuropodStr,
            reader: *mut NeuropodReader,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Opens a file to be read anywhere. A compressed one is unpacked to disk first.
    pub open_at: Option<
        unsafe extern "C" fn(
            files: *mut c_void,
            path: NeuropodStr,
            file: *mut NeuropodFile,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Gives one text: the place of a file or folder on disk, which is valid while the source is. Zipped
    /// files are unpacked into a private temporary folder.
    pub path: Option<
        unsafe extern "C" fn(
            files: *mut c_void,
            path: NeuropodStr,
            texts: *mut NeuropodTexts,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
}

/// What a model is loaded from. All that it points to is valid during the call of `load`, but `files` is
/// valid longer if `retain` is called: until `release` is.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodSource {
    /// The size of this table in bytes.
    pub size: usize,
    /// The model's name.
    pub name: NeuropodStr,
    /// The platform.
    pub platform: NeuropodStr,
    /// The inputs, with unique names.
    pub inputs: *const NeuropodSpec,
    /// The number of inputs.
    pub input_count: usize,
    /// The outputs, with unique names.
    pub outputs: *const NeuropodSpec,
    /// The number of outputs.
    pub output_count: usize,
    /// Base names of the shared libraries under `0/ops`.
    pub custom_ops: *const NeuropodStr,
    /// The number of shared libraries.
    pub custom_op_count: usize,
    /// Where inputs are put; those that are not named go to the GPU if the model runs there.
    pub input_devices: *const NeuropodInputDevice,
    /// The number of inputs that are named.
    pub input_device_count: usize,
    /// The package's files. The table may be copied.
    pub files: *const NeuropodFiles,
    /// Keeps the files, and the paths that they gave, beyond the call: for each call, `release` is called once.
    pub retain: Option<unsafe extern "C" fn(files: *mut c_void)>,
    /// Ends what `retain` began.
    pub release: Option<unsafe extern "C" fn(files: *mut c_void)>,
}

/// An option of one backend.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NeuropodOption {
    /// Its name.
    pub name: NeuropodStr,
    /// Its value.
    pub value: NeuropodStr,
}

/// How a model is loaded.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodOptions {
    /// The size of this table in bytes.
    pub size: usize,
    /// A `NEUROPOD_DEVICE_...`.
    pub device: u32,
    /// The index of the GPU.
    pub device_index: u32,
    /// Not 0: the processor does if the device cannot be used.
    pub device_fallback: u8,
    /// Not 0: packages may carry custom operators.
    pub allow_custom_ops: u8,
    /// The number of threads within one operator; -1: the framework chooses.
    pub intra_op_threads: i64,
    /// The number of threads for independent operators; -1: the framework chooses.
    pub inter_op_threads: i64,
    /// Options by name; unknown ones are ignored.
    pub options: *const NeuropodOption,
    /// The number of these options.
    pub option_count: usize,
}

/// A loaded model. The program sets `size` to the room that there is and the rest to zero; the plugin fills
/// it in.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodModel {
    /// The size of this table in bytes; the plugin sets it to what it filled in, at most what it was.
    pub size: usize,
    /// The plugin's own: the first argument of the functions.
    pub model: *mut c_void,
    /// Runs the model once.
    ///
    /// `requested` names outputs; if there is none, all are wanted. The outputs are pushed in the order
    /// of the request, or else of the spec, and no others are. Inputs were checked against the spec, unless
    /// the user switched that off. The memory of inputs is read only.
    pub infer: Option<
        unsafe extern "C" fn(
            model: *mut c_void,
            inputs: *const NeuropodInput,
            input_count: usize,
            requested: *const NeuropodStr,
            requested_count: usize,
            outputs: *mut NeuropodOutputs,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Gives zeroed, writable memory that the model takes without a copy: sets `data`, `len` and `owner`, which is
    /// handed over. It is never called for strings. Null: the model has no memory of its own.
    pub allocate: Option<
        unsafe extern "C" fn(
            model: *mut c_void,
            dtype: u32,
            dims: *const usize,
            rank: usize,
            tensor: *mut NeuropodTensor,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Frees the model; called once, when no other call runs, on any thread. Outputs stay valid.
    pub destroy: Option<unsafe extern "C" fn(model: *mut c_void)>,
}

/// What the program tells a plugin about itself.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodHost {
    /// The size of this table in bytes.
    pub size: usize,
    /// The program's [`NEUROPOD_PLUGIN_ABI`].
    pub abi: u32,
    /// The folder of a Python environment to look for the framework in if none is active; may be empty.
    pub environment: NeuropodStr,
}

/// A plugin: one backend. It is valid until the process ends; plugins are never closed.
#[repr(C)]
#[derive(Debug)]
pub struct NeuropodPlugin {
    /// The size of this table in bytes.
    pub size: usize,
    /// The plugin's [`NEUROPOD_PLUGIN_ABI`].
    pub abi: u32,
    /// The backend's name: `torch`.
    pub name: NeuropodStr,
    /// The platform of the packages that it loads: `torchscript`.
    pub platform: NeuropodStr,
    /// The framework's version, three numbers: `2.13.0`.
    pub version: NeuropodStr,
    /// The element types that models take and return: bit `1 << NEUROPOD_DTYPE_...` for each.
    pub dtypes: u64,
    /// The devices that there is code for: bit `1 << NEUROPOD_DEVICE_...` for each.
    pub devices: u64,
    /// The `NEUROPOD_CAPABILITY_...` bits.
    pub capabilities: u64,
    /// The plugin's own: the first argument of `load`.
    pub backend: *mut c_void,
    /// Loads a model. On an error `model` is left alone.
    pub load: Option<
        unsafe extern "C" fn(
            backend: *mut c_void,
            source: *const NeuropodSource,
            options: *const NeuropodOptions,
            model: *mut NeuropodModel,
            errors: *mut NeuropodErrors,
        ) -> i32,
    >,
    /// Says whether the framework is there and can be used; it may be started for that. Null: there is nothing
    /// to check.
    pub check: Option<unsafe extern "C" fn(backend: *mut c_void, errors: *mut NeuropodErrors) -> i32>,
}

/// The one function that a plugin exports, under the name `neuropod_plugin`. It returns null on an error,
/// and always the same plugin otherwise.
pub type NeuropodPluginEntry =
    unsafe extern "C" fn(host: *const NeuropodHost, errors: *mut NeuropodErrors) -> *const NeuropodPlugin;
