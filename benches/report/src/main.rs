//! Writes the report of a run: `cargo xtask bench` calls it.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use clap::Parser;
use neuropod_bench_report::{Header, Machine, Run, Verdict, changes, html, markdown, read, replace};

/// Writes a report of what the benchmarks measured.
#[derive(Debug, Parser)]
struct Arguments {
    /// The records, as the benchmarks appended them.
    results: PathBuf,
    /// The folder for `report.html`, `report.md` and `run.jsonl`.
    #[arg(long)]
    out: PathBuf,
    /// A run that was saved, to compare with.
    #[arg(long)]
    baseline: Option<PathBuf>,
    /// Save this run there, to compare others with.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Write the tables of this run there, between the comments that mark their place.
    #[arg(long)]
    readme: Option<PathBuf>,
    /// A name and a version, `PyTorch=2.13.0` for instance.
    #[arg(long = "version-of", value_parser = pair)]
    versions: Vec<(String, String)>,
    /// Say that it was only a quick look.
    #[arg(long)]
    quick: bool,
    /// How long everything took, in seconds.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let records = read(&arguments.results)
        .with_context(|| format!("cannot read the records in {}", arguments.results.display()))?;
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let header = Header {
        date: now.chars().take_while(|character| *character != 'T').collect(),
        machine: Machine::this(),
        versions: arguments.versions.clone(),
        is_quick: arguments.quick,
        seconds: arguments.seconds,
    };
    let run = Run { header, records };
    let baseline = arguments.baseline.as_deref().map(Run::read).transpose()?;

    fs::create_dir_all(&arguments.out).with_context(|| format!("cannot make {}", arguments.out.display()))?;
    write(&arguments.out.join("report.html"), &html(&run, baseline.as_ref())?)?;
    write(&arguments.out.join("report.md"), &markdown(&run))?;
    run.save(&arguments.out.join("run.jsonl"))?;
    if let Some(path) = &arguments.save {
        run.save(path)?;
    }
    if let Some(path) = &arguments.readme {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        write(path, &replace(&text, &markdown(&run.rounded()))?)?;
    }
    if let Some(baseline) = &baseline {
        summarise(baseline, &run);
    }
    println!("report: {}", arguments.out.join("report.html").display());
    Ok(())
}

/// Prints what is better or worse than the baseline.
fn summarise(baseline: &Run, run: &Run) {
    let changes = changes(baseline, run);
    let changed: Vec<_> = changes.iter().filter(|change| change.verdict != Verdict::Same).collect();
    for change in &changed {
        println!("{:?}: {} ({:+.0} %)", change.verdict, change.id, (change.factor() - 1.0) * 100.0);
    }
    println!("{} of {} records differ from those of {}", changed.len(), changes.len(), baseline.header.date);
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, version) = text.split_once('=').ok_or("a name, `=` and a version are needed")?;
    Ok((name.to_owned(), version.to_owned()))
}
