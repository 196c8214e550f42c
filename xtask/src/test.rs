//! `cargo xtask test`: every check, in order.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::duration::readable;
use crate::setup;
use crate::steps::{STEPS, Step, Workspace};

/// Runs the steps named, or all, up to the first that fails, and ends with a table.
///
/// # Errors
///
/// A name is no step's, or the setup failed. A step that fails is shown in the table.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<ExitCode> {
    let steps = select(names)?;
    let started = Instant::now();
    let environment = match steps.iter().any(|step| step.needs_setup) {
        true => Some(setup::run(root)?),
        false => None,
    };
    let workspace = Workspace::new(root, environment);
    let mut times = Vec::new();
    let mut failure = None;
    for step in &steps {
        eprintln!("==> {}: {}", step.name, step.about);
        let began = Instant::now();
        let result = (step.run)(&workspace);
        times.push(began.elapsed());
        if let Err(error) = result {
            eprintln!("\n{} failed: {error:#}", step.name);
            failure = Some(step.name);
            break;
        }
        eprintln!("<== {}: {}\n", step.name, readable(began.elapsed()));
    }
    eprint!("\n{}", table(&steps, &times, failure));
    eprintln!("\n{}, in {}", verdict(&steps, failure), readable(started.elapsed()));
    Ok(if failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints the names of the steps and what each does.
pub(crate) fn list() {
    for step in STEPS {
        println!("{:<16}{}", step.name, step.about);
    }
}

/// The steps by name, in their own order; all of them for no name.
fn select(names: &[&str]) -> Result<Vec<&'static Step>> {
    let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        bail!("there is no step `{unknown}`; there are: {}", known.join(", "));
    }
    let chosen = |step: &&Step| names.is_empty() || names.contains(&step.name);
    Ok(STEPS.iter().filter(chosen).collect())
}

fn table(steps: &[&Step], times: &[Duration], failure: Option<&str>) -> String {
    let rows = steps.iter().enumerate().map(|(index, step)| {
        let (result, time) = match times.get(index) {
            Some(time) if failure == Some(step.name) => ("FAILED", readable(*time)),
            Some(time) => ("ok", readable(*time)),
            None => ("not run", String::new()),
        };
        let row = format!("{:<16}{result:<9}{time:>12}", step.name);
        format!("{}\n", row.trim_end())
    });
    rows.collect()
}

fn verdict(steps: &[&Step], failure: Option<&str>) -> String {
    match failure {
        None if steps.len() == STEPS.len() => format!("all {} steps passed", steps.len()),
        None => format!("{} of {} steps passed; the others were not asked for", steps.len(), STEPS.len()),
        Some(step) => format!("stopped at `{step}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name_and_keep_their_order() {
        let chosen =
            |names: &[&str]| -> Vec<&str> { select(names).unwrap().iter().map(|step| step.name).collect() };
        assert_eq!(chosen(&["clippy", "fmt"]), ["fmt", "clippy"]);
        assert_eq!(chosen(&[]).len(), STEPS.len());
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_known_ones() {
        let message = select(&["clipy"]).unwrap_err().to_string();
        assert!(message.starts_with("there is no step `clipy`; there are: "), "{message}");
        assert!(message.contains("clippy"), "{message}");
    }

    #[test]
    fn the_table_tells_failed_from_not_run() {
        let steps = &select(&[]).unwrap()[..3];
        let times = [Duration::from_millis(1500), Duration::from_secs(70)];
        let table = table(steps, &times, Some(steps[1].name));
        let results: Vec<&str> = table.lines().map(|row| row[16..].trim()).collect();
        assert!(results[0].starts_with("ok") && results[0].ends_with("1.5 s"), "{table}");
        assert!(results[1].starts_with("FAILED") && results[1].ends_with("1 min 10 s"), "{table}");
        assert_eq!(results[2], "not run");
    }
}
