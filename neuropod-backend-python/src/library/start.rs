//! Starting the interpreter.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use crate::PythonError;
use crate::c_api::{CApi, PyPreConfig};

/// Starts the interpreter as if `program` had been run, so that it finds that program's environment,
/// and lets go of its lock. Signals keep the handlers that they have.
pub(super) fn start(api: &CApi, program: &Path) -> Result<(), PythonError> {
    preinitialize(api)?;
    let program_name = CString::new(program.as_os_str().as_bytes())
        .map_err(|_| PythonError::Interpreter(format!("{} holds a NUL", program.display())))?;
    // SAFETY: the text is null-terminated, and Python's encoding is set. Python keeps the result until
    // the process ends, which is what it wants of a program's name.
    let decoded = unsafe { (api.Py_DecodeLocale)(program_name.as_ptr(), ptr::null_mut()) };
    if decoded.is_null() {
        return Err(PythonError::Interpreter(format!("Python cannot decode the path {}", program.display())));
    }
    // SAFETY: no interpreter runs: `library::open` starts one alone, under a lock. A Python that cannot
    // start ends the process by its own decision: that it starts as a program was tried before.
    unsafe {
        (api.Py_SetProgramName)(decoded);
        (api.Py_InitializeEx)(0);
        // This thread holds the lock and has a state now; it comes back as any other thread.
        (api.PyEval_SaveThread)();
    }
    Ok(())
}

/// Sets the encodings as for a program of Python's: UTF-8 where the locale says nothing. The locale's
/// variables stay as they are, as other threads may read them.
fn preinitialize(api: &CApi) -> Result<(), PythonError> {
    let mut config = MaybeUninit::<PyPreConfig>::zeroed();
    // SAFETY: the function fills the struct, which has room for more than Python's own; zeros are valid
    // numbers for what it leaves.
    let mut config = unsafe {
        (api.PyPreConfig_InitPythonConfig)(config.as_mut_ptr());
        config.assume_init()
    };
    config.coerce_c_locale = 0;
    config.coerce_c_locale_warn = 0;
    config.parse_argv = 0;
    // SAFETY: no interpreter runs yet, and the struct was filled by Python.
    let status = unsafe { (api.Py_PreInitialize)(&raw const config) };
    if status.kind == 0 {
        return Ok(());
    }
    let message = match status.message.is_null() {
        true => "no reason was given".into(),
        // SAFETY: a status holds a static, null-terminated text.
        false => unsafe { CStr::from_ptr(status.message) }.to_string_lossy(),
    };
    Err(PythonError::Interpreter(format!("Python does not start: {message}")))
}
