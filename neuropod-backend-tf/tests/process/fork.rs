//! Processes that are forked after TensorFlow was used.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use neuropod_core::{DType, ErrorKind, Model, ModelFiles, ReadAt, Result, Tensor};
use neuropod_test_utils::MemoryFiles;

use crate::alone::{as_it_is, succeeds};
use crate::child::End::{AsAProgram, AtOnce};
use crate::child::in_child;
use crate::fixtures::assert_conforms;
use crate::support::{f32s, files, infer, load, load_source, numbers, source};
use crate::{add, addition};

/// A model whose operators run in a pool of threads, and each in several.
fn wide() -> Box<dyn Model> {
    load("MatrixChains", &[f32s("x", 2)], &[f32s("out", 2)])
}

fn run_wide(model: &dyn Model) -> Result<()> {
    let x = Tensor::zeros(DType::Float32, [256, 256])?;
    assert_eq!(numbers(&infer(model, [("x", &x)])?, "out"), [0.0; 256 * 256]);
    Ok(())
}

#[test]
fn a_child_loads_and_runs_models_whatever_its_parent_did() {
    succeeds("fork::a_child_loads_and_runs_models_whatever_its_parent_did", as_it_is, || {
        let own = || {
            add(&*addition());
            run_wide(&*wide()).unwrap();
        };
        in_child("TensorFlow is not open", AsAProgram, own);
        run_wide(&*wide()).unwrap();
        for end in [AtOnce, AsAProgram] {
            in_child("TensorFlow was used", end, own);
        }
        in_child("TensorFlow was used twice", AtOnce, || {
            own();
            in_child("by the parent and the grandparent", AtOnce, own);
        });
        run_wide(&*wide()).unwrap();
    });
}

#[test]
fn a_forked_child_conforms() {
    succeeds("fork::a_forked_child_conforms", as_it_is, || {
        run_wide(&*wide()).unwrap();
        in_child("the conformance kit", AtOnce, || {
            assert_conforms(neuropod_backend_tf::backend());
        });
    });
}

#[test]
fn a_model_of_the_parent_is_an_error_in_the_child() {
    succeeds("fork::a_model_of_the_parent_is_an_error_in_the_child", as_it_is, || {
        let models = [addition(), wide()];
        let refused = |model: &dyn Model| {
            let error = run_wide(model).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.message().contains("load it after the fork"), "{error}");
        };
        in_child("models that never ran", AsAProgram, || models.iter().for_each(|model| refused(&**model)));
        add(&*models[0]);
        run_wide(&*models[1]).unwrap();
        in_child("models that ran", AsAProgram, || models.iter().for_each(|model| refused(&**model)));
        let [small, large] = models;
        in_child("models that are dropped", AsAProgram, || drop((small, large)));
    });
}

#[test]
fn a_child_whose_parent_was_loading_a_model_gets_an_error() {
    succeeds("fork::a_child_whose_parent_was_loading_a_model_gets_an_error", as_it_is, || {
        add(&*addition());
        let loaded = |files: Arc<dyn ModelFiles>| {
            let inputs = [f32s("x", 1), f32s("y", 1)];
            let mut source = source("Addition", &inputs, &[f32s("out", 1)]);
            source.files = files;
            load_source(source)
        };
        let ((reading, is_reading), (go_on, gone_on)) = (mpsc::channel(), mpsc::channel());
        let stopping = Stopping { files: files("Addition"), at_first: Mutex::new(Some((reading, gone_on))) };
        thread::scope(|scope| {
            let load = scope.spawn(|| loaded(Arc::new(stopping)).map(drop));
            is_reading.recv().unwrap();
            in_child("another thread loads", AtOnce, || {
                let error = loaded(Arc::new(files("Addition"))).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                assert!(error.message().contains("in another thread"), "{error}");
            });
            go_on.send(()).unwrap();
            load.join().unwrap().unwrap();
        });
    });
}

/// Files whose first reader says that it is there, and waits.
struct Stopping {
    files: MemoryFiles,
    at_first: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

impl ModelFiles for Stopping {
    fn paths(&self) -> Vec<String> {
        self.files.paths()
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>> {
        if let Some((reading, gone_on)) = self.at_first.lock().unwrap().take() {
            reading.send(()).unwrap();
            gone_on.recv().unwrap();
        }
        self.files.open(path)
    }

    fn open_at(&self, path: &str) -> Result<Arc<dyn ReadAt>> {
        self.files.open_at(path)
    }

    fn path(&self, path: &str) -> Result<PathBuf> {
        self.files.path(path)
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopping")
    }
}
