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
//! Every case ends as [`CaseResult`] says.

#![allow(clippy::missing_errors_doc, reason = "an error is a case's verdict, and `Stop` documents it")]

mod case;
mod fixtures;
mod runner;
mod support;

pub mod errors;
pub mod info;
pub mod inputs;
pub mod lifetimes;
pub mod options;
pub mod outputs;
pub mod threads;
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
        the_framework_is_found, each_dtype_has_a_fixture, debug_text_is_short;
    values: integers_keep_every_bit, floats_keep_every_bit, bools_are_kept, every_rank_is_kept,
        single_elements_keep_their_rank, empty_tensors_are_kept, large_tensors_are_kept,
        sizes_differ_between_calls, undeclared_dtypes_are_refused, empty_strings_are_kept,
        unicode_strings_are_kept, strings_with_nul_are_kept, long_and_many_strings_are_kept,
        zero_strings_are_kept, strings_of_any_bytes_are_kept_or_refused;
    outputs: all_outputs_come_in_the_order_of_the_spec, requested_outputs_come_in_the_order_of_the_request,
        only_requested_outputs_come, models_without_inputs_run, transposed_outputs_are_row_major,
        sliced_outputs_start_at_their_offset, repeated_calls_agree, outputs_do_not_change_with_later_calls,
        outputs_that_can_be_written_are_nobody_elses;
    inputs: shared_owned_and_borrowed_agree, arrays_are_taken, memory_of_any_alignment_is_taken,
        inputs_do_not_change, inputs_come_in_any_order, many_inputs_are_told_apart, names_may_hold_any_text,
        optional_inputs_may_be_absent, allocated_tensors_are_writable_and_taken;
    lifetimes: outputs_outlive_inputs, outputs_do_not_alias_borrowed_views, outputs_outlive_the_model,
        models_outlive_the_callers_source, kept_inputs_stay_valid, input_memory_is_released,
        kept_input_memory_is_released_with_the_model, failed_calls_release_their_inputs,
        models_and_outputs_move_between_threads;
    errors: missing_input_is_named, unknown_input_is_an_error, unknown_output_is_an_error,
        wrong_dtypes_are_not_reinterpreted, wrong_shapes_are_not_misread, model_errors_hold_the_message,
        models_work_after_a_failure, absent_outputs_are_an_error, mistyped_outputs_are_not_reinterpreted,
        missing_model_file_is_an_error, garbage_model_file_is_an_error, truncated_model_file_does_no_harm;
    options: the_cpu_can_be_required, an_absent_device_is_an_error, an_absent_device_falls_back,
        thread_counts_are_taken, unknown_backend_options_are_ignored, custom_ops_can_be_forbidden,
        broken_custom_ops_are_an_error;
    threads: loading_twice_gives_independent_models, models_do_not_disturb_each_other,
        threads_may_share_a_model, threads_may_load_at_once, loading_does_not_disturb_running_models,
        failing_calls_do_not_disturb_others, memory_is_steady;
};
