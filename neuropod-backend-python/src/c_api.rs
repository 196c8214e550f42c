//! The functions of Python's C API that this crate calls, found in a library at run time.
//!
//! But for the few that start an interpreter, they belong to the stable interface of Python 3.10 or to
//! functions that every CPython since then exports, so that one build runs with any of them.
#![allow(unsafe_code)]
#![allow(non_camel_case_types, reason = "the types' own names")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::NonNull;

use libloading::os::unix::Library;

/// `PyObject`, as CPython lays it out in builds that are not free-threaded; those are refused.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct PyObject {
    /// Since Python 3.12 the upper half holds flags; see [`PyObject::references`].
    pub(crate) ob_refcnt: isize,
    pub(crate) ob_type: *mut PyObject,
}

impl PyObject {
    /// The number of strong references; a very large one for immortal objects.
    pub(crate) fn references(&self) -> u32 {
        // The lower half on all machines: Python's own layout follows the byte order.
        self.ob_refcnt as u32
    }
}

#[repr(C)]
#[derive(Debug)]
pub(crate) struct PyThreadState {
    _opaque: [u8; 0],
}

/// `PyPreConfig`: numbers, the same since Python 3.8. A newer Python may append some.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct PyPreConfig {
    pub(crate) config_init: c_int,
    pub(crate) parse_argv: c_int,
    pub(crate) isolated: c_int,
    pub(crate) use_environment: c_int,
    pub(crate) configure_locale: c_int,
    pub(crate) coerce_c_locale: c_int,
    pub(crate) coerce_c_locale_warn: c_int,
    pub(crate) utf8_mode: c_int,
    pub(crate) dev_mode: c_int,
    pub(crate) allocator: c_int,
    pub(crate) room: [c_int; 54],
}

/// `PyStatus`.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct PyStatus {
    /// 0 is success.
    pub(crate) kind: c_int,
    pub(crate) function: *const c_char,
    pub(crate) message: *const c_char,
    pub(crate) exitcode: c_int,
}

/// `wchar_t` of the systems that this crate supports.
pub(crate) type wchar_t = i32;

/// `Py_file_input`: source text of a whole file.
pub(crate) const PY_FILE_INPUT: c_int = 257;

/// `PyGILState_LOCKED` and `PyGILState_UNLOCKED`.
pub(crate) const GIL_LOCKED: c_int = 0;
pub(crate) const GIL_UNLOCKED: c_int = 1;

pub(crate) type CapsuleDestructor = unsafe extern "C" fn(capsule: *mut PyObject);

/// `PyObject_Vectorcall`.
type Vectorcall =
    unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, usize, *mut PyObject) -> *mut PyObject;

/// Declares the table of functions and how it is filled.
macro_rules! functions {
    (
        $(fn $name:ident($($argument:ty),* $(,)?) $(-> $result:ty)?;)*
        $(type $object:ident;)*
    ) => {
        /// Pointers to the functions and objects of one loaded library, which is never closed.
        #[allow(non_snake_case, reason = "the functions' own names")]
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct CApi {
            $(pub(crate) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            $(pub(crate) $object: NonNull<PyObject>,)*
            /// Python 3.10 has it as an inline function alone.
            pub(crate) PyObject_Vectorcall: Option<Vectorcall>,
            /// `Py_IsFinalizing`, under its old name in Python 3.12 and older.
            pub(crate) Py_IsFinalizing: unsafe extern "C" fn() -> c_int,
            /// `PyThreadState_GetUnchecked`, under its old name in Python 3.12 and older.
            pub(crate) PyThreadState_GetUnchecked: unsafe extern "C" fn() -> *mut PyThreadState,
        }

        // SAFETY: functions can be called from any thread that keeps their conditions, and the objects
        // are static types and `None`, whose addresses are only compared or handed to these functions.
        unsafe impl Send for CApi {}
        // SAFETY: as above.
        unsafe impl Sync for CApi {}

        impl CApi {
            /// Looks everything up.
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
                    $(
                        // SAFETY: the caller's promise.
                        $object: *unsafe { library.get(concat!(stringify!($object), "\0").as_bytes()) }
                            .map_err(|_| stringify!($object))?,
                    )*
                    // SAFETY: the caller's promise.
                    PyObject_Vectorcall: unsafe { library.get(b"PyObject_Vectorcall\0") }
                        .ok()
                        .map(|function| *function),
                    // SAFETY: the caller's promise; both have this type.
                    Py_IsFinalizing: *unsafe {
                        library.get(b"Py_IsFinalizing\0").or_else(|_| library.get(b"_Py_IsFinalizing\0"))
                    }
                    .map_err(|_| "Py_IsFinalizing")?,
                    // SAFETY: the caller's promise; both have this type.
                    PyThreadState_GetUnchecked: *unsafe {
                        library
                            .get(b"PyThreadState_GetUnchecked\0")
                            .or_else(|_| library.get(b"_PyThreadState_UncheckedGet\0"))
                    }
                    .map_err(|_| "PyThreadState_GetUnchecked")?,
                })
            }
        }
    };
}

functions! {
    fn PyPreConfig_InitPythonConfig(*mut PyPreConfig);
    fn Py_PreInitialize(*const PyPreConfig) -> PyStatus;
    fn Py_DecodeLocale(*const c_char, *mut usize) -> *mut wchar_t;
    fn Py_SetProgramName(*const wchar_t);
    fn Py_InitializeEx(c_int);
    fn Py_IsInitialized() -> c_int;
    fn Py_GetVersion() -> *const c_char;

    fn PyEval_SaveThread() -> *mut PyThreadState;
    fn PyEval_RestoreThread(*mut PyThreadState);
    fn PyGILState_Ensure() -> c_int;
    fn PyGILState_Release(c_int);
    fn PyGILState_GetThisThreadState() -> *mut PyThreadState;

    fn Py_IncRef(*mut PyObject);
    fn Py_DecRef(*mut PyObject);
    fn PyErr_Clear();
    fn PyErr_Fetch(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject);
    fn PyErr_Restore(*mut PyObject, *mut PyObject, *mut PyObject);
    fn PyErr_NormalizeException(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject);
    fn PyException_SetTraceback(*mut PyObject, *mut PyObject) -> c_int;

    fn PyImport_ImportModule(*const c_char) -> *mut PyObject;
    fn Py_CompileString(*const c_char, *const c_char, c_int) -> *mut PyObject;
    fn PyEval_EvalCode(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyEval_GetBuiltins() -> *mut PyObject;

    fn PyObject_Call(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyObject_GetAttrString(*mut PyObject, *const c_char) -> *mut PyObject;
    fn PyObject_Str(*mut PyObject) -> *mut PyObject;

    fn PyTuple_New(isize) -> *mut PyObject;
    fn PyTuple_SetItem(*mut PyObject, isize, *mut PyObject) -> c_int;
    fn PyTuple_GetItem(*mut PyObject, isize) -> *mut PyObject;
    fn PyList_Size(*mut PyObject) -> isize;
    fn PyList_GetItem(*mut PyObject, isize) -> *mut PyObject;
    fn PyDict_New() -> *mut PyObject;
    fn PyDict_SetItem(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
    fn PyDict_GetItemWithError(*mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyErr_Occurred() -> *mut PyObject;

    fn PyUnicode_FromStringAndSize(*const c_char, isize) -> *mut PyObject;
    fn PyUnicode_DecodeUTF8(*const c_char, isize, *const c_char) -> *mut PyObject;
    fn PyUnicode_AsUTF8AndSize(*mut PyObject, *mut isize) -> *const c_char;
    fn PyUnicode_AsEncodedString(*mut PyObject, *const c_char, *const c_char) -> *mut PyObject;
    fn PyUnicode_InternInPlace(*mut *mut PyObject);
    fn PyBytes_AsStringAndSize(*mut PyObject, *mut *mut c_char, *mut isize) -> c_int;
    fn PyLong_FromLongLong(i64) -> *mut PyObject;
    fn PyLong_AsLongLong(*mut PyObject) -> i64;
    fn PyObject_IsTrue(*mut PyObject) -> c_int;

    fn PyCapsule_New(*mut c_void, *const c_char, Option<CapsuleDestructor>) -> *mut PyObject;
    fn PyCapsule_GetPointer(*mut PyObject, *const c_char) -> *mut c_void;

    type _Py_NoneStruct;
    type PyBytes_Type;
    type PyCapsule_Type;
    type PyDict_Type;
    type PyUnicode_Type;
}
