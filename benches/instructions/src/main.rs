//! How many processor instructions and allocations a call of Neuropod's own code costs.
//!
//! The program runs itself under callgrind to count the instructions, then counts the allocations, and holds both
//! against the baseline. README.md says how.

mod baseline;
mod callgrind;
mod cases;
mod comparison;
mod measure;
mod results;
mod toolchain;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use neuropod_test_utils::CountingAllocator;

use crate::baseline::Baseline;
use crate::comparison::Comparison;
use crate::toolchain::Toolchain;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

const USAGE: &str = "\
usage: neuropod-bench-instructions check             fails if the counts differ from baseline.json
       neuropod-bench-instructions write             writes baseline.json anew
       neuropod-bench-instructions append RESULTS    adds the counts to a file of the benchmarks' results
       neuropod-bench-instructions calls [CASE]      makes the calls, for callgrind to count";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(|argument| &**argument).collect();
    let done = match arguments[..] {
        ["check"] => check(),
        ["write"] => write(),
        ["append", results] => append(Path::new(results)),
        [measure::CALLS_COMMAND] => {
            measure::make_calls();
            Ok(())
        }
        [measure::CALLS_COMMAND, case] => measure::make_calls_of(case),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<()> {
    let before = Baseline::read(&baseline_path())?;
    let after = count()?;
    let comparison = Comparison::new(&before, &after);
    print!("{comparison}");
    comparison.verdict()
}

fn write() -> Result<()> {
    let (path, after) = (baseline_path(), count()?);
    // A first baseline has nothing before it.
    if let Ok(before) = Baseline::read(&path) {
        print!("{}", Comparison::new(&before, &after));
    }
    after.write(&path)?;
    println!("written: {}", path.display());
    Ok(())
}

fn append(results: &Path) -> Result<()> {
    results::append(results, &count()?.cases)
}

fn count() -> Result<Baseline> {
    let cases = measure::counts(&callgrind::count()?)?;
    Ok(Baseline { toolchain: Toolchain::current(), cases })
}

fn baseline_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline.json")
}
