//! What changed since a run that was saved.

use crate::{Quartiles, Record, Run};

/// A change up to this, as a factor, is none: the same code gives as much from run to run.
const NOTEWORTHY: f64 = 1.10;

/// How a record differs from that of the saved run.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The record's id.
    pub id: String,
    /// What the saved run has: the ratio if there is one, otherwise the value.
    pub before: Quartiles,
    /// What this run has.
    pub after: Quartiles,
    /// What that means.
    pub verdict: Verdict,
}

/// What a change means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is better by more than chance explains.
    Better,
    /// It is worse by more than chance explains.
    Worse,
    /// Nothing that chance does not explain.
    Same,
}

impl Change {
    /// How many times as much it is as before.
    pub fn factor(&self) -> f64 {
        self.after.median / self.before.median
    }
}

/// The changes of all records that both runs have. Ratios are compared wherever there are some, as they hardly depend on
/// the machine; values only if both runs are of the same one.
pub fn changes(before: &Run, after: &Run) -> Vec<Change> {
    let same_machine = before.header.machine == after.header.machine;
    let both = after.records.iter().filter_map(|new| Some((before.find(&new.id())?, new)));
    both.filter_map(|(old, new)| change(old, new, same_machine)).collect()
}

fn change(old: &Record, new: &Record, same_machine: bool) -> Option<Change> {
    let (before, after) = match (&old.reference, &new.reference) {
        (Some(old), Some(new)) => (old.ratio, new.ratio),
        _ if same_machine => (old.value, new.value),
        _ => return None,
    };
    let factor = after.median / before.median;
    let is_noteworthy = after.is_apart_from(&before) && !(1.0 / NOTEWORTHY..=NOTEWORTHY).contains(&factor);
    let verdict = match is_noteworthy {
        false => Verdict::Same,
        true if (factor > 1.0) == new.unit.is_cost() => Verdict::Worse,
        true => Verdict::Better,
    };
    Some(Change { id: new.id(), before, after, verdict })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unit;
    use crate::run::tests::{record, run};

    fn verdict(before: Record, after: Record) -> Verdict {
        changes(&run(vec![before]), &run(vec![after]))[0].verdict
    }

    #[test]
    fn a_change_beyond_chance_is_noticed() {
        let small = |seconds| record("torch", "Rust", "small", "libtorch", seconds);
        assert_eq!(verdict(small(1e-6), small(1.05e-6)), Verdict::Same);
        assert_eq!(verdict(small(1e-6), small(1.2e-6)), Verdict::Worse);
        assert_eq!(verdict(small(1e-6), small(0.8e-6)), Verdict::Better);
    }

    #[test]
    fn more_calls_are_better() {
        let calls =
            |number| Record { unit: Unit::CallsPerSecond, ..record("tf", "Rust", "small", "C", number) };
        assert_eq!(verdict(calls(1e-6), calls(1.5e-6)), Verdict::Better);
    }

    #[test]
    fn values_of_other_machines_are_not_compared() {
        let alone = |seconds| Record { reference: None, ..record("torch", "Rust", "small", "", seconds) };
        let before = run(vec![alone(1.0)]);
        let mut after = run(vec![alone(2.0)]);
        assert_eq!(changes(&before, &after)[0].verdict, Verdict::Worse);
        after.header.machine.processor = "another".into();
        assert!(changes(&before, &after).is_empty());
    }
}
