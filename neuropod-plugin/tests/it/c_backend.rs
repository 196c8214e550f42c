//! `examples/c/addition.c`, a backend in C.

use std::sync::{Arc, LazyLock};
use std::thread;

use neuropod_core::{Backend, DType, Device, DeviceType, ErrorKind, ModelOptions, ModelSource};
use neuropod_test_utils::MemoryFiles;

use crate::compile;
use crate::support::{floats, infer, load_addition};

static BACKEND: LazyLock<Arc<dyn Backend>> = LazyLock::new(|| {
    let library = compile::library("examples/c/addition.c", "addition", &[]);
    neuropod_plugin::load(&library, None).unwrap()
});

#[test]
fn it_is_described() {
    assert_eq!(BACKEND.info().to_string(), "`c-addition` 1.0.0 for platform `c-addition`");
    BACKEND.check().unwrap(); // it has nothing to check
    let capabilities = BACKEND.capabilities();
    assert_eq!(
        (&capabilities.dtypes[..], &capabilities.devices[..]),
        (&[DType::Float32][..], &[DeviceType::Cpu][..])
    );
    assert!(capabilities.concurrent_infer && !capabilities.custom_ops && !capabilities.optional_inputs);
}

#[test]
fn it_adds_and_reads_a_file_of_the_package() {
    let (x, y) = (floats(&[1.0, 2.0]), floats(&[3.0, 4.0]));
    let plain = load_addition(&BACKEND, MemoryFiles::new()).unwrap();
    let scaled = load_addition(&BACKEND, MemoryFiles::new().file("0/data/scale", "-2.5")).unwrap();
    let outputs = infer(&*plain, &[("x", &x), ("y", &y)]).unwrap();
    drop(plain);
    assert_eq!(outputs["out"], floats(&[4.0, 6.0]));
    let outputs = infer(&*scaled, &[("y", &y), ("x", &x)]).unwrap();
    let kept = outputs["out"].clone();
    drop((scaled, outputs));
    assert_eq!(kept, floats(&[-10.0, -15.0]));
    let empty = infer(
        &*load_addition(&BACKEND, MemoryFiles::new()).unwrap(),
        &[("x", &floats(&[])), ("y", &floats(&[]))],
    );
    assert_eq!(empty.unwrap()["out"].dims(), [0]);
}

#[test]
fn its_errors_have_a_kind_a_message_and_context() {
    let model = load_addition(&BACKEND, MemoryFiles::new()).unwrap();
    let error = infer(&*model, &[("x", &floats(&[1.0]))]).unwrap_err();
    assert_eq!(error.to_string(), "missing input: the model needs the input `y` (tensor: y)");
    let error = load_addition(&BACKEND, MemoryFiles::new().file("0/data/scale", "much")).unwrap_err();
    assert_eq!(error.to_string(), "loading failed: `0/data/scale` holds no number (tensor: out)");
    let source = Arc::new(ModelSource::new("m", "c-addition", Arc::new(MemoryFiles::new())));
    let error = BACKEND.load(source, &ModelOptions::new().device(Device::Cuda(0))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Device);
}

#[test]
fn it_runs_in_many_threads() {
    let model = load_addition(&BACKEND, MemoryFiles::new()).unwrap();
    thread::scope(|scope| {
        for number in 0..8u8 {
            let model = &model;
            scope.spawn(move || {
                let x = floats(&[f32::from(number); 100]);
                for _ in 0..200 {
                    let outputs = infer(&**model, &[("x", &x), ("y", &x)]).unwrap();
                    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [2.0 * f32::from(number); 100]);
                }
            });
        }
    });
}
