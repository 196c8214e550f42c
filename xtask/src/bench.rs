//! `cargo xtask bench`: measures everything beside the bare frameworks, and writes the report.

mod programs;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::duration::readable;
use crate::environment::Environment;
use crate::process::Process;
use crate::setup;

/// The run that others are compared with, and that the README shows.
const BASELINE: &str = "benches/baseline.jsonl";

/// What is measured in Rust, in this order.
const TARGETS: [&str; 8] = ["validation", "tensor", "package", "facade", "plugin", "torch", "tf", "python"];

/// What is measured in C++ and Python.
const BACKENDS: [&str; 3] = ["torch", "tf", "python"];

/// What the arguments ask for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// A short look instead of all.
    is_quick: bool,
    /// Save the run as the baseline, and write the README's tables.
    saves: bool,
    /// Compare with this run instead of the baseline.
    baseline: Option<PathBuf>,
}

/// Sets up what is missing, builds, measures, and writes the report.
///
/// # Errors
///
/// The arguments are wrong, or the setup, a build or a benchmark failed; the error says how to repeat it.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<ExitCode> {
    let options = parse(arguments)?;
    let environment = setup::run(root)?;
    let folder = root.join("target/benchmarks");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let bench =
        Bench { root, environment: &environment, results: folder.join("results.jsonl"), folder, options };
    let programs = timed("built", || bench.build())?;
    let began = Instant::now();
    timed("measured", || bench.measure(&programs))?;
    bench.report(began.elapsed())?;
    Ok(ExitCode::SUCCESS)
}

fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--quick" => options.is_quick = true,
            "--save" => options.saves = true,
            "--baseline" => {
                let file = rest
                    .next()
                    .context("--baseline needs a file, target/benchmarks/run.jsonl for instance")?;
                options.baseline = Some(std::path::absolute(file)?);
            }
            other => bail!("`{other}` is not known; the arguments are --quick, --save and --baseline FILE"),
        }
    }
    if options.is_quick && options.saves {
        bail!("a quick look is too inexact to be saved: leave --quick or --save out");
    }
    Ok(options)
}

fn timed<T>(what: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let result = run()?;
    eprintln!("\n{what} in {}\n", readable(began.elapsed()));
    Ok(result)
}

/// A run of the benchmarks.
struct Bench<'a> {
    root: &'a Path,
    environment: &'a Environment,
    folder: PathBuf,
    /// Where every benchmark adds what it measured.
    results: PathBuf,
    options: Options,
}

/// The benchmarks that are not in Rust.
struct Programs<'a> {
    cpp: programs::Cpp<'a>,
    python: programs::Python<'a>,
}

impl<'a> Bench<'a> {
    fn cargo(&self, command: &str) -> Process {
        Process::cargo().arg(command).current_dir(self.root).inside(self.environment)
    }

    /// Builds everything, and makes the models and packages.
    fn build(&self) -> Result<Programs<'a>> {
        eprintln!("building the benchmarks (the first time takes some minutes)\n");
        let all = ["--package", "neuropod-benches", "--all-features"];
        self.cargo("bench")
            .args(all)
            .args(TARGETS.map(|name| format!("--bench={name}")))
            .arg("--no-run")
            .run()?;
        self.cargo("build").args(["--release", "--package", "neuropod-bench-report"]).run()?;
        self.cargo("build").args(["--release", "--package", "neuropod-bench-instructions"]).run()?;
        let cpp = programs::cpp(self.root, self.environment, &self.folder)?;
        let python = programs::python(self.root, self.environment, &self.folder)?;
        self.cargo("run").arg("--release").args(all).args(["--bin", "packages"]).run()?;
        Ok(Programs { cpp, python })
    }

    fn measure(&self, programs: &Programs<'_>) -> Result<()> {
        if self.results.exists() {
            fs::remove_file(&self.results)
                .with_context(|| format!("cannot remove {}", self.results.display()))?;
        }
        let variables = self.variables();
        for target in TARGETS {
            heading(&format!("Rust: {target}"));
            let bench =
                self.cargo("bench").args(["--quiet", "--package", "neuropod-benches", "--all-features"]);
            let bench = bench.args(["--bench", target, "--", "--quiet", "--noplot"]);
            variables.iter().fold(bench, |bench, (name, value)| bench.env(name, value)).run()?;
        }
        let models = self.folder.join("models");
        for backend in BACKENDS {
            heading(&format!("C++: {backend}"));
            programs.cpp.run(backend, &models.join(backend), &variables)?;
            heading(&format!("Python: {backend}"));
            programs.python.run(backend, &models.join(backend), &variables)?;
        }
        heading("instructions");
        let instructions =
            ["run", "--quiet", "--release", "--package", "neuropod-bench-instructions", "--", "append"];
        Process::cargo()
            .args(instructions)
            .arg(&self.results)
            .current_dir(self.root)
            .inside(self.environment)
            .run()
    }

    /// What the benchmarks must know.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let quick = self.options.is_quick.then(|| ("NEUROPOD_BENCH_QUICK", "1".to_owned()));
        let results = ("NEUROPOD_BENCH_RESULTS", self.results.display().to_string());
        [results].into_iter().chain(quick).collect()
    }

    fn report(&self, elapsed: Duration) -> Result<()> {
        let baseline = self.options.baseline.clone().unwrap_or_else(|| self.root.join(BASELINE));
        let mut report =
            self.cargo("run").args(["--quiet", "--release", "--package", "neuropod-bench-report", "--"]);
        report = report.arg(&self.results).arg("--out").arg(&self.folder);
        report = report.args(["--seconds", &elapsed.as_secs().to_string()]);
        for (name, version) in versions::all(self.root, self.environment)? {
            report = report.arg(format!("--version-of={name}={version}"));
        }
        if baseline.exists() {
            report = report.arg("--baseline").arg(&baseline);
        }
        if self.options.is_quick {
            report = report.arg("--quick");
        }
        if self.options.saves {
            report = report.arg("--save").arg(self.root.join(BASELINE));
            report = report.arg("--readme").arg(self.root.join("README.md"));
        }
        report.run()
    }
}

fn heading(text: &str) {
    eprintln!("==> {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_read() {
        assert_eq!(parse(&[]).unwrap(), Options::default());
        let quick = Options { is_quick: true, baseline: Some("/tmp/run.jsonl".into()), ..Options::default() };
        assert_eq!(parse(&["--quick", "--baseline", "/tmp/run.jsonl"]).unwrap(), quick);
        assert!(parse(&["--save"]).unwrap().saves);
    }

    #[test]
    fn wrong_arguments_are_explained() {
        for (arguments, expected) in [
            (&["--baseline"][..], "--baseline needs a file"),
            (&["--fast"], "`--fast` is not known; the arguments are --quick"),
            (&["--quick", "--save"], "too inexact to be saved"),
        ] {
            let message = parse(arguments).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
