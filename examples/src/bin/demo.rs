//! Packages two TorchScript models and runs them: `cargo xtask demo` calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use neuropod::{Neuropod, Tensor};
use neuropod_examples::{addition, plot, recording, silero_vad};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse()?;
    fs::create_dir_all(&arguments.out)?;
    run_addition(&arguments.addition_model, &arguments.out.join("addition.neuropod"))?;
    run_silero(&arguments.silero_model, &arguments.recording, &arguments.out.join("silero-vad.neuropod"))
}

fn run_addition(model: &Path, package: &Path) -> anyhow::Result<()> {
    println!("The addition model");
    remove(package)?;
    addition::pack(model, package)?;
    let model = Neuropod::load(package)?;
    describe(&model, package);
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0])?;
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0])?;
    println!("  {x} + {y} = {}\n", addition::add(&model, &x, &y)?);
    Ok(())
}

fn run_silero(model: &Path, sound: &Path, package: &Path) -> anyhow::Result<()> {
    println!("Silero VAD: where does a recording hold speech?");
    remove(package)?;
    silero_vad::pack(model, package)?;
    // Its tensors are too small for several threads to be worth waking.
    let model = Neuropod::options().intra_op_threads(1).load(package)?;
    describe(&model, package);
    let samples = recording::read(sound)?;
    let seconds = samples.len() as f32 / silero_vad::SAMPLE_RATE as f32;
    let start = Instant::now();
    let probabilities = silero_vad::probabilities(&model, &samples)?;
    let elapsed = start.elapsed().as_secs_f32();
    println!(
        "  {} calls for {seconds:.1} s of sound took {elapsed:.2} s, {:.0} times as fast as it plays\n",
        probabilities.len(),
        seconds / elapsed
    );
    println!("  Probability of speech\n\n{}", plot::columns(&probabilities, 96, 8, seconds));
    let speech = probabilities.iter().filter(|&&probability| probability > 0.5).count();
    println!("  Speech in {:.0} % of the recording\n", 100.0 * speech as f32 / probabilities.len() as f32);
    Ok(())
}

fn describe(model: &Neuropod, package: &Path) {
    println!("  {} runs on {}", package.display(), model.backend());
    for spec in model.inputs() {
        println!("  input  {spec}");
    }
    for spec in model.outputs() {
        println!("  output {spec}");
    }
}

fn remove(package: &Path) -> anyhow::Result<()> {
    match fs::remove_file(package) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot replace {}", package.display()))
        }
        _ => Ok(()),
    }
}

struct Arguments {
    addition_model: PathBuf,
    silero_model: PathBuf,
    recording: PathBuf,
    out: PathBuf,
}

impl Arguments {
    fn parse() -> anyhow::Result<Self> {
        let given: Vec<String> = std::env::args().skip(1).collect();
        let path = |name: &str| match given.iter().position(|argument| argument == name) {
            Some(position) if position + 1 < given.len() => Ok(PathBuf::from(&given[position + 1])),
            _ => bail!("usage: demo --addition-model FILE --silero-model FILE --recording FILE --out FOLDER"),
        };
        Ok(Arguments {
            addition_model: path("--addition-model")?,
            silero_model: path("--silero-model")?,
            recording: path("--recording")?,
            out: path("--out")?,
        })
    }
}
