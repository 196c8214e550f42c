//! What packages of every framework have.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::BinaryBytes;
use neuropod::{Compression, DeviceType, ErrorKind, Integrity, Packager, TensorSpec, TestData};
use neuropod_package::{OpenOptions, PackageError};

use super::spec_file;
use crate::failure::Failure;
use crate::inputs::{Specs, read_tensors};
use crate::load::{LoadArguments, load_options};
use crate::output::Output;
use crate::progress::with_spinner;
use crate::values::{input_device, pair};
use crate::{spec, table};

/// What packages of every framework have.
#[derive(Args, Debug)]
pub(super) struct PackArguments {
    /// Where the package is written; nothing may be there yet
    package: PathBuf,

    /// The model's name
    #[arg(long)]
    pub(super) name: String,

    /// An input: its name, element type and shape, `x:float32:batch,3` for instance; `?` is any size,
    /// and `x:float32:` a scalar (repeatable)
    #[arg(long = "input", value_name = "NAME:DTYPE:SHAPE", value_parser = spec::parse)]
    inputs: Vec<TensorSpec>,

    /// An output, written like an input (repeatable)
    #[arg(long = "output", value_name = "NAME:DTYPE:SHAPE", value_parser = spec::parse)]
    outputs: Vec<TensorSpec>,

    /// Read inputs and outputs from a JSON file with `input_spec` and `output_spec`, as in `config.json`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["inputs", "outputs"])]
    spec: Option<PathBuf>,

    /// Which versions of the framework can run the model, as npm writes ranges
    #[arg(long, value_name = "RANGE", default_value = "*")]
    platform_version: String,

    /// A shared library with operators that the model needs (repeatable)
    #[arg(long = "custom-op", value_name = "FILE")]
    custom_ops: Vec<PathBuf>,

    /// Where an input is put when the model runs on a GPU, `x=cpu` for instance (repeatable)
    #[arg(long = "input-device", value_name = "NAME=DEVICE", value_parser = input_device)]
    input_devices: Vec<(String, DeviceType)>,

    /// A sample input, written as for `neuropod infer`, on which the package is tested (repeatable)
    #[arg(long = "test-input", value_name = "NAME=VALUE", value_parser = pair)]
    test_inputs: Vec<(String, String)>,

    /// An output that the model must return for the sample inputs (repeatable)
    #[arg(long = "test-output", value_name = "NAME=VALUE", value_parser = pair)]
    test_outputs: Vec<(String, String)>,

    /// Read sample inputs from an `.npz` or `.json` file
    #[arg(long = "test-inputs", value_name = "FILE")]
    test_input_files: Vec<PathBuf>,

    /// Read expected outputs from an `.npz` or `.json` file
    #[arg(long = "test-outputs", value_name = "FILE")]
    test_output_files: Vec<PathBuf>,

    /// Test the package, but do not keep the sample inputs and outputs in it
    #[arg(long)]
    no_test_data: bool,

    /// Store the files without compression: large models load faster
    #[arg(long)]
    store: bool,

    /// Write a directory instead of a zip file
    #[arg(long, conflicts_with = "store")]
    directory: bool,

    #[command(flatten)]
    load: LoadArguments,
}

impl PackArguments {
    /// Completes the package, tests it and writes it.
    pub(super) fn write(self, packager: Packager) -> Result<(), Failure> {
        let mut output = Output::apart_from_models()?;
        let (inputs, outputs) = match &self.spec {
            Some(file) => spec_file::read(file)?,
            None => (self.inputs.clone(), self.outputs.clone()),
        };
        let data = self.test_data(&inputs, &outputs).map_err(untyped)?;
        let tested = Tested::of(&data);
        let packager = inputs.into_iter().fold(packager, Packager::input);
        let packager = outputs.into_iter().fold(packager, Packager::output);
        self.finish(with_tests(packager, data))?;
        output.text(&summary(&self.package, tested)?)
    }

    fn test_data(&self, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Result<TestData, Failure> {
        let inputs = read_tensors(&self.test_inputs, &self.test_input_files, Specs::inputs(inputs))?;
        let outputs = read_tensors(&self.test_outputs, &self.test_output_files, Specs::outputs(outputs))?;
        if inputs.is_empty() && !outputs.is_empty() {
            return Err(Failure::usage("there are expected outputs, but no sample inputs")
                .help("give inputs with `--test-input` or `--test-inputs`"));
        }
        Ok(TestData { inputs, outputs })
    }

    fn finish(&self, packager: Packager) -> Result<(), Failure> {
        let mut packager = packager
            .platform_version(&self.platform_version)
            .persist_test_data(!self.no_test_data)
            .load_options(load_options(&self.load));
        for (input, device) in &self.input_devices {
            packager = packager.input_device(input, *device);
        }
        packager = self.custom_ops.iter().fold(packager, Packager::custom_op);
        if self.store {
            packager = packager.compression(Compression::Store);
        }
        let written = with_spinner(format!("writing {}", self.package.display()), || {
            if self.directory { packager.write_dir(&self.package) } else { packager.write(&self.package) }
        });
        written.map_err(|error| match error.kind() {
            ErrorKind::SelfTest => Failure::from(error).help("the package was not written"),
            _ => error.into(),
        })
    }
}

/// How the package was tested.
#[derive(Clone, Copy)]
enum Tested {
    Not,
    Run,
    Compared,
}

impl Tested {
    fn of(data: &TestData) -> Self {
        match (&data.inputs[..], &data.outputs[..]) {
            ([], _) => Tested::Not,
            (_, []) => Tested::Run,
            _ => Tested::Compared,
        }
    }
}

fn with_tests(packager: Packager, data: TestData) -> Packager {
    let inputs = data.inputs.into_iter();
    let packager = inputs.fold(packager, |packager, (name, tensor)| packager.test_input(name, tensor));
    let outputs = data.outputs.into_iter();
    outputs.fold(packager, |packager, (name, tensor)| packager.test_output(name, tensor))
}

fn summary(path: &Path, tested: Tested) -> Result<String, PackageError> {
    let package = OpenOptions::new().integrity(Integrity::Skip).open(path)?;
    let size = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => package.sizes().map(|(_, size)| size).sum(),
    };
    let tested = match tested {
        Tested::Not => "not tested: no test input was given",
        Tested::Run => "tested: the model runs on the test inputs",
        Tested::Compared => "tested: the model returns the expected outputs",
    };
    let files = table::files(package.sizes().len());
    Ok(format!("{}: {files}, {}; {tested}\n", path.display(), BinaryBytes(size)))
}

/// Values are read by the element type of their spec.
fn untyped(failure: Failure) -> Failure {
    match failure.kind() {
        ErrorKind::UnknownName => failure.help(
            "say its type with `--input` or `--output`, or give it in an `.npz` file, which says it itself",
        ),
        _ => failure,
    }
}
