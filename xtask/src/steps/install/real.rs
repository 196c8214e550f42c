//! The installed command packages and runs real models: of voice activity, of notes, of speakers.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Workspace, command};
use crate::environment::Environment;
use crate::process::Process;

/// A model, how it is packaged, inputs of zeros, and the shape of each output.
struct RealModel<'a> {
    name: &'static str,
    pack: Vec<&'a str>,
    /// As NumPy makes them.
    inputs: &'static str,
    outputs: &'static [(&'static str, &'static [usize])],
}

pub(super) fn run(
    workspace: &Workspace,
    environment: &Environment,
    prefix: &Path,
    scratch: &Path,
) -> Result<()> {
    let text = |path: &Path| path.to_str().map(str::to_owned).context("the cache folder's path is not UTF-8");
    let data = &environment.data;
    let (silero, notes) = (text(&data.silero_model)?, text(&data.basic_pitch_model)?);
    let code = text(&workspace.root.join("examples/python/speaker_encoder.py"))?;
    let weights = format!("pretrained.pt={}", text(&data.speaker_encoder_weights)?);
    let models = [
        RealModel {
            name: "silero-vad",
            pack: vec![
                "torchscript",
                "--model",
                &silero,
                "--input=x:float32:batch,512",
                "--input=sr:int64:",
                "--output=probability:float32:batch,1",
            ],
            inputs: "x=numpy.zeros((1, 512), 'float32'), sr=numpy.int64(16000)",
            outputs: &[("probability", &[1, 1])],
        },
        RealModel {
            name: "basic-pitch",
            pack: vec!["tensorflow", "--saved-model", &notes],
            inputs: "input_2=numpy.zeros((1, 43844, 1), 'float32')",
            outputs: &[("contour", &[1, 172, 264]), ("note", &[1, 172, 88]), ("onset", &[1, 172, 88])],
        },
        RealModel {
            name: "speaker-encoder",
            pack: vec![
                "python",
                "--entrypoint=speaker_encoder:get_model",
                "--module",
                &code,
                "--data",
                &weights,
                "--input=mels:float32:batch,?,40",
                "--output=embedding:float32:batch,256",
            ],
            inputs: "mels=numpy.zeros((1, 160, 40), 'float32')",
            outputs: &[("embedding", &[1, 256])],
        },
    ];
    models.iter().try_for_each(|model| {
        let result = model.pack_and_infer(environment, prefix, scratch);
        result.with_context(|| format!("the installed command and {}", model.name))
    })
}

impl RealModel<'_> {
    /// Packages the model, which is run on the inputs in doing so, and runs the package.
    fn pack_and_infer(&self, environment: &Environment, prefix: &Path, scratch: &Path) -> Result<()> {
        let inputs = scratch.join(format!("{}.npz", self.name));
        let script = format!("import numpy, sys; numpy.savez(sys.argv[1], {})", self.inputs);
        Process::new(environment.python()).args(["-c", &script]).arg(&inputs).run()?;

        let package = scratch.join(format!("{}.neuropod", self.name));
        let pack = command(prefix).arg("pack").args(&self.pack).args(["--name", self.name]);
        pack.arg("--test-inputs").arg(&inputs).arg(&package).stdout()?;

        let infer = command(prefix).arg("infer").arg(&package).arg("--inputs").arg(&inputs).arg("--json");
        let outputs: Value = serde_json::from_str(&infer.stdout()?).context("`--json` wrote no JSON")?;
        let outputs = outputs.as_object().context("`--json` wrote no object")?;
        ensure!(outputs.len() == self.outputs.len(), "the outputs are {:?}", outputs.keys());
        for (name, shape) in self.outputs {
            let found = outputs.get(*name).map(shape_of);
            ensure!(found.as_deref() == Some(*shape), "`{name}` has the shape {found:?}");
        }
        eprintln!("{}: the installed command packaged the model and ran it", self.name);
        Ok(())
    }
}

/// The shape of nested lists.
fn shape_of(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(elements) => {
            let inner = elements.first().map(shape_of).unwrap_or_default();
            [elements.len()].into_iter().chain(inner).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_shape_of_nested_lists_is_told() {
        assert!(shape_of(&json!(1.5)).is_empty());
        assert_eq!(shape_of(&json!([[1, 2, 3], [4, 5, 6]])), [2, 3]);
    }
}
