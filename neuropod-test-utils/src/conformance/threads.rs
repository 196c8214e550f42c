//! Several models, several threads, many cycles.

use std::thread;

use neuropod_core::{Backend, ErrorKind, ModelOptions, Tensor};

use super::case::check;
#[cfg(not(target_os = "linux"))]
use super::case::skip;
use super::support::{check_error, check_output, check_same, infer, load, source, vector};
use super::{CaseResult, FixtureModel, Fixtures, Stop};

const THREADS: usize = 8;
const CALLS: usize = 50;

/// A model that is loaded twice is two models: dropping one leaves the other.
pub fn loading_twice_gives_independent_models(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = source(fixtures, FixtureModel::KeepsInput)?;
    let first = backend.load(source.clone(), &ModelOptions::new())?;
    let second = backend.load(source, &ModelOptions::new())?;
    let (one, two) = (vector(&[1.0]), vector(&[2.0]));
    check_output(&infer(&*first, &[("x", &one)])?, "previous", &one)?;
    check_output(&infer(&*second, &[("x", &two)])?, "previous", &two)?;
    check_output(&infer(&*first, &[("x", &two)])?, "previous", &one)?;
    drop(first);
    check_output(&infer(&*second, &[("x", &one)])?, "previous", &two)
}

/// Two models take turns without disturbing each other.
pub fn models_do_not_disturb_each_other(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let addition = load(backend, fixtures, FixtureModel::Addition)?;
    let arithmetic = load(backend, fixtures, FixtureModel::Arithmetic)?;
    for value in 0..10 {
        let x = vector(&[value as f32]);
        let sum = vector(&[2.0 * value as f32]);
        check_output(&infer(&*addition, &[("x", &x), ("y", &x)])?, "out", &sum)?;
        let outputs = infer(&*arithmetic, &[("x", &x), ("y", &x)])?;
        check_same(&sum, outputs.try_get("sum")?)?;
        check_same(&vector(&[0.0]), outputs.try_get("difference")?)?;
    }
    Ok(())
}

/// Eight threads call one model, and each gets its own result.
///
/// This holds for every backend: one that does not claim concurrent calls guards itself.
pub fn threads_may_share_a_model(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    on_threads(|thread| {
        for call in 0..CALLS {
            let x = vector(&[(thread * CALLS + call) as f32; 64]);
            let expected = vector(&[(thread * CALLS + call + 1) as f32; 64]);
            let outputs = infer(&*model, &[("x", &x), ("y", &vector(&[1.0; 64]))])?;
            check_output(&outputs, "out", &expected)?;
        }
        Ok(())
    })
}

/// Eight threads load, call and drop models of their own.
pub fn threads_may_load_at_once(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    source(fixtures, FixtureModel::Addition)?;
    on_threads(|thread| {
        for _ in 0..3 {
            let model = load(backend, fixtures, FixtureModel::Addition)?;
            let x = vector(&[thread as f32]);
            check_output(&infer(&*model, &[("x", &x), ("y", &x)])?, "out", &vector(&[2.0 * thread as f32]))?;
        }
        Ok(())
    })
}

/// Models are loaded and dropped while others run.
pub fn loading_does_not_disturb_running_models(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    on_threads(|thread| {
        if thread % 4 == 0 {
            for _ in 0..5 {
                drop(load(backend, fixtures, FixtureModel::Addition)?);
            }
        }
        for call in 0..CALLS {
            let x = vector(&[call as f32]);
            check_output(&infer(&*model, &[("x", &x), ("y", &x)])?, "out", &vector(&[2.0 * call as f32]))?;
        }
        Ok(())
    })
}

/// Calls that fail do not disturb those that run beside them.
pub fn failing_calls_do_not_disturb_others(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::FailsIfNegative)?;
    on_threads(|thread| {
        for call in 0..CALLS {
            let x = vector(&[call as f32, thread as f32]);
            if thread % 2 == 0 {
                check_output(&infer(&*model, &[("x", &x)])?, "out", &x)?;
            } else {
                let failed = infer(&*model, &[("x", &vector(&[-1.0]))]);
                let error = check_error(failed, "a model that fails", &[ErrorKind::Model])?;
                let message = error.to_string();
                check!(message.contains(FixtureModel::FAILURE), "another message came: {message}");
            }
        }
        Ok(())
    })
}

/// Memory does not grow from cycle to cycle of loading, calling and dropping.
#[cfg_attr(not(target_os = "linux"), allow(unused_variables, unreachable_code))]
pub fn memory_is_steady(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    const WINDOWS: usize = 4;
    const CYCLES: usize = 75;
    /// A cycle that leaks its input, 256 KiB, is far above this; so is one that leaks a model of 16 KiB.
    const LIMIT: usize = 1 << 20;

    #[cfg(not(target_os = "linux"))]
    skip!("the memory of the process is read from /proc, which this system does not have");
    let x = Tensor::full([64 * 1024], 1.0f32)?;
    let cycle = || -> CaseResult {
        let model = load(backend, fixtures, FixtureModel::Addition)?;
        infer(&*model, &[("x", &x.to_owned_memory()), ("y", &x)])?;
        let mut owned = neuropod_core::Inputs::new();
        owned.push("x", x.view())?;
        owned.push("y", x.to_owned_memory())?;
        model.infer(&owned, &[])?;
        Ok(())
    };
    let mut sizes = Vec::with_capacity(WINDOWS + 1);
    for _ in 0..=WINDOWS {
        for _ in 0..CYCLES {
            cycle()?;
        }
        sizes.push(resident_memory()?);
    }
    // A leak grows in every window; an allocator's or a framework's caches fill once. The first
    // window warms these up.
    let growth = sizes.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).min().unwrap_or(0);
    check!(
        growth < LIMIT,
        "at least {} KiB stay behind in each {CYCLES} cycles; resident memory in bytes: {sizes:?}",
        growth / 1024
    );
    Ok(())
}

/// Runs a check on eight threads at once, and returns the first failure.
fn on_threads(check: impl Fn(usize) -> CaseResult + Sync) -> CaseResult {
    let check = &check;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || check(thread))).collect();
        let mut result = Ok(());
        for thread in threads {
            let panicked = |_| Err(Stop::Failed("panicked on one of several threads".to_owned()));
            result = result.and(thread.join().unwrap_or_else(panicked));
        }
        result
    })
}

/// The process's resident memory in bytes.
fn resident_memory() -> Result<usize, Stop> {
    let text = std::fs::read_to_string("/proc/self/status").map_err(neuropod_core::Error::from)?;
    let kibibytes = text
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|value| value.split_whitespace().next())
        .and_then(|value| value.parse::<usize>().ok());
    match kibibytes {
        Some(kibibytes) => Ok(kibibytes * 1024),
        None => Err(Stop::Failed("/proc/self/status shows no VmRSS".to_owned())),
    }
}
