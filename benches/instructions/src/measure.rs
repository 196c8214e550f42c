//! Calls that are counted.

use std::hint::black_box;

use neuropod_test_utils::Allocations;

use crate::Result;
use crate::baseline::Count;
use crate::cases::{self, Case};

/// The argument with which the program makes the calls.
pub(crate) const CALLS_COMMAND: &str = "calls";

/// How many calls of a case are counted together.
const CALLS: u64 = 100;

/// How many calls come before them, so that memory which is used again and again is there.
const WARM_UP: usize = 100;

/// Makes the calls of every case, for callgrind to count.
pub(crate) fn make_calls() {
    // What the loop itself costs is counted first.
    for mut case in [Case::new("nothing", || ())].into_iter().chain(cases::all()) {
        case.make_calls();
    }
}

/// Makes the calls of one case.
pub(crate) fn make_calls_of(name: &str) -> Result<()> {
    let mut case = cases::all().find(|case| case.name == name).ok_or_else(|| {
        let names: Vec<_> = cases::all().map(|case| format!("`{}`", case.name)).collect();
        format!("there is no case `{name}`; there are {}", names.join(", "))
    })?;
    case.make_calls();
    Ok(())
}

/// What one call of each case costs: instructions from what callgrind counted of [`make_calls`], allocations by
/// calling now.
pub(crate) fn counts(totals: &[u64]) -> Result<Vec<Count>> {
    let mut cases: Vec<Case> = cases::all().collect();
    let Some((nothing, totals)) = totals.split_first().filter(|(_, totals)| totals.len() == cases.len())
    else {
        let (expected, found) = (cases.len() + 1, totals.len());
        return Err(format!("callgrind counted {found} loops and should have counted {expected}").into());
    };
    let whole: Vec<_> =
        cases.iter_mut().zip(totals).map(|(case, total)| whole(case, total - nothing)).collect();
    Ok(cases.iter().zip(&whole).map(|(case, count)| share(case, count, &whole)).collect())
}

fn whole(case: &mut Case, total: u64) -> Count {
    case.warm_up();
    let Allocations { count, bytes } = Allocations::during(&mut *case.call);
    let case = case.name.to_owned();
    Count { case, instructions: (total + CALLS / 2) / CALLS, allocations: count, bytes }
}

/// What a case costs beyond the one that it contains.
fn share(case: &Case, count: &Count, all: &[Count]) -> Count {
    let Some(inner) = all.iter().find(|inner| Some(&*inner.case) == case.beyond) else {
        return count.clone();
    };
    Count {
        case: count.case.clone(),
        instructions: count.instructions.saturating_sub(inner.instructions),
        allocations: count.allocations.saturating_sub(inner.allocations),
        bytes: count.bytes.saturating_sub(inner.bytes),
    }
}

impl Case {
    fn make_calls(&mut self) {
        self.warm_up();
        neuropod_measured_calls(black_box(&mut *self.call), black_box(CALLS));
    }

    fn warm_up(&mut self) {
        (0..WARM_UP).for_each(|_| (self.call)());
    }
}

/// Callgrind counts what happens in here, and finds it by its name.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn neuropod_measured_calls(call: &mut dyn FnMut(), times: u64) {
    for _ in 0..times {
        call();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_counts_beyond_what_it_contains() {
        let count = |case: &str, instructions, allocations| Count {
            case: case.to_owned(),
            instructions,
            allocations,
            bytes: 8 * allocations,
        };
        let all = [count("inner", 10, 1), count("outer", 25, 3)];
        let outer = Case::new("outer", || ()).beyond("inner");
        assert_eq!(share(&outer, &all[1], &all), count("outer", 15, 2));
        assert_eq!(share(&Case::new("inner", || ()), &all[0], &all), all[0]);
    }

    #[test]
    fn every_case_has_a_name_of_its_own_and_contains_one_before_it() {
        let cases: Vec<Case> = cases::all().collect();
        for (index, case) in cases.iter().enumerate() {
            let has = |name: &str| cases[..index].iter().any(|earlier| earlier.name == name);
            assert!(!has(case.name), "{}", case.name);
            assert!(case.beyond.is_none_or(has), "{}", case.name);
        }
    }

    #[test]
    fn an_unknown_case_is_answered_with_the_known_ones() {
        let message = make_calls_of("clone").unwrap_err().to_string();
        assert!(message.starts_with("there is no case `clone`; there are `tensor: clone`, "), "{message}");
    }

    #[test]
    fn a_loop_too_few_is_noticed() {
        let message = counts(&[1, 2]).unwrap_err().to_string();
        assert!(message.starts_with("callgrind counted 2 loops and should have counted "), "{message}");
    }
}
