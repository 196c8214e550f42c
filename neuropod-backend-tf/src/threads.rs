//! Threads within one operator.

use std::sync::{PoisonError, RwLock};

use crate::c_api::CApi;
use crate::convert::{Failure, Graph, OwnPools, Session};
use crate::options::Options;
use crate::{TensorFlowError, forks};

/// A session with threads of its own is made alone: what decides on that is global.
static MAKING: RwLock<()> = RwLock::new(());

/// A session with the options' number of threads within one operator.
///
/// By default all sessions of a process share one pool of threads for that, whose size the first one
/// decides. A session that asks for a number gets a pool of its own, and so does one of a forked process, where the
/// shared pool has no threads.
pub(crate) fn new_session(
    api: &'static CApi,
    graph: Graph,
    config: &[u8],
    options: &Options,
) -> Result<Session, TensorFlowError> {
    let made = |failure: Failure| TensorFlowError::Load(failure.message);
    let was_forked = forks::count() > 0;
    if options.intra_op_threads.is_none() && !was_forked {
        let _making = MAKING.read().unwrap_or_else(PoisonError::into_inner);
        return Session::new(graph, config).map_err(made);
    }
    let _making = MAKING.write().unwrap_or_else(PoisonError::into_inner);
    let _own = OwnPools::switch_on(api).ok_or_else(|| match was_forked {
        true => forks::no_own_threads(),
        false => TensorFlowError::Option(
            "this TensorFlow has one number of intra-op threads for the process; leave it out".to_owned(),
        ),
    })?;
    Session::new(graph, config).map_err(made)
}
