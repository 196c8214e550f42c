//! Who may be dropped before whom, and what is freed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use neuropod_core::{Backend, Buffer, DType, ModelOptions, Tensor, TensorView};

use super::case::check;
use super::support::{
    check_output, check_same, identity_dtype, infer, infer_view, load, load_identity, numbers, source, vector,
};
use super::{CaseResult, FixtureModel, Fixtures};

/// How long a framework may take to let go of memory.
const RELEASE: Duration = Duration::from_secs(2);

/// Outputs stay valid after the inputs are dropped.
pub fn outputs_outlive_inputs(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, dtype) = load_identity(backend, fixtures, 1)?;
    let x = numbers(dtype, &[10_000])?;
    let outputs = infer(&*model, &[("x", &x.to_owned_memory())])?;
    overwrite_freed_memory(x.bytes().len());
    check_output(&outputs, "y", &x)
}

/// Outputs stay as they are when memory that was only lent for the call changes.
pub fn outputs_do_not_alias_borrowed_views(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, dtype) = load_identity(backend, fixtures, 1)?;
    let expected = numbers(dtype, &[1000])?;
    let mut memory = expected.to_owned_memory();
    let outputs = infer_view(&*model, "x", memory.view())?;
    memory.as_mut_bytes()?.fill(1);
    drop(memory);
    check_output(&outputs, "y", &expected)?;

    let model = load(backend, fixtures, FixtureModel::Tail)?;
    let mut values = vec![1.0f32, 2.0, 3.0];
    let outputs = infer_view(&*model, "x", TensorView::from_slice(&[3], &values)?)?;
    values.fill(9.0);
    check_output(&outputs, "y", &vector(&[2.0, 3.0]))
}

/// Outputs stay valid after the model is dropped.
pub fn outputs_outlive_the_model(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let outputs = infer(&*model, &[("x", &vector(&[5.0; 1000])), ("y", &vector(&[2.0; 1000]))])?;
    drop(model);
    overwrite_freed_memory(4000);
    check_same(&vector(&[7.0; 1000]), outputs.try_get("sum")?)?;
    check_same(&vector(&[10.0; 1000]), outputs.try_get("product")?)
}

/// A model needs no source but the handle that it was given.
pub fn models_outlive_the_callers_source(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = source(fixtures, FixtureModel::Addition)?;
    let model = backend.load(Arc::clone(&source), &ModelOptions::new())?;
    drop(source);
    let x = vector(&[1.0]);
    check_output(&infer(&*model, &[("x", &x), ("y", &x)])?, "out", &vector(&[2.0]))
}

/// A model that keeps an input keeps valid memory, be it shared or lent.
pub fn kept_inputs_stay_valid(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::KeepsInput)?;
    let first = vector(&[1.0; 1000]);
    check_output(&infer(&*model, &[("x", &first.to_owned_memory())])?, "previous", &first)?;
    overwrite_freed_memory(4000);
    let mut lent = vec![2.0f32; 1000];
    let outputs = infer_view(&*model, "x", TensorView::from_slice(&[1000], &lent)?)?;
    check_output(&outputs, "previous", &first)?;
    lent.fill(9.0);
    drop(lent);
    overwrite_freed_memory(4000);
    check_output(&infer(&*model, &[("x", &first)])?, "previous", &vector(&[2.0; 1000]))
}

/// Memory that was handed over is freed once inputs and outputs are gone, and once only.
pub fn input_memory_is_released(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, dtype) = load_identity(backend, fixtures, 1)?;
    let drops = Arc::new(AtomicUsize::new(0));
    let expected = numbers(dtype, &[100])?;
    let x = counted(&expected, &drops)?;
    let outputs = infer(&*model, &[("x", &x)])?;
    check!(drops.load(Ordering::SeqCst) == 0, "the memory was freed while the input was alive");
    drop(x);
    check_output(&outputs, "y", &expected)?;
    drop(outputs);
    check_released(&drops, "the inputs and outputs")?;
    drop(model);
    check!(drops.load(Ordering::SeqCst) == 1, "the memory was freed again with the model");
    Ok(())
}

/// Memory that a model kept is freed with the model.
pub fn kept_input_memory_is_released_with_the_model(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::KeepsInput)?;
    let drops = Arc::new(AtomicUsize::new(0));
    drop(infer(&*model, &[("x", &counted(&vector(&[1.0; 100]), &drops)?)])?);
    drop(model);
    check_released(&drops, "the inputs, the outputs and the model")
}

/// A call that fails lets go of its inputs too.
pub fn failed_calls_release_their_inputs(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::FailsIfNegative)?;
    let drops = Arc::new(AtomicUsize::new(0));
    let failed = infer(&*model, &[("x", &counted(&vector(&[-1.0; 100]), &drops)?)]);
    check!(failed.is_err(), "the model did not fail");
    drop(failed);
    check_released(&drops, "the inputs")
}

/// Models and outputs may be used and dropped on other threads than the one that made them.
pub fn models_and_outputs_move_between_threads(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let dtype = identity_dtype(backend, fixtures, 1)?;
    let source = source(fixtures, FixtureModel::Identity { dtype, rank: 1 })?;
    let expected = numbers(dtype, &[1000])?;
    thread::scope(|scope| {
        let model = on(scope, || backend.load(source, &ModelOptions::new()))??;
        let (model, outputs) = on(scope, || {
            let outputs = infer(&*model, &[("x", &expected.to_owned_memory())]);
            (model, outputs)
        })?;
        on(scope, || drop(model))?;
        on(scope, || check_output(&outputs?, "y", &expected))?
    })
}

/// Runs something on a thread of its own.
fn on<'scope, T: Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    run: impl FnOnce() -> T + Send + 'scope,
) -> Result<T, super::Stop> {
    scope.spawn(run).join().map_err(|_| super::Stop::Failed("panicked on another thread".to_owned()))
}

/// A tensor of the same numbers, whose memory counts how often it is freed.
fn counted(tensor: &Tensor, drops: &Arc<AtomicUsize>) -> neuropod_core::Result<Tensor> {
    let memory = Counted { memory: Buffer::copy_from(tensor.bytes()), drops: Arc::clone(drops) };
    Tensor::from_buffer(tensor.dtype(), tensor.shape(), Buffer::from_owner(memory))
}

struct Counted {
    memory: Buffer,
    drops: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

/// Checks that memory was freed once. A framework that collects garbage gets some time.
fn check_released(drops: &AtomicUsize, after: &str) -> CaseResult {
    let start = Instant::now();
    while drops.load(Ordering::SeqCst) == 0 && start.elapsed() < RELEASE {
        thread::sleep(Duration::from_millis(10));
    }
    let drops = drops.load(Ordering::SeqCst);
    check!(drops == 1, "{after} were dropped, and the memory behind them was freed {drops} times, not once");
    Ok(())
}

/// Takes memory of that size and fills it: what was freed and is still read shows other bytes.
fn overwrite_freed_memory(size: usize) {
    for _ in 0..16 {
        let zeros = Tensor::zeros(DType::UInt8, [size]).map(|mut tensor| {
            if let Ok(bytes) = tensor.as_mut_bytes() {
                bytes.fill(0xa5);
            }
            tensor
        });
        drop(std::hint::black_box((zeros, vec![0xa5u8; size])));
    }
}
