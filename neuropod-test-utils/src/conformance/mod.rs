//! The conformance kit: what a backend must do, as functions.
//!
//! [`run`] runs every case of [`CASES`] against a backend and the [`Fixtures`] that it supplies:
//!
//! ```
//! use std::sync::Arc;
//!
//! use neuropod_test_utils::conformance;
//! use neuropod_test_utils::fake::{FakeBackend, FakeFixtures};
//!
//! conformance::run(Arc::new(FakeBackend::new()), Arc::new(FakeFixtures)).assert();
//! ```
//!
//! Each case is a public function as well, so that one can be run alone while a backend is written.
//! What a backend's capabilities or fixtures leave out is skipped, and printed with the reason.

mod case;
mod fixtures;
mod runner;
mod support;

pub mod info;
pub mod outputs;
pub mod values;

pub use case::{Case, CaseResult, Stop};
pub use fixtures::{FixtureModel, Fixtures};
pub use runner::{CaseReport, Report, run, run_case};

/// Lists functions with their names.
macro_rules! cases {
    ($($module:ident: $($function:ident),+;)+) => {
        &[$($(Case {
            name: concat!(stringify!($module), "::", stringify!($function)),
            run: $module::$function,
        },)+)+]
    };
}

/// Every case, in the order that [`run`] takes.
pub const CASES: &[Case] = cases! {
    info: info_is_complete_and_constant, capabilities_are_sound_and_constant, registry_takes_and_finds_it,
        each_dtype_has_a_fixture, debug_text_is_short;
    values: integers_keep_every_bit, floats_keep_every_bit, bools_are_kept, every_rank_is_kept,
        single_elements_keep_their_rank, empty_tensors_are_kept, large_tensors_are_kept,
        sizes_differ_between_calls, undeclared_dtypes_are_refused, empty_strings_are_kept,
        unicode_strings_are_kept, strings_with_nul_are_kept, long_and_many_strings_are_kept,
        zero_strings_are_kept, strings_of_any_bytes_are_kept_or_refused;
    outputs: all_outputs_come_in_the_order_of_the_spec, requested_outputs_come_in_the_order_of_the_request,
        only_requested_outputs_come, models_without_inputs_run, transposed_outputs_are_row_major,
        sliced_outputs_start_at_their_offset, repeated_calls_agree, outputs_do_not_change_with_later_calls;
};
