//! Which threads run a model's operators.
//!
//! TensorFlow's own default hands each operator that is ready to a pool of threads. That costs more
//! than a small operator itself, and pays where expensive ones do not depend on each other. So the
//! choice is made when the model is loaded, from its graph.

use std::fmt;
use std::str::FromStr;

use crate::analysis::Traits;

/// What runs the operators of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Executor {
    /// A pool of threads, as TensorFlow does it by default.
    Pool,
    /// The caller's thread; an operator may still use several for itself.
    Caller,
    /// The caller's thread, with the executor that keeps no book of what could run in parallel.
    SingleThreaded,
}

impl Executor {
    const ALL: [Executor; 3] = [Executor::Pool, Executor::Caller, Executor::SingleThreaded];

    /// The best for a graph: the pool if two expensive operators could run at the same time, and
    /// else the caller's thread.
    pub(crate) fn choose(traits: &Traits) -> Self {
        if traits.parallel {
            Executor::Pool
        } else if Executor::SingleThreaded.refusal(traits).is_some() || traits.functions || waits(traits) {
            Executor::Caller
        } else {
            Executor::SingleThreaded
        }
    }

    /// Why a graph cannot be run like this.
    pub(crate) fn refusal(self, traits: &Traits) -> Option<&'static str> {
        match self {
            Executor::SingleThreaded if traits.low_level_control_flow() => {
                Some("the graph has control flow of TensorFlow 1 (Switch, Merge and the like)")
            }
            Executor::SingleThreaded if traits.reference_variables() => {
                Some("the graph has variables of TensorFlow 1, which are passed by reference")
            }
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Executor::Pool => "pool",
            Executor::Caller => "caller",
            Executor::SingleThreaded => "single-threaded",
        }
    }
}

/// Whether an operator may wait for another of the same graph: run one after the other, they would
/// wait for ever.
fn waits(traits: &Traits) -> bool {
    const PARTS: [&str; 7] = ["Queue", "Barrier", "Stage", "Send", "Recv", "Collective", "PyFunc"];
    traits.ops.iter().any(|op| PARTS.iter().any(|part| op.contains(part)))
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Executor {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Executor::ALL.into_iter().find(|executor| executor.name() == name).ok_or_else(|| {
            let known = Executor::ALL.map(Executor::name).join(", ");
            format!("expected auto, {known}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(ops: &[&str]) -> Traits {
        Traits { ops: ops.iter().map(|op| (*op).to_owned()).collect(), ..Traits::default() }
    }

    #[test]
    fn the_graph_decides() {
        assert_eq!(Executor::choose(&traits(&["AddV2"])), Executor::SingleThreaded);
        assert_eq!(Executor::choose(&traits(&["AddV2", "RefSwitch"])), Executor::Caller);
        assert_eq!(Executor::choose(&traits(&["VariableV2"])), Executor::Caller);
        assert_eq!(Executor::choose(&traits(&["QueueDequeueV2"])), Executor::Caller);
        let calls = Traits { functions: true, ..traits(&["While"]) };
        assert_eq!(Executor::choose(&calls), Executor::Caller);
        let wide = Traits { parallel: true, ..traits(&["MatMul"]) };
        assert_eq!(Executor::choose(&wide), Executor::Pool);
    }

    #[test]
    fn every_executor_has_a_name_that_is_read() {
        for executor in Executor::ALL {
            assert_eq!(executor.to_string().parse(), Ok(executor));
        }
        assert!("fast".parse::<Executor>().unwrap_err().contains("auto, pool, caller, single-threaded"));
    }
}
