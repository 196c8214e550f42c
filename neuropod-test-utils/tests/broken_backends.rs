//! Every case can fail: for each there is a backend that breaks the property, and it is noticed.

#[path = "broken/mod.rs"]
mod broken;
#[path = "broken/data.rs"]
mod data;
#[path = "broken/life.rs"]
mod life;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use broken::Broken;
use neuropod_core::{DType, ModelSource};
use neuropod_test_utils::conformance::{CASES, Case, FixtureModel, Fixtures, Stop, run, run_case};
use neuropod_test_utils::fake::{FakeBackend, FakeFixtures};

const TIMEOUT: Duration = Duration::from_secs(60);

/// It reports what the fixtures leave out, and has nothing to hold against a backend.
const NEVER_FAILS: &str = "info::each_dtype_has_a_fixture";

#[test]
fn each_fault_is_noticed() {
    let mut noticing = BTreeSet::from([NEVER_FAILS]);
    for broken in faults() {
        for name in broken.noticed_by {
            let result = run_case(&case(name), Arc::new(broken.clone()), Arc::new(FakeFixtures), TIMEOUT);
            let noticed = matches!(result, Err(Stop::Failed(_)));
            assert!(noticed, "`{name}` did not notice a backend that {}: {result:?}", broken.fault);
            noticing.insert(name);
        }
    }
    let all: BTreeSet<_> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(noticing, all, "each case must be shown to fail");
}

#[test]
fn a_panic_is_a_failure_that_holds_its_message() {
    let broken = Broken::new("panics", &[]).infer(|_| panic!("the model panics"));
    let case = case("values::every_rank_is_kept");
    let result = run_case(&case, Arc::new(broken), Arc::new(FakeFixtures), TIMEOUT);
    assert_eq!(result, Err(Stop::Failed("panicked: the model panics".to_owned())));
}

#[test]
fn a_hang_is_a_failure_and_is_left_behind() {
    let broken = Broken::new("hangs", &[]).infer(|_| {
        loop {
            thread::park();
        }
    });
    let (start, timeout) = (Instant::now(), Duration::from_millis(200));
    let case = case("values::every_rank_is_kept");
    let result = run_case(&case, Arc::new(broken), Arc::new(FakeFixtures), timeout);
    let Err(Stop::Failed(message)) = result else { panic!("expected a failure, found {result:?}") };
    assert!(message.contains("did not return within 200ms"), "{message}");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_report_counts_and_asserts() {
    let broken =
        Broken::new("has no platform", &[]).info(|| neuropod_core::BackendInfo::new("a", "", "1.0.0"));
    let report = run(Arc::new(broken), Arc::new(NoFixtures));
    let failed: Vec<_> = report.failed().map(|case| case.name).collect();
    assert_eq!(failed, ["info::info_is_complete_and_constant"]);
    assert_eq!(report.cases.len(), CASES.len());
    assert!(report.skipped().all(|case| case.to_string().starts_with("skipped: ")));
    let message = *std::panic::catch_unwind(|| report.assert()).unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("info_is_complete_and_constant: FAILED: the platform is empty"), "{message}");
}

#[test]
fn a_missing_fixture_is_skipped_with_the_reason() {
    let skipped =
        |name| match run_case(&case(name), Arc::new(FakeBackend::new()), Arc::new(NoFixtures), TIMEOUT) {
            Err(Stop::Skipped(why)) => why,
            other => panic!("`{name}`: expected a skip, found {other:?}"),
        };
    assert_eq!(skipped("inputs::many_inputs_are_told_apart"), "the fixtures have no model ManyInputs");
    let untested = skipped(NEVER_FAILS);
    assert!(DType::ALL.iter().all(|dtype| untested.contains(&format!("{dtype:?}"))), "{untested}");
}

struct NoFixtures;

impl Fixtures for NoFixtures {
    fn source(&self, _: FixtureModel) -> Option<Arc<ModelSource>> {
        None
    }
}

fn faults() -> Vec<Broken> {
    let families = [
        data::in_info(),
        data::in_numbers(),
        data::in_strings(),
        data::in_outputs(),
        data::in_inputs(),
        life::in_lifetimes(),
        life::in_errors(),
        life::in_options(),
        life::in_threads(),
    ];
    families.into_iter().flatten().collect()
}

fn case(name: &str) -> Case {
    *CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("there is no case `{name}`"))
}
