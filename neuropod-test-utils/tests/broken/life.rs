//! Faults in what happens around a call: lifetimes, errors, options, threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;
use std::time::Duration;

use neuropod_core::{
    Backend, DType, Device, Error, ErrorKind, Inputs, Model, ModelOptions, ModelSource, Outputs, Result,
    Tensor,
};

use super::broken::Broken;

pub(crate) fn in_lifetimes() -> Vec<Broken> {
    let kept = Mutex::new(Vec::new());
    let thread_of_load = Arc::new(OnceLock::new());
    let bound_to = Arc::clone(&thread_of_load);
    vec![
        Broken::new(
            "keeps every input",
            &[
                "lifetimes::input_memory_is_released",
                "lifetimes::kept_input_memory_is_released_with_the_model",
                "lifetimes::failed_calls_release_their_inputs",
                "threads::memory_is_steady",
            ],
        )
        .infer(move |call| {
            kept.lock().unwrap().extend(call.tensors().into_iter().map(|(_, tensor)| tensor));
            call.run()
        }),
        Broken::new("relies on the caller's source", &["lifetimes::models_outlive_the_callers_source"])
            .load(|_, source, _| Ok(Box::new(Weakly(Arc::downgrade(&source))))),
        Broken::new("forgets what it should keep", &["lifetimes::kept_inputs_stay_valid"])
            .infer(|call| reload(call.source)?.infer(call.inputs, call.requested)),
        Broken::new("is bound to a thread", &["lifetimes::models_and_outputs_move_between_threads"])
            .load(move |fake, source, options| {
                thread_of_load.set(thread::current().id()).map_err(|_| fault())?;
                fake.load(source, options)
            })
            .infer(move |call| {
                let same = bound_to.get() == Some(&thread::current().id());
                if same { call.run() } else { Err(fault()) }
            }),
    ]
}

pub(crate) fn in_errors() -> Vec<Broken> {
    let failed = AtomicBool::new(false);
    vec![
        Broken::new(
            "has one kind of error",
            &[
                "errors::missing_input_is_named",
                "errors::unknown_input_is_an_error",
                "errors::unknown_output_is_an_error",
                "errors::model_errors_hold_the_message",
                "errors::absent_outputs_are_an_error",
                "errors::missing_model_file_is_an_error",
                "errors::garbage_model_file_is_an_error",
                "errors::truncated_model_file_does_no_harm",
                "options::an_absent_device_is_an_error",
                "options::custom_ops_can_be_forbidden",
                "options::broken_custom_ops_are_an_error",
            ],
        )
        .load(|fake, source, options| fake.load(source, options).map_err(|_| fault()))
        .infer(|call| call.run().map_err(|_| fault())),
        Broken::new(
            "names no input",
            &["errors::missing_input_is_named", "errors::unknown_input_is_an_error"],
        )
        .infer(|call| call.run().map_err(|error| Error::new(error.kind(), "wrong inputs"))),
        Broken::new("panics", &["errors::missing_input_is_named", "errors::wrong_shapes_are_not_misread"])
            .infer(|call| Ok(call.run().expect("no call fails"))),
        Broken::new("reads other elements as float32", &["errors::wrong_dtypes_are_not_reinterpreted"])
            .infer(|call| {
                let tensors = call.tensors().into_iter().map(|(name, tensor)| {
                    let count = tensor.bytes().len() / 4;
                    let bytes = tensor.buffer().slice(0..count * 4);
                    Ok((name, Tensor::from_buffer(DType::Float32, [count], bytes)?))
                });
                call.run_with(&tensors.collect::<Result<Vec<_>>>()?)
            }),
        Broken::new("takes the shorter length", &["errors::wrong_shapes_are_not_misread"]).infer(|call| {
            let count = call.tensors().iter().map(|(_, tensor)| tensor.element_count()).min().unwrap_or(0);
            let tensors = call.tensors().into_iter().map(|(name, tensor)| {
                Ok((name, Tensor::from_buffer(DType::Float32, [count], tensor.buffer().slice(0..count * 4))?))
            });
            call.run_with(&tensors.collect::<Result<Vec<_>>>()?)
        }),
        Broken::new(
            "does not recover from a failure",
            &["errors::models_work_after_a_failure", "threads::failing_calls_do_not_disturb_others"],
        )
        .infer(move |call| {
            if failed.load(Ordering::SeqCst) {
                return Err(fault());
            }
            call.run().inspect_err(|_| failed.store(true, Ordering::SeqCst))
        }),
        Broken::new("trusts the spec", &["errors::mistyped_outputs_are_not_reinterpreted"]).infer(|call| {
            call.map(|name, output| {
                let spec = call.source.outputs.iter().find(|spec| *spec.name == *name).ok_or_else(fault)?;
                let count = output.bytes().len() / spec.dtype.size().unwrap_or(1);
                Tensor::from_buffer(spec.dtype, [count], output.buffer().clone())
            })
        }),
    ]
}

pub(crate) fn in_options() -> Vec<Broken> {
    let refusing = |what, noticed_by, refuses: fn(&ModelOptions) -> bool| {
        Broken::new(what, noticed_by).load(move |fake, source, options| {
            if refuses(options) { Err(fault()) } else { fake.load(source, options) }
        })
    };
    vec![
        refusing("needs a GPU", &["options::the_cpu_can_be_required"], |options| {
            options.device == Device::Cpu
        }),
        refusing("never falls back", &["options::an_absent_device_falls_back"], |options| {
            options.device != Device::Cpu
        }),
        refusing("refuses numbers of threads", &["options::thread_counts_are_taken"], |options| {
            options.intra_op_threads.is_some()
        }),
        refusing("refuses unknown options", &["options::unknown_backend_options_are_ignored"], |options| {
            !options.backend.is_empty()
        }),
        Broken::new("ignores the options", &["options::an_absent_device_is_an_error"])
            .load(|fake, source, _| fake.load(source, &ModelOptions::new())),
        Broken::new(
            "ignores custom operators",
            &["options::custom_ops_can_be_forbidden", "options::broken_custom_ops_are_an_error"],
        )
        .load(|fake, source, options| {
            let mut source = ModelSource::clone(&*source);
            source.custom_ops.clear();
            fake.load(Arc::new(source), options)
        }),
    ]
}

pub(crate) fn in_threads() -> Vec<Broken> {
    let shared: OnceLock<Arc<dyn Model>> = OnceLock::new();
    let slot = Mutex::new(BTreeMap::new());
    let loading = Arc::new(AtomicBool::new(false));
    let loading_too = Arc::clone(&loading);
    vec![
        Broken::new(
            "has one model",
            &["threads::loading_twice_gives_independent_models", "threads::models_do_not_disturb_each_other"],
        )
        .load(move |fake, source, options| {
            let model: Arc<dyn Model> = fake.load(source, options)?.into();
            Ok(Box::new(Shared(Arc::clone(shared.get_or_init(|| model)))))
        }),
        Broken::new("shares its inputs between calls", &["threads::threads_may_share_a_model"]).infer(
            move |call| {
                for (name, tensor) in call.tensors() {
                    slot.lock().unwrap().insert(name.to_owned(), tensor);
                }
                thread::sleep(Duration::from_millis(1));
                let tensors = slot.lock().unwrap().clone();
                let tensors: Vec<_> =
                    tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.clone())).collect();
                call.run_with(&tensors)
            },
        ),
        Broken::new(
            "does one thing at a time",
            &["threads::threads_may_load_at_once", "threads::loading_does_not_disturb_running_models"],
        )
        .load(move |fake, source, options| {
            if loading.swap(true, Ordering::SeqCst) {
                return Err(fault());
            }
            thread::sleep(Duration::from_millis(20));
            let model = fake.load(source, options);
            loading.store(false, Ordering::SeqCst);
            model
        })
        .infer(move |call| if loading_too.load(Ordering::SeqCst) { Err(fault()) } else { call.run() }),
    ]
}

/// A model that is loaded again for each call, from a source that may be gone.
#[derive(Debug)]
struct Weakly(Weak<ModelSource>);

impl Model for Weakly {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        reload(&*self.0.upgrade().ok_or_else(fault)?)?.infer(inputs, requested)
    }
}

#[derive(Debug)]
struct Shared(Arc<dyn Model>);

impl Model for Shared {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        self.0.infer(inputs, requested)
    }
}

fn reload(source: &ModelSource) -> Result<Box<dyn Model>> {
    neuropod_test_utils::fake::FakeBackend::new().load(Arc::new(source.clone()), &ModelOptions::new())
}

fn fault() -> Error {
    Error::new(ErrorKind::Internal, "a fault")
}
