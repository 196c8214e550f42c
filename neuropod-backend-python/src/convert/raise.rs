//! Exceptions.

use std::ptr;

use super::gil::Gil;
use super::object::Object;
use crate::error::Exception;

/// An exception that was raised, to be described once the caller knows how.
#[derive(Debug)]
pub(crate) struct Raised(Option<Object>);

/// Takes the exception that a function has set.
#[cold]
pub(super) fn take(gil: &Gil) -> Raised {
    let api = gil.api();
    let (mut class, mut value, mut traceback) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the lock is held; the three references are ours afterwards, and may be null.
    unsafe {
        (api.PyErr_Fetch)(&raw mut class, &raw mut value, &raw mut traceback);
        if class.is_null() {
            return Raised(None);
        }
        (api.PyErr_NormalizeException)(&raw mut class, &raw mut value, &raw mut traceback);
        if !traceback.is_null() && !value.is_null() {
            (api.PyException_SetTraceback)(value, traceback);
            (api.Py_DecRef)(traceback);
        }
        (api.Py_DecRef)(class);
        if value.is_null() { Raised(None) } else { Raised(Object::from_new(gil, value).ok()) }
    }
}

impl Raised {
    /// The exception, described by `describe`: a function of this crate's Python code that takes the
    /// exception and returns its class, message and traceback.
    pub(crate) fn describe(self, gil: &Gil, describe: &Object) -> Exception {
        let Some(value) = self.0 else {
            return unknown("Python raised no exception, but failed");
        };
        let described = || -> Result<Exception, Raised> {
            let parts = describe.call(gil, [value])?;
            let part = |index| parts.tuple_item(gil, index)?.to_text(gil);
            Ok(Exception { class: part(0)?, message: part(1)?, traceback: part(2)? })
        };
        described().unwrap_or_else(|_| unknown("the exception cannot be described"))
    }

    /// The exception's text alone, for failures before this crate's Python code runs.
    pub(crate) fn text(self, gil: &Gil) -> String {
        let Some(value) = self.0 else {
            return "Python raised no exception, but failed".to_owned();
        };
        // SAFETY: the lock is held and the object is live.
        let text = unsafe { Object::from_new(gil, (gil.api().PyObject_Str)(value.as_ptr())) };
        text.and_then(|text| text.to_text(gil)).unwrap_or_else(|_| "the exception has no text".to_owned())
    }
}

fn unknown(message: &str) -> Exception {
    Exception { class: "SystemError".to_owned(), message: message.to_owned(), traceback: String::new() }
}
