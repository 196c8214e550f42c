//! TensorFlow's C API, as `tensorflow/c/c_api.h` and the headers that it includes declare it, found
//! in a library at run time.
#![allow(unsafe_code)]
#![allow(non_camel_case_types, reason = "the types' own names")]

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::AtomicBool;

use libloading::os::unix::Library;

/// Types that are used behind pointers alone.
macro_rules! opaque {
    ($($name:ident),* $(,)?) => {
        $(
            #[repr(C)]
            #[derive(Debug)]
            pub(crate) struct $name {
                _opaque: [u8; 0],
            }
        )*
    };
}

opaque!(
    TF_Status,
    TF_Tensor,
    TF_Graph,
    TF_Operation,
    TF_Session,
    TF_SessionOptions,
    TF_ImportGraphDefOptions,
    TF_DeviceList,
    TF_Library,
);

/// `TF_OK`. Codes and data types are plain numbers here: a newer TensorFlow may return ones that
/// an enum of today lacks.
pub(crate) const TF_OK: c_int = 0;

/// `TF_Buffer`: bytes that `data_deallocator` frees, or that the caller keeps if it is `None`.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct TF_Buffer {
    pub(crate) data: *const c_void,
    pub(crate) length: usize,
    pub(crate) data_deallocator: Option<unsafe extern "C" fn(*mut c_void, usize)>,
}

/// `TF_Output`: one output of an operation.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TF_Output {
    pub(crate) oper: *mut TF_Operation,
    pub(crate) index: c_int,
}

/// `TF_TString`: a string of TensorFlow's, touched through its functions alone.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct TF_TString {
    _opaque: [u8; 24],
}

/// `TF_TString_Init`'s result, a short string of no bytes, is all zeros.
pub(crate) const EMPTY_STRING: TF_TString = TF_TString { _opaque: [0; 24] };

pub(crate) type Deallocator = unsafe extern "C" fn(data: *mut c_void, len: usize, arg: *mut c_void);

/// `tensorflow::LocalDevice::use_global_threadpool_`: whether the CPU devices of all sessions share one
/// pool of threads.
const USE_GLOBAL_THREADPOOL: &[u8] = b"_ZN10tensorflow11LocalDevice22use_global_threadpool_E\0";

/// Declares the table of functions and how it is filled.
macro_rules! functions {
    ($(fn $name:ident($($argument:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        /// Pointers to the functions of one loaded library, which is never closed.
        #[allow(non_snake_case, reason = "the functions' own names")]
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct CApi {
            $(pub(crate) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// Lets operators without a shape function be imported, as TensorFlow's Python does; older
            /// libraries lack it.
            pub(crate) TF_SetRequireShapeInferenceFns: Option<unsafe extern "C" fn(*mut TF_Graph, bool)>,
            /// A static variable of TensorFlow's, in builds that show it; see [`USE_GLOBAL_THREADPOOL`].
            pub(crate) use_global_threadpool: Option<&'static AtomicBool>,
        }

        impl CApi {
            /// Looks every function up.
            ///
            /// # Safety
            ///
            /// What `library` exports under these names must have these types, and it must never
            /// be closed.
            pub(crate) unsafe fn find(library: &Library) -> Result<Self, &'static str> {
                Ok(CApi {
                    $(
                        // SAFETY: the caller's promise.
                        $name: *unsafe { library.get(concat!(stringify!($name), "\0").as_bytes()) }
                            .map_err(|_| stringify!($name))?,
                    )*
                    // SAFETY: the caller's promise.
                    TF_SetRequireShapeInferenceFns: unsafe { library.get(b"TF_SetRequireShapeInferenceFns\0") }
                        .ok()
                        .map(|function| *function),
                    // SAFETY: the caller's promise; the mangled name is that of a `bool`, which an
                    // `AtomicBool` has the layout of, and which is valid as long as the library.
                    use_global_threadpool: unsafe { library.get::<&'static AtomicBool>(USE_GLOBAL_THREADPOOL) }
                        .ok()
                        .map(|variable| *variable),
                })
            }
        }
    };
}

functions! {
    fn TF_Version() -> *const c_char;

    fn TF_NewStatus() -> *mut TF_Status;
    fn TF_DeleteStatus(*mut TF_Status);
    fn TF_GetCode(*const TF_Status) -> c_int;
    fn TF_Message(*const TF_Status) -> *const c_char;

    fn TF_NewTensor(
        c_int, *const i64, c_int, *mut c_void, usize, Option<Deallocator>, *mut c_void,
    ) -> *mut TF_Tensor;
    fn TF_AllocateTensor(c_int, *const i64, c_int, usize) -> *mut TF_Tensor;
    fn TF_TensorMaybeMove(*mut TF_Tensor) -> *mut TF_Tensor;
    fn TF_DeleteTensor(*mut TF_Tensor);
    fn TF_TensorType(*const TF_Tensor) -> c_int;
    fn TF_NumDims(*const TF_Tensor) -> c_int;
    fn TF_Dim(*const TF_Tensor, c_int) -> i64;
    fn TF_TensorByteSize(*const TF_Tensor) -> usize;
    fn TF_TensorData(*const TF_Tensor) -> *mut c_void;

    fn TF_StringCopy(*mut TF_TString, *const c_char, usize);
    fn TF_StringGetDataPointer(*const TF_TString) -> *const c_char;
    fn TF_StringGetSize(*const TF_TString) -> usize;
    fn TF_StringDealloc(*mut TF_TString);

    fn TF_NewBuffer() -> *mut TF_Buffer;
    fn TF_DeleteBuffer(*mut TF_Buffer);

    fn TF_NewSessionOptions() -> *mut TF_SessionOptions;
    fn TF_SetConfig(*mut TF_SessionOptions, *const c_void, usize, *mut TF_Status);
    fn TF_DeleteSessionOptions(*mut TF_SessionOptions);

    fn TF_NewGraph() -> *mut TF_Graph;
    fn TF_DeleteGraph(*mut TF_Graph);
    fn TF_NewImportGraphDefOptions() -> *mut TF_ImportGraphDefOptions;
    fn TF_ImportGraphDefOptionsSetDefaultDevice(*mut TF_ImportGraphDefOptions, *const c_char);
    fn TF_DeleteImportGraphDefOptions(*mut TF_ImportGraphDefOptions);
    fn TF_GraphImportGraphDef(
        *mut TF_Graph, *const TF_Buffer, *const TF_ImportGraphDefOptions, *mut TF_Status,
    );
    fn TF_GraphOperationByName(*mut TF_Graph, *const c_char) -> *mut TF_Operation;
    fn TF_GraphGetOpDef(*mut TF_Graph, *const c_char, *mut TF_Buffer, *mut TF_Status);
    fn TF_OperationNumOutputs(*mut TF_Operation) -> c_int;
    fn TF_OperationOutputType(TF_Output) -> c_int;

    fn TF_NewSession(*mut TF_Graph, *const TF_SessionOptions, *mut TF_Status) -> *mut TF_Session;
    fn TF_ExtendSession(*mut TF_Session, *mut TF_Status);
    fn TF_CloseSession(*mut TF_Session, *mut TF_Status);
    fn TF_DeleteSession(*mut TF_Session, *mut TF_Status);
    fn TF_SessionRun(
        *mut TF_Session, *const TF_Buffer,
        *const TF_Output, *const *mut TF_Tensor, c_int,
        *const TF_Output, *mut *mut TF_Tensor, c_int,
        *const *mut TF_Operation, c_int,
        *mut TF_Buffer, *mut TF_Status,
    );
    fn TF_SessionListDevices(*mut TF_Session, *mut TF_Status) -> *mut TF_DeviceList;
    fn TF_DeviceListCount(*const TF_DeviceList) -> c_int;
    fn TF_DeviceListType(*const TF_DeviceList, c_int, *mut TF_Status) -> *const c_char;
    fn TF_DeleteDeviceList(*mut TF_DeviceList);

    fn TF_LoadLibrary(*const c_char, *mut TF_Status) -> *mut TF_Library;
    fn TF_DeleteLibraryHandle(*mut TF_Library);
}
