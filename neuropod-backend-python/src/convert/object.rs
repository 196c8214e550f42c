//! Objects, and what is done with them.

use std::ffi::{CStr, CString, c_char};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{self, NonNull};

use super::gil::Gil;
use super::raise::{self, Raised};
use super::release;
use crate::c_api::{CApi, PY_FILE_INPUT, PyObject};

/// A strong reference to an object. It can be dropped on any thread.
pub(crate) struct Object {
    api: &'static CApi,
    raw: NonNull<PyObject>,
}

// SAFETY: the object is used with the interpreter's lock alone, and `release` sees to it when the
// reference is dropped.
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Drop for Object {
    fn drop(&mut self) {
        release::release(self.api, self.raw);
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({:p})", self.raw)
    }
}

impl Object {
    /// Takes over a strong reference that a function returned; null means that it raised.
    ///
    /// # Safety
    ///
    /// `raw` is null with an exception set, or a strong reference that is the caller's own.
    pub(super) unsafe fn from_new(gil: &Gil, raw: *mut PyObject) -> Result<Self, Raised> {
        match NonNull::new(raw) {
            Some(raw) => Ok(Object { api: gil.api(), raw }),
            None => Err(raise::take(gil)),
        }
    }

    /// A strong reference to an object that something else keeps alive.
    ///
    /// # Safety
    ///
    /// `raw` points to a live object.
    pub(super) unsafe fn from_borrowed(gil: &Gil, raw: NonNull<PyObject>) -> Self {
        // SAFETY: the object is live, and the lock is held.
        unsafe { (gil.api().Py_IncRef)(raw.as_ptr()) };
        Object { api: gil.api(), raw }
    }

    /// Another strong reference to the object.
    pub(crate) fn clone_ref(&self, gil: &Gil) -> Self {
        // SAFETY: the object is live.
        unsafe { Self::from_borrowed(gil, self.raw) }
    }

    pub(super) fn as_ptr(&self) -> *mut PyObject {
        self.raw.as_ptr()
    }

    /// Leaves the reference to the next thread that holds the lock, unless many wait there.
    pub(super) fn release_later(self) {
        let (api, raw) = (self.api, self.raw);
        std::mem::forget(self);
        release::release_later(api, raw);
    }

    /// The reference, which is the caller's own from now on.
    pub(super) fn into_raw(self) -> *mut PyObject {
        let raw = self.raw.as_ptr();
        std::mem::forget(self);
        raw
    }

    /// A `str`.
    pub(crate) fn text(gil: &Gil, text: &str) -> Result<Self, Raised> {
        let start = text.as_ptr().cast::<c_char>();
        // SAFETY: the lock is held, and so many bytes of UTF-8 are there.
        unsafe { Self::from_new(gil, (gil.api().PyUnicode_FromStringAndSize)(start, text.len() as isize)) }
    }

    /// A path, as Python's own functions give it: bytes that are no UTF-8 are escaped.
    pub(crate) fn file_name(gil: &Gil, path: &Path) -> Result<Self, Raised> {
        let bytes = path.as_os_str().as_bytes();
        let (start, len) = (bytes.as_ptr().cast::<c_char>(), bytes.len() as isize);
        // SAFETY: the lock is held, so many bytes are there, and the name is null-terminated.
        unsafe {
            Self::from_new(gil, (gil.api().PyUnicode_DecodeUTF8)(start, len, c"surrogateescape".as_ptr()))
        }
    }

    /// A `str` that dictionaries find by its address.
    pub(crate) fn name(gil: &Gil, text: &str) -> Result<Self, Raised> {
        let mut raw = Self::text(gil, text)?.into_raw();
        // SAFETY: the lock is held; the function replaces our reference by another one.
        unsafe {
            (gil.api().PyUnicode_InternInPlace)(&raw mut raw);
            Self::from_new(gil, raw)
        }
    }

    /// An `int`.
    pub(crate) fn int(gil: &Gil, value: i64) -> Result<Self, Raised> {
        // SAFETY: the lock is held.
        unsafe { Self::from_new(gil, (gil.api().PyLong_FromLongLong)(value)) }
    }

    pub(crate) fn none(gil: &Gil) -> Self {
        // SAFETY: `None` is always there.
        unsafe { Self::from_borrowed(gil, gil.api()._Py_NoneStruct) }
    }

    pub(crate) fn bool(gil: &Gil, value: bool) -> Result<Self, Raised> {
        Self::builtin(gil, "bool")?.call(gil, [Self::int(gil, value.into())?])
    }

    /// A tuple of these objects.
    pub(crate) fn tuple(
        gil: &Gil,
        items: impl IntoIterator<Item = Object, IntoIter: ExactSizeIterator>,
    ) -> Result<Self, Raised> {
        let items = items.into_iter();
        // SAFETY: the lock is held.
        let tuple = unsafe { Self::from_new(gil, (gil.api().PyTuple_New)(items.len() as isize))? };
        for (index, item) in items.enumerate() {
            // SAFETY: the tuple is new and has that place, which takes the reference over.
            unsafe { (gil.api().PyTuple_SetItem)(tuple.as_ptr(), index as isize, item.into_raw()) };
        }
        Ok(tuple)
    }

    /// A dictionary of these pairs.
    pub(crate) fn dict<'a>(
        gil: &Gil,
        pairs: impl IntoIterator<Item = (&'a Object, &'a Object)>,
    ) -> Result<Self, Raised> {
        // SAFETY: the lock is held.
        let dict = unsafe { Self::from_new(gil, (gil.api().PyDict_New)())? };
        for (key, value) in pairs {
            // SAFETY: the lock is held and the objects are live; the dictionary takes its own references.
            if unsafe { (gil.api().PyDict_SetItem)(dict.as_ptr(), key.as_ptr(), value.as_ptr()) } != 0 {
                return Err(raise::take(gil));
            }
        }
        Ok(dict)
    }

    /// What Python's builtins hold under that name.
    pub(crate) fn builtin(gil: &Gil, name: &str) -> Result<Self, Raised> {
        Self::import(gil, c"builtins")?.attr(gil, name)
    }

    pub(crate) fn import(gil: &Gil, module: &CStr) -> Result<Self, Raised> {
        // SAFETY: the lock is held and the name is null-terminated.
        unsafe { Self::from_new(gil, (gil.api().PyImport_ImportModule)(module.as_ptr())) }
    }

    /// Runs a file's source text, and returns its globals.
    pub(crate) fn run(gil: &Gil, source: &CStr, file: &CStr) -> Result<Self, Raised> {
        let api = gil.api();
        let globals = Self::dict(gil, [])?;
        let key = Self::text(gil, "__builtins__")?;
        // SAFETY: the lock is held, the texts are null-terminated, and the objects are live; the builtins
        // are the interpreter's own, which this thread borrows.
        unsafe {
            (api.PyDict_SetItem)(globals.as_ptr(), key.as_ptr(), (api.PyEval_GetBuiltins)());
            let code = (api.Py_CompileString)(source.as_ptr(), file.as_ptr(), PY_FILE_INPUT);
            let code = Self::from_new(gil, code)?;
            let result = (api.PyEval_EvalCode)(code.as_ptr(), globals.as_ptr(), globals.as_ptr());
            Self::from_new(gil, result)?;
        }
        Ok(globals)
    }

    /// The dictionary's value for a key; `None` if there is none, or it is no dictionary.
    pub(crate) fn item(&self, gil: &Gil, key: &Object) -> Result<Option<Object>, Raised> {
        // SAFETY: the lock is held and the objects are live; the result is borrowed from the dictionary.
        let found = unsafe { (gil.api().PyDict_GetItemWithError)(self.as_ptr(), key.as_ptr()) };
        match NonNull::new(found) {
            // SAFETY: the dictionary, which is alive, keeps it.
            Some(found) => Ok(Some(unsafe { Self::from_borrowed(gil, found) })),
            // SAFETY: the lock is held.
            None if unsafe { (gil.api().PyErr_Occurred)() }.is_null() => Ok(None),
            None => Err(raise::take(gil)),
        }
    }

    pub(crate) fn attr(&self, gil: &Gil, name: &str) -> Result<Object, Raised> {
        let name = CString::new(name).unwrap_or_default();
        // SAFETY: the lock is held, the object is live and the name is null-terminated.
        unsafe { Self::from_new(gil, (gil.api().PyObject_GetAttrString)(self.as_ptr(), name.as_ptr())) }
    }

    /// Calls it with positional arguments.
    pub(crate) fn call(
        &self,
        gil: &Gil,
        arguments: impl IntoIterator<Item = Object, IntoIter: ExactSizeIterator>,
    ) -> Result<Object, Raised> {
        let arguments = Self::tuple(gil, arguments)?;
        // SAFETY: the lock is held and the objects are live.
        unsafe {
            let result = (gil.api().PyObject_Call)(self.as_ptr(), arguments.as_ptr(), ptr::null_mut());
            Self::from_new(gil, result)
        }
    }

    /// An item of a tuple.
    pub(crate) fn tuple_item(&self, gil: &Gil, index: usize) -> Result<Object, Raised> {
        // SAFETY: the lock is held and the object is live; the result is borrowed from it.
        let item = unsafe { (gil.api().PyTuple_GetItem)(self.as_ptr(), index as isize) };
        match NonNull::new(item) {
            // SAFETY: the tuple, which is alive, keeps it.
            Some(item) => Ok(unsafe { Self::from_borrowed(gil, item) }),
            None => Err(raise::take(gil)),
        }
    }

    /// The number of items of a list.
    pub(crate) fn list_len(&self, gil: &Gil) -> Result<isize, Raised> {
        // SAFETY: the lock is held and the object is live.
        match unsafe { (gil.api().PyList_Size)(self.as_ptr()) } {
            len if len < 0 => Err(raise::take(gil)),
            len => Ok(len),
        }
    }

    /// The items of a list.
    pub(crate) fn list_items(&self, gil: &Gil) -> Result<Vec<Object>, Raised> {
        (0..self.list_len(gil)?)
            .map(|index| {
                // SAFETY: as above; the result is borrowed from the list.
                let item = unsafe { (gil.api().PyList_GetItem)(self.as_ptr(), index) };
                match NonNull::new(item) {
                    // SAFETY: the list, which is alive, keeps it, and nothing runs in between.
                    Some(item) => Ok(unsafe { Self::from_borrowed(gil, item) }),
                    None => Err(raise::take(gil)),
                }
            })
            .collect()
    }

    /// A `str`'s text; what cannot be UTF-8 is replaced.
    pub(crate) fn to_text(&self, gil: &Gil) -> Result<String, Raised> {
        let api = gil.api();
        // SAFETY: the lock is held, the object is live and the names are null-terminated.
        let bytes = unsafe {
            Self::from_new(
                gil,
                (api.PyUnicode_AsEncodedString)(self.as_ptr(), c"utf-8".as_ptr(), c"replace".as_ptr()),
            )?
        };
        bytes.with_bytes(gil, |bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Uses the content of a `bytes`.
    pub(crate) fn with_bytes<T>(&self, gil: &Gil, run: impl FnOnce(&[u8]) -> T) -> Result<T, Raised> {
        let (mut start, mut len) = (ptr::null_mut(), 0);
        // SAFETY: the lock is held and the object is live.
        if unsafe { (gil.api().PyBytes_AsStringAndSize)(self.as_ptr(), &raw mut start, &raw mut len) } != 0 {
            return Err(raise::take(gil));
        }
        // SAFETY: the object, which does not change, has `len` bytes there as long as it lives.
        Ok(run(unsafe { std::slice::from_raw_parts(start.cast::<u8>().cast_const(), len as usize) }))
    }

    /// An `int`'s value.
    pub(crate) fn to_int(&self, gil: &Gil) -> Result<i64, Raised> {
        // SAFETY: the lock is held and the object is live.
        let value = unsafe { (gil.api().PyLong_AsLongLong)(self.as_ptr()) };
        // SAFETY: the lock is held.
        if value == -1 && !unsafe { (gil.api().PyErr_Occurred)() }.is_null() {
            return Err(raise::take(gil));
        }
        Ok(value)
    }

    pub(crate) fn is_true(&self, gil: &Gil) -> Result<bool, Raised> {
        // SAFETY: the lock is held and the object is live.
        match unsafe { (gil.api().PyObject_IsTrue)(self.as_ptr()) } {
            -1 => Err(raise::take(gil)),
            answer => Ok(answer == 1),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.raw == self.api._Py_NoneStruct
    }

    pub(crate) fn is_text(&self) -> bool {
        self.is_exactly(self.api.PyUnicode_Type)
    }

    /// Whether its class is this one, and not one derived from it.
    pub(super) fn is_exactly(&self, class: NonNull<PyObject>) -> bool {
        // SAFETY: the object is live, and its class never changes while the lock is held.
        unsafe { self.raw.as_ref() }.ob_type == class.as_ptr()
    }

    /// The number of strong references to it.
    pub(super) fn references(&self) -> u32 {
        // SAFETY: the object is live; the callers hold the lock.
        unsafe { self.raw.as_ref() }.references()
    }
}
