//! Packages models of two frameworks and of Python code, and runs them: `cargo xtask demo` calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use neuropod::{Neuropod, Tensor};
use neuropod_examples::basic_pitch::{self, LOWEST_PITCH, Posteriors};
use neuropod_examples::notes::{self, Note};
use neuropod_examples::speaker_encoder::{self, Embedding};
use neuropod_examples::{addition, mel, melody, plot, recording, silero_vad};

/// Characters of a plot from left to right.
const WIDTH: usize = 96;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse()?;
    fs::create_dir_all(&arguments.out)?;
    run_addition(&arguments)?;
    run_silero_vad(&arguments)?;
    run_speaker_encoder(&arguments)?;
    run_basic_pitch(&arguments)
}

fn run_addition(arguments: &Arguments) -> anyhow::Result<()> {
    println!("Addition: one application, a model of PyTorch, one of TensorFlow and two of Python code\n");
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0])?;
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0])?;
    for package in pack_addition(arguments)? {
        let model = Neuropod::load(&package)?;
        describe(&model, &package);
        println!("  {x} + {y} = {}\n", addition::add(&model, &x, &y)?);
    }
    Ok(())
}

fn pack_addition(arguments: &Arguments) -> anyhow::Result<[PathBuf; 4]> {
    let torchscript = arguments.package("addition-torchscript")?;
    addition::pack_torchscript(&arguments.addition_model, &torchscript)?;
    let tensorflow = arguments.package("addition-tensorflow")?;
    addition::pack_tensorflow(&arguments.addition_graph, &tensorflow)?;
    let python = arguments.package("addition-python")?;
    addition::pack_python(&arguments.python_code.join("addition_in_python.py"), &python)?;
    let pytorch = arguments.package("addition-pytorch")?;
    addition::pack_python(&arguments.python_code.join("addition_in_pytorch.py"), &pytorch)?;
    Ok([torchscript, tensorflow, python, pytorch])
}

fn run_silero_vad(arguments: &Arguments) -> anyhow::Result<()> {
    println!("Silero VAD, of PyTorch: where does a recording hold speech?\n");
    let package = arguments.package("silero-vad")?;
    silero_vad::pack(&arguments.silero_model, &package)?;
    // Its tensors are too small for several threads to be worth waking.
    let model = Neuropod::options().intra_op_threads(1).load(&package)?;
    describe(&model, &package);

    let samples = recording::read(&arguments.recording)?;
    let seconds = samples.len() as f32 / silero_vad::SAMPLE_RATE as f32;
    let start = Instant::now();
    let probabilities = silero_vad::probabilities(&model, &samples)?;
    report_speed(seconds, start);
    println!("  Probability of speech\n\n{}", plot::columns(&probabilities, WIDTH, 8, seconds));
    let speech = probabilities.iter().filter(|&&probability| probability > 0.5).count();
    println!("  Speech in {:.0} % of the recording\n", 100.0 * speech as f32 / probabilities.len() as f32);
    Ok(())
}

fn run_speaker_encoder(arguments: &Arguments) -> anyhow::Result<()> {
    println!("Speaker encoder, of PyTorch in Python code: does one voice speak throughout a recording?\n");
    let package = arguments.package("speaker-encoder")?;
    let code = arguments.python_code.join("speaker_encoder.py");
    speaker_encoder::pack(&code, &arguments.speaker_encoder_weights, &package)?;
    let model = Neuropod::load(&package)?;
    describe(&model, &package);

    let samples = recording::read(&arguments.recording)?;
    let seconds = samples.len() as f32 / mel::SAMPLE_RATE as f32;
    let start = Instant::now();
    let embeddings = speaker_encoder::embeddings(&model, &mel::frames(&samples))?;
    report_speed(seconds, start);

    let music = melody::play(&melody::ode_to_joy(), mel::SAMPLE_RATE);
    let music = speaker_encoder::embeddings(&model, &mel::frames(&music))?;
    let (first, second) = embeddings.split_at(embeddings.len() / 2);
    let voice = speaker_encoder::mean(first);
    let similarity = |embedding: &Embedding| speaker_encoder::similarity(&voice, embedding);
    let similarities: Vec<f32> = embeddings.iter().map(similarity).collect();
    let plot = plot::columns(&similarities, WIDTH, 8, seconds);
    println!("  Similarity of each 1.6 s to the voice of the first half\n\n{plot}");
    let [second, music] = [second, &music].map(|part| similarity(&speaker_encoder::mean(part)));
    println!("  Similarity of the second half as a whole: {second:.2}; of synthesised music: {music:.2}\n");
    Ok(())
}

fn run_basic_pitch(arguments: &Arguments) -> anyhow::Result<()> {
    println!("basic-pitch, of TensorFlow: which notes does a recording hold?\n");
    let package = arguments.package("basic-pitch")?;
    basic_pitch::pack(&arguments.basic_pitch_model, &package)?;
    let model = Neuropod::load(&package)?;
    describe(&model, &package);

    let played = melody::ode_to_joy();
    let samples = melody::play(&played, basic_pitch::SAMPLE_RATE);
    let sound = arguments.out.join("ode-to-joy.wav");
    recording::write(&sound, &samples, basic_pitch::SAMPLE_RATE)?;
    println!("  {} holds Beethoven's Ode to Joy and a chord, synthesised", sound.display());
    let seconds = samples.len() as f32 / basic_pitch::SAMPLE_RATE as f32;
    let start = Instant::now();
    let posteriors = Posteriors::of(&model, &samples)?;
    report_speed(seconds, start);

    let found = posteriors.notes();
    println!("  Probability of each note\n\n{}", piano_roll(&posteriors, &found, seconds));
    found.chunks(4).for_each(|line| println!("  {}", list(line)));
    let right = notes::count_found(&played, &found);
    println!(
        "\n  {right} of the {} notes played were found, and {} that were not played\n",
        played.len(),
        found.len() - right
    );
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

fn report_speed(seconds: f32, start: Instant) {
    let elapsed = start.elapsed().as_secs_f32();
    println!(
        "  {seconds:.1} s of sound took {elapsed:.2} s, {:.0} times as fast as it plays\n",
        seconds / elapsed
    );
}

/// The posteriors of all keys from the highest note found to the lowest.
fn piano_roll(posteriors: &Posteriors, found: &[Note], seconds: f32) -> String {
    let pitches = || found.iter().map(|note| note.pitch);
    let (Some(lowest), Some(highest)) = (pitches().min(), pitches().max()) else {
        return String::new();
    };
    let of = |pitch: usize| posteriors.note.iter().map(|frame| frame[pitch - LOWEST_PITCH]).collect();
    let rows: Vec<_> = (lowest..=highest).rev().map(|pitch| (notes::name(pitch), of(pitch))).collect();
    plot::shades(&rows, WIDTH, seconds)
}

fn list(notes: &[Note]) -> String {
    let columns: String = notes.iter().map(|note| format!("{:<22}", note.to_string())).collect();
    columns.trim_end().to_owned()
}

struct Arguments {
    addition_model: PathBuf,
    addition_graph: PathBuf,
    silero_model: PathBuf,
    recording: PathBuf,
    basic_pitch_model: PathBuf,
    speaker_encoder_weights: PathBuf,
    /// The folder of the examples' Python code.
    python_code: PathBuf,
    out: PathBuf,
}

impl Arguments {
    const USAGE: &str = "usage: demo --addition-model FILE --addition-graph FILE --silero-model FILE \
                         --recording FILE --basic-pitch-model FOLDER \
                         --speaker-encoder-weights FILE --python-code FOLDER --out FOLDER";

    fn parse() -> anyhow::Result<Self> {
        let given: Vec<String> = std::env::args().skip(1).collect();
        let path = |name: &str| match given.iter().position(|argument| argument == name) {
            Some(position) if position + 1 < given.len() => Ok(PathBuf::from(&given[position + 1])),
            _ => bail!(Self::USAGE),
        };
        Ok(Arguments {
            addition_model: path("--addition-model")?,
            addition_graph: path("--addition-graph")?,
            silero_model: path("--silero-model")?,
            recording: path("--recording")?,
            basic_pitch_model: path("--basic-pitch-model")?,
            speaker_encoder_weights: path("--speaker-encoder-weights")?,
            python_code: path("--python-code")?,
            out: path("--out")?,
        })
    }

    /// The path of a package that is written anew.
    fn package(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.out.join(name).with_extension("neuropod");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot replace {}", path.display()))
            }
            _ => Ok(path),
        }
    }
}
