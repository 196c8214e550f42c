//! What concerns the whole process.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Failure, INVALID_ARGUMENT, Status};
use crate::c_api::CApi;

/// Loads a library of operators for good. It runs the library's code.
pub(crate) fn load_library(api: &'static CApi, path: &Path) -> Result<(), Failure> {
    let path = CString::new(path.as_os_str().as_bytes())
        .map_err(|_| Failure { code: INVALID_ARGUMENT, message: "the path holds a NUL byte".to_owned() })?;
    let status = Status::new(api);
    // SAFETY: the path is null-terminated and the status live. What the library does is its author's
    // doing: the caller was allowed to load it. Deleting the handle unloads nothing.
    unsafe {
        let handle = (api.TF_LoadLibrary)(path.as_ptr(), status.raw);
        if !handle.is_null() {
            (api.TF_DeleteLibraryHandle)(handle);
        }
    }
    status.check()
}

/// The number of GPUs that TensorFlow can use. It starts TensorFlow's runtime for them.
pub(crate) fn gpu_count(api: &'static CApi) -> Result<u32, Failure> {
    let status = Status::new(api);
    // SAFETY: graph, options, session and list are live until they are deleted, each once, after
    // their last use; what is null is not used. A type is null-terminated and lives as long as the
    // list.
    unsafe {
        let graph = (api.TF_NewGraph)();
        let options = (api.TF_NewSessionOptions)();
        let session = (api.TF_NewSession)(graph, options, status.raw);
        (api.TF_DeleteSessionOptions)(options);
        let mut count = status.check().map(|()| 0);
        if count.is_ok() {
            let list = (api.TF_SessionListDevices)(session, status.raw);
            count = status.check().map(|()| {
                let kinds = (0..(api.TF_DeviceListCount)(list))
                    .map(|index| (api.TF_DeviceListType)(list, index, status.raw));
                kinds.filter(|kind| !kind.is_null() && CStr::from_ptr(*kind) == c"GPU").count() as u32
            });
            if !list.is_null() {
                (api.TF_DeleteDeviceList)(list);
            }
            (api.TF_DeleteSession)(session, status.raw);
        }
        (api.TF_DeleteGraph)(graph);
        count
    }
}
