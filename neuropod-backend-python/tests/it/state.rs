//! What a model keeps between calls, and what is freed when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use neuropod_core::{Buffer, DType, Tensor};

use crate::support::{
    any, call, f32s, infer, load, load_source, numbers, returns, source_of, strings, vector,
};

/// Zeros in memory that counts how often it is freed.
pub(crate) fn counted(bytes: usize) -> (Tensor, Arc<AtomicUsize>) {
    struct Counted(Buffer, Arc<AtomicUsize>);
    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    let drops = Arc::new(AtomicUsize::new(0));
    let owner = Counted(Buffer::zeroed(bytes).unwrap(), Arc::clone(&drops));
    (Tensor::from_buffer(DType::Float32, [bytes / 4], Buffer::from_owner(owner)).unwrap(), drops)
}

#[test]
fn a_model_counts_its_calls() {
    let model = load(
        "class Model:\n    n = 0\n    def __call__(self):\n        self.n += 1\n        return {'out': self.n}\nmodel = Model()",
        &[],
        &[any("out", DType::Int64, 0)],
    );
    for expected in 1..=3 {
        assert_eq!(numbers::<i64>(&call(&*model).unwrap(), "out"), [expected]);
    }
}

#[test]
fn an_input_is_freed_when_nobody_uses_it() {
    let copies = load("def model(x): return {'out': x + 1}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let (x, drops) = counted(1 << 12);
    let outputs = infer(&*copies, [("x", &x)]).unwrap();
    drop(x);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
    drop(outputs);

    let shares = load("def model(x): return {'out': x[1:]}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let (x, drops) = counted(1 << 12);
    let outputs = infer(&*shares, [("x", x)]).unwrap();
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    drop(outputs);
    assert_eq!(drops.load(Ordering::SeqCst), 1);

    let keeps = load(
        "kept = []\ndef model(x):\n    kept.append(x)\n    return {'out': x}",
        &[f32s("x", 1)],
        &[f32s("out", 1)],
    );
    let (x, drops) = counted(1 << 12);
    drop(infer(&*keeps, [("x", x)]).unwrap());
    assert_eq!(drops.load(Ordering::SeqCst), 0, "the model has it");
    drop(keeps);
    assert_eq!(drops.load(Ordering::SeqCst), 1, "it goes with the model's globals");
}

#[test]
fn what_a_models_globals_hold_goes_with_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("gone");
    let code = format!(
        "class Mark:\n    def __del__(self):\n        with open({:?}, 'a') as file: file.write('x')\n\n\
         mark = Mark()\ncycle = [mark]\ncycle.append(cycle)\n\n\
         def model(): return {{'out': 1.0 if mark else 0.0}}",
        marker.display().to_string()
    );
    for round in 1..=2 {
        let model = load(&code, &[], &[f32s("out", 0)]);
        call(&*model).unwrap();
        assert_eq!(std::fs::read_to_string(&marker).map_or(0, |text| text.len()), round - 1);
        drop(model);
        assert_eq!(std::fs::read_to_string(&marker).unwrap().len(), round);
    }
}

#[test]
fn an_array_is_freed_with_its_output_or_in_the_next_call_if_it_is_small() {
    for (size, is_small) in [(1 << 16, false), (8, true)] {
        let folder = tempfile::tempdir().unwrap();
        let marker = folder.path().join("freed");
        let model = load(
            &format!(
                "import weakref\n\ndef note():\n    open({:?}, 'w').close()\n\ndef model(n):\n    \
                 out = numpy.ones(n, 'f4')\n    if n > 1: weakref.finalize(out, note)\n    return {{'out': out}}",
                marker.display().to_string()
            ),
            &[any("n", DType::Int64, 0)],
            &[f32s("out", 1)],
        );
        let make = |n: i64| infer(&*model, [("n", Tensor::scalar(n))]).unwrap().take("out").unwrap();
        let out = make(size);
        let part = out.reshape([2, size as usize / 2]).unwrap();
        drop(out);
        make(1);
        assert!(!marker.exists());
        assert!(part.as_slice::<f32>().unwrap().iter().all(|one| *one == 1.0));
        drop(part);
        if is_small {
            make(1);
        }
        // A call of another test may be under way, and deal with it at its end.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !marker.exists() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(marker.exists(), "{size}");
    }
}

#[test]
fn an_output_of_one_model_is_an_input_of_the_next() {
    let first = load("def model(x): return {'y': x + 1}", &[f32s("x", 1)], &[f32s("y", 1)]);
    let second = load(
        "def model(y): return {'same': y, 'at': y.ctypes.data}",
        &[f32s("y", 1)],
        &[f32s("same", 1), any("at", DType::Int64, 0)],
    );
    let y = infer(&*first, [("x", vector(&[1.0; 8]))]).unwrap().take("y").unwrap();
    let outputs = infer(&*second, [("y", &y)]).unwrap();
    assert_eq!(numbers::<i64>(&outputs, "at"), [crate::support::address(&y)]);
    assert_eq!(outputs["same"], y);
    drop((first, second, y));
    assert_eq!(numbers::<f32>(&outputs, "same"), [2.0; 8]);
}

#[test]
fn the_data_folder_is_handed_over_and_lives_as_long_as_the_model() {
    let files = crate::support::files(
        "import os\n\ndef get_model(data):\n    def model():\n        \
         with open(os.path.join(data, 'words.txt'), encoding='utf-8') as file: return {'out': file.read()}\n    \
         return model\n",
    )
    .file("0/data/words.txt", "größer");
    let model = load_source(source_of(files, &[], &[any("out", DType::String, 0)])).unwrap();
    assert_eq!(strings(&call(&*model).unwrap(), "out"), ["größer"]);
}

#[test]
fn a_package_without_data_gets_the_folders_name_all_the_same() {
    let code = "import os\n\ndef get_model(data):\n    name = os.path.basename(data)\n    return lambda: {'out': name}\n";
    let model = crate::support::load_code(code, &[], &[any("out", DType::String, 0)]).unwrap();
    assert_eq!(strings(&call(&*model).unwrap(), "out"), ["data"]);
}

#[test]
fn the_interpreter_looks_like_a_programs() {
    for (expression, expected) in [
        ("repr(__import__('sys').argv)", "['']"),
        ("repr(__import__('sys').flags.utf8_mode in (0, 1))", "True"),
        ("repr(__import__('threading').main_thread().is_alive())", "True"),
        ("repr(bool(__import__('sys').stdout) and bool(__import__('sys').stderr))", "True"),
    ] {
        let outputs = call(&*returns(expression, DType::String, 0)).unwrap();
        assert_eq!(strings(&outputs, "out"), [expected], "{expression}");
    }
}

#[test]
fn rubbish_of_others_can_be_collected_during_a_call() {
    let model = load(
        "import gc\n\ndef model(x):\n    gc.collect()\n    return {'out': x}",
        &[f32s("x", 1)],
        &[f32s("out", 1)],
    );
    let mut x = vector(&[1.0]);
    for _ in 0..3 {
        x = infer(&*model, [("x", x)]).unwrap().take("out").unwrap();
    }
    assert_eq!(x, vector(&[1.0]));
}
