//! What TensorFlow writes to standard error, and what it does not.

use std::process::Command;
use std::sync::mpsc;
use std::thread;

use neuropod_core::ModelOptions;

use crate::alone::{succeeds, text};
use crate::support::{f32s, infer, load_with, source, vector};
use crate::{add, addition};

#[test]
fn nothing_is_written_to_standard_error() {
    let quiet = |command: &mut Command| {
        command.env_remove("TF_CPP_MIN_LOG_LEVEL");
    };
    let output = succeeds("output::nothing_is_written_to_standard_error", quiet, || {
        add(&*addition());
        // The default tries a GPU, which TensorFlow likes to talk about.
        let source = source("VariablesSaved", &[f32s("x", 1)], &[f32s("out", 1)]);
        let model = load_with(source, &ModelOptions::new()).unwrap();
        infer(&*model, [("x", &vector(&[1.0; 3]))]).unwrap();
    });
    let Some(output) = output else { return };
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn what_others_write_while_tensorflow_loads_comes_through() {
    let quiet = |command: &mut Command| {
        command.env_remove("TF_CPP_MIN_LOG_LEVEL");
    };
    let output = succeeds("output::what_others_write_while_tensorflow_loads_comes_through", quiet, || {
        let (stop, stopped) = mpsc::channel::<()>();
        let writer = thread::spawn(move || {
            let mut lines = 0;
            while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                eprintln!("line {lines}");
                lines += 1;
                thread::sleep(std::time::Duration::from_millis(1));
            }
            println!("\n{lines} lines");
        });
        add(&*addition());
        stop.send(()).unwrap();
        writer.join().unwrap();
    });
    let Some(output) = output else { return };
    let stdout = text(&output.stdout);
    let count = stdout.lines().find_map(|line| line.strip_suffix(" lines")?.parse().ok()).expect("a count");
    let expected: Vec<_> = (0..count).map(|line: usize| format!("line {line}")).collect();
    assert_eq!(text(&output.stderr).lines().collect::<Vec<_>>(), expected);
    assert!(count > 10, "loading takes longer than {count} ms");
}

#[test]
fn tensorflows_notes_are_written_if_they_are_asked_for() {
    let talkative = |command: &mut Command| {
        command.env("TF_CPP_MIN_LOG_LEVEL", "0");
    };
    let test = "output::tensorflows_notes_are_written_if_they_are_asked_for";
    let Some(output) = succeeds(test, talkative, || add(&*addition())) else { return };
    assert!(text(&output.stderr).contains(".cc:"), "{:?}", text(&output.stderr));
}
