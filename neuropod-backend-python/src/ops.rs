//! Shared libraries that a package carries. They are on the path of the package's modules, whose code
//! imports extension modules and loads PyTorch's operators by itself.

use neuropod_core::{Error, ModelOptions, ModelSource};

use crate::PythonError;

/// How the files of shared libraries begin: ELF, and Mach-O in its three forms.
const MAGICS: [&[u8]; 4] = [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe"];

/// Refuses what is forbidden or no library.
pub(crate) fn check(source: &ModelSource, options: &ModelOptions) -> Result<(), Error> {
    if source.custom_ops.is_empty() {
        return Ok(());
    }
    if !options.allow_custom_ops {
        return Err(PythonError::CustomOpsForbidden(source.custom_ops.join(", ")).into());
    }
    for name in &source.custom_ops {
        let content = source.read_custom_op(name)?;
        if !MAGICS.iter().any(|magic| content.starts_with(magic)) {
            return Err(PythonError::CustomOp(name.clone()).into());
        }
    }
    Ok(())
}
