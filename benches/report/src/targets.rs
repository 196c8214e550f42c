//! What the project promises about speed, and whether a run keeps it.

use crate::{Quartiles, Run, format};

/// A promise about one record.
pub(crate) struct Target {
    /// What is measured.
    pub(crate) what: &'static str,
    /// The record's id.
    id: &'static str,
    bound: Bound,
}

/// What the median may be at most.
enum Bound {
    /// So many times the reference.
    Ratio(f64),
    /// So much, in the record's unit.
    Value(f64),
}

/// How a run keeps a promise.
pub(crate) struct Outcome {
    /// What was promised: `≤ 1.30 ×`.
    pub(crate) target: String,
    /// What was measured, with its spread.
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

/// In the order in which they are shown.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        what: "TorchScript addition of two 4-float tensors, validated, against libtorch called from C++",
        id: "call/torch/Rust/small/libtorch",
        bound: Bound::Ratio(1.3),
    },
    Target {
        what: "TensorFlow addition of two 4-float tensors, validated, against the C API with default options",
        id: "call/tf/Rust/small/TensorFlow's C API, default options",
        bound: Bound::Ratio(0.25),
    },
    Target {
        what: "the same against the C API with the options that were chosen",
        id: "call/tf/Rust/small/TensorFlow's C API, same options",
        bound: Bound::Ratio(1.3),
    },
    Target {
        what: "from C++: TorchScript addition, validated, against libtorch",
        id: "call/torch/C++/small/libtorch",
        bound: Bound::Ratio(1.4),
    },
    Target {
        what: "from Python, NumPy in and out: TorchScript addition, against the compiled module",
        id: "call/torch/Python/small/torch.jit",
        bound: Bound::Ratio(0.6),
    },
    Target {
        what: "from Python, NumPy in and out: TensorFlow addition, against `Session.run`",
        id: "call/tf/Python/small/Session.run",
        bound: Bound::Ratio(0.05),
    },
    Target {
        what: "validation of 2 inputs and 1 output",
        id: "validation/2 inputs, 1 output/1",
        bound: Bound::Value(150e-9),
    },
    Target {
        what: "validation of 100 tensors of rank 2",
        id: "validation/rank 2/100",
        bound: Bound::Value(5e-6),
    },
    Target {
        what: "64 MiB through an identity model, against 4 bytes: TorchScript",
        id: "payload/torch/Rust/64 MiB against 4 B/4 B",
        bound: Bound::Ratio(1.1),
    },
    Target { what: "… TensorFlow", id: "payload/tf/Rust/64 MiB against 4 B/4 B", bound: Bound::Ratio(1.1) },
    Target { what: "… Python", id: "payload/python/Rust/64 MiB against 4 B/4 B", bound: Bound::Ratio(1.1) },
    Target {
        what: "… TorchScript, through the plugin interface from C++",
        id: "payload/torch/C++/64 MiB against 4 B/4 B",
        bound: Bound::Ratio(1.1),
    },
    Target {
        what: "… TorchScript from Python, against 8 KiB",
        id: "payload/torch/Python/64 MiB against 8 KiB/8 KiB",
        bound: Bound::Ratio(1.1),
    },
    Target {
        what: "reading the problem definition of a 5 GiB package",
        id: "package/definition/5368709120",
        bound: Bound::Value(1e-3),
    },
    Target {
        what: "… bytes read for it",
        id: "package/bytes read for a definition/5368709120",
        bound: Bound::Value(262_144.0),
    },
    Target {
        what: "loading 256 MiB of TorchScript weights from a stored zip, manifest skipped, against libtorch with the bare file",
        id: "load/torch/Rust/256 MiB, stored zip, manifest skipped/libtorch",
        bound: Bound::Ratio(1.1),
    },
    Target {
        what: "loading a TensorFlow SavedModel (basic-pitch) from a stored zip, against `TF_LoadSessionFromSavedModel`",
        id: "load/tf/Rust/basic-pitch, stored zip/TF_LoadSessionFromSavedModel",
        bound: Bound::Ratio(1.1),
    },
    Target {
        what: "peak memory of loading 1 GiB of TorchScript weights from a stored zip, against libtorch",
        id: "memory/torch/Rust/1 GiB, stored zip/libtorch",
        bound: Bound::Ratio(1.1),
    },
];

impl Target {
    /// How a run keeps it; none if the run did not measure it.
    pub(crate) fn outcome(&self, run: &Run) -> Option<Outcome> {
        let record = run.find(self.id)?;
        let (target, measured, median, bound) = match (&self.bound, &record.reference) {
            (Bound::Ratio(bound), Some(reference)) => {
                let ratio = &reference.ratio;
                (format::ratio(*bound), format::ratio_and_spread(ratio), ratio.median, bound)
            }
            (Bound::Value(bound), _) => {
                let show = |value| format::value(value, record.unit);
                let Quartiles { lower, median, upper } = record.value;
                let measured = match lower == upper {
                    true => show(median),
                    false => format!("{} ({}–{})", show(median), show(lower), show(upper)),
                };
                (show(*bound), measured, median, bound)
            }
            (Bound::Ratio(_), None) => return None,
        };
        Some(Outcome { target: format!("≤ {target}"), measured, is_met: median <= *bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::{record, run};

    #[test]
    fn a_median_over_the_bound_is_not_met() {
        for (seconds, is_met) in [(1.3e-6, true), (1.31e-6, false)] {
            let outcome =
                TARGETS[0].outcome(&run(vec![record("torch", "Rust", "small", "libtorch", seconds)]));
            let outcome = outcome.unwrap();
            assert_eq!((&*outcome.target, outcome.is_met), ("≤ 1.30 ×", is_met), "{}", outcome.measured);
        }
        assert!(TARGETS[0].outcome(&run(Vec::new())).is_none());
    }
}
