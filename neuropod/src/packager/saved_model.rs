//! SavedModels.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use neuropod_backend_tf::{DEFAULT_SIGNATURE, DEFAULT_TAG};
use neuropod_core::{Error, Result, TensorSpec};
use neuropod_package::PackageBuilder;
use neuropod_spec::ProblemDefinition;

use super::BACKEND_CONFIG;
use super::tf_config::TfConfig;

const FOLDER: &str = "0/data/savedmodel";

/// A TensorFlow SavedModel to be packaged by [`Packager::saved_model`](crate::Packager::saved_model),
/// with the feature `tf`.
///
/// ```
/// use neuropod::SavedModel;
///
/// let model = SavedModel::folder("exported/1").signature("predict");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a SavedModel is given to `Packager::saved_model`"]
pub struct SavedModel {
    folder: PathBuf,
    signature: Option<String>,
    tags: Option<BTreeSet<String>>,
    init_ops: Vec<String>,
}

impl SavedModel {
    /// The SavedModel in this folder, as `tf.saved_model.save` or a Keras model's `export` writes it.
    /// It is read when the package is written; TensorFlow is not needed for that.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        SavedModel { folder: path.into(), signature: None, tags: None, init_ops: Vec::new() }
    }

    /// Runs this signature instead of `serving_default`. The original Neuropod runs `serving_default`
    /// whatever is set here.
    pub fn signature(mut self, name: impl Into<String>) -> Self {
        self.signature = Some(name.into());
        self
    }

    /// Takes the graph with exactly these tags instead of `serve` alone. The original Neuropod takes
    /// the one with `serve` whatever is set here.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Adds an operation that is run once, after the model's own initialisation. They run in the
    /// order in which they are added.
    pub fn init_op(mut self, name: impl Into<String>) -> Self {
        self.init_ops.push(name.into());
        self
    }

    /// The inputs and outputs that the signature says. TensorFlow is not needed.
    ///
    /// ```no_run
    /// let (inputs, outputs) = neuropod::SavedModel::folder("exported/1").specs()?;
    /// println!("{inputs:?} -> {outputs:?}");
    /// # Ok::<(), neuropod::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](neuropod_core::ErrorKind::NotFound) if there is no SavedModel in the folder, and
    /// [`Load`](neuropod_core::ErrorKind::Load) if it cannot be read or has no such signature.
    pub fn specs(&self) -> Result<(Vec<TensorSpec>, Vec<TensorSpec>)> {
        let signature = read(&self.folder).and_then(|model| model.signature(self.name(), &self.all_tags()));
        let signature = signature.map_err(|error| self.in_folder(error))?;
        Ok((signature.inputs, signature.outputs))
    }

    fn name(&self) -> &str {
        self.signature.as_deref().unwrap_or(DEFAULT_SIGNATURE)
    }

    fn all_tags(&self) -> BTreeSet<String> {
        self.tags.clone().unwrap_or_else(|| [DEFAULT_TAG.to_owned()].into())
    }

    fn in_folder(&self, error: Error) -> Error {
        error.with("folder", self.folder.display().to_string())
    }

    /// Adds the model and its configuration to a package, and to its problem definition what the
    /// signature says.
    pub(super) fn add_to(self, mut builder: PackageBuilder) -> Result<PackageBuilder> {
        self.complete(builder.definition_mut()).map_err(|error| self.in_folder(error))?;
        let config = TfConfig {
            nodes: None,
            init_ops: &self.init_ops,
            signature: self.signature.as_deref(),
            tags: self.tags.as_ref().map(|tags| tags.iter().map(String::as_str).collect()),
        };
        let config = config.to_json();
        Ok(builder.folder(FOLDER, self.folder).bytes(BACKEND_CONFIG, config))
    }

    /// Takes the inputs, and the outputs, from the signature if none are given, and checks those that
    /// are.
    fn complete(&self, definition: &mut ProblemDefinition) -> Result<()> {
        let model = read(&self.folder)?;
        let (name, tags) = (self.name(), self.all_tags());
        if definition.inputs.is_empty() || definition.outputs.is_empty() {
            let signature = model.signature(name, &tags)?;
            if definition.inputs.is_empty() {
                definition.inputs = signature.inputs;
            }
            if definition.outputs.is_empty() {
                definition.outputs = signature.outputs;
            }
        }
        model.check(name, &tags, &definition.inputs, &definition.outputs)
    }
}

fn read(folder: &Path) -> Result<neuropod_backend_tf::SavedModel> {
    let content = fs::read(folder.join("saved_model.pb")).map_err(|error| {
        let message = format!(
            "there is no SavedModel: expected a folder with a file `saved_model.pb`, as \
             `tf.saved_model.save` or a Keras model's `export` writes it ({error})"
        );
        Error::new(Error::from(std::io::Error::from(error.kind())).kind(), message).with_source(error)
    })?;
    neuropod_backend_tf::SavedModel::parse(content)
}
