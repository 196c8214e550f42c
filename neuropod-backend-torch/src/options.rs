//! Options that concern the whole process.

use neuropod_core::ModelOptions;

use crate::TorchError;
use crate::convert::set_interop_threads;

/// Applies the numbers of threads, which torch keeps for the process.
pub(crate) fn apply(options: &ModelOptions) -> Result<(), TorchError> {
    if let Some(threads) = options.inter_op_threads {
        set_inter_op(threads)?;
    }
    if let Some(threads) = options.intra_op_threads {
        tch::set_num_threads(checked("intra-op", threads)?);
    }
    Ok(())
}

/// Torch takes this number once, before its first parallel work.
fn set_inter_op(threads: usize) -> Result<(), TorchError> {
    let wanted = checked("inter-op", threads)?;
    let current = tch::get_num_interop_threads();
    if current == wanted {
        return Ok(());
    }
    set_interop_threads(wanted).map_err(|_| TorchError::Threads {
        which: "inter-op",
        threads,
        reason: format!(
            "it is {current} in this process, and torch does not change it once it was set or used; \
             set it with the first model that is loaded"
        ),
    })
}

/// More threads than any machine has are a mistake, and torch would try to start them.
const MOST_THREADS: i32 = 4096;

fn checked(which: &'static str, threads: usize) -> Result<i32, TorchError> {
    let reason = || format!("it must be between 1 and {MOST_THREADS}");
    i32::try_from(threads)
        .ok()
        .filter(|threads| (1..=MOST_THREADS).contains(threads))
        .ok_or_else(|| TorchError::Threads { which, threads, reason: reason() })
}
