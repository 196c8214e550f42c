//! The models that a backend supplies to be tested with.

use std::sync::Arc;

use neuropod_core::{DType, Dim, ModelFiles, ModelSource, TensorSpec};

/// Supplies the models that the cases run.
///
/// ```
/// use std::sync::Arc;
///
/// use neuropod_core::ModelSource;
/// use neuropod_test_utils::MemoryFiles;
/// use neuropod_test_utils::conformance::{FixtureModel, Fixtures};
///
/// struct MyFixtures;
///
/// impl Fixtures for MyFixtures {
///     fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
///         let program = match model {
///             FixtureModel::Identity { .. } => "y = x",
///             FixtureModel::Addition => "out = add x y",
///             _ => return None, // the cases that need it are skipped, and say so
///         };
///         Some(model.source("fake", MemoryFiles::new().file("0/data/model.fake", program)))
///     }
/// }
/// ```
pub trait Fixtures: Send + Sync {
    /// A model that does what [`FixtureModel`] says of it, or `None` if the framework cannot
    /// express one. [`FixtureModel::source`] fills in the specs.
    ///
    /// It is called often: models that are slow to make are best made once and kept.
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>>;
}

/// A model of known behaviour.
///
/// Each variant gives the inputs and outputs with their specs, and what the model computes. The
/// dims are in the notation of a package: `null` is any size, a text is a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FixtureModel {
    /// `x: dtype[null, … rank times]` → `y`, of the same spec: `y` is `x`.
    Identity {
        /// The element type of both tensors.
        dtype: DType,
        /// The number of axes of both tensors, 0 to 6.
        rank: usize,
    },
    /// `x, y: float32["n"]` → `out: float32["n"]`: `x + y`. It needs both inputs.
    Addition,
    /// `x, y: float32["n"]` → `sum, difference, product: float32["n"]`: `x + y`, `x - y`, `x * y`.
    Arithmetic,
    /// No input → `out: float32[3]`: the numbers 1, 2.5, -3.
    Constant,
    /// `x: float32["rows", "columns"]` → `y: float32["columns", "rows"]`: the transposed matrix; a
    /// view with exchanged strides, if the framework has such.
    Transpose,
    /// `x: float32["n"]` → `y: float32[null]`: `x` without its first element; a view into `x`, if
    /// the framework has such.
    Tail,
    /// `x: float32["n"]`, `y: float32["n"]` which may be absent → `out: float32["n"]`: `x + y`, or
    /// `x` alone.
    OptionalInput,
    /// `x: float32["n"]` → `out: float32["n"]`: `x` if its first element is 0 or more. Otherwise the
    /// model raises an error whose text holds [`FixtureModel::FAILURE`].
    FailsIfNegative,
    /// `x: float32["n"]` → by its spec `out: float32["n"]`. What the model returns is a dictionary
    /// (or what else names outputs) that holds `x` as `other`, and no `out`.
    MisnamedOutput,
    /// `x: float32["n"]` → by its spec `out: float32["n"]`. What the model returns as `out` are the
    /// numbers of `x` as int64.
    MistypedOutput,
    /// `x: float32["n"]` → `previous: float32[null]`: the `x` of the call before; in the first call
    /// `x` itself. The model keeps the tensor that it got, not a copy, if the framework lets it.
    KeepsInput,
    /// `x0 … x99: float32["n"]` → `out: float32["n"]`: `1·x0 + 2·x1 + … + 100·x99`.
    ManyInputs,
    /// [`FixtureModel::ODD_INPUT`]`: float32["n"]` → [`FixtureModel::ODD_OUTPUT`]`: float32["n"]`: the
    /// input itself.
    OddNames,
}

impl FixtureModel {
    /// Part of the text of the error that [`FixtureModel::FailsIfNegative`] raises.
    pub const FAILURE: &'static str = "the first element is negative";
    /// The input's name in [`FixtureModel::OddNames`].
    pub const ODD_INPUT: &'static str = "größe in/m² (α.β)";
    /// The output's name in [`FixtureModel::OddNames`].
    pub const ODD_OUTPUT: &'static str = "résultat:0 - final";
    /// The number of inputs of [`FixtureModel::ManyInputs`].
    pub const MANY: usize = 100;

    /// The specs of the inputs.
    pub fn inputs(self) -> Vec<TensorSpec> {
        match self {
            FixtureModel::Identity { dtype, rank } => vec![any("x", dtype, rank)],
            FixtureModel::Constant => vec![],
            FixtureModel::Addition | FixtureModel::Arithmetic | FixtureModel::OptionalInput => {
                vec![vector("x"), vector("y")]
            }
            FixtureModel::Transpose => vec![matrix("x", ["rows", "columns"])],
            FixtureModel::ManyInputs => (0..Self::MANY).map(|index| vector(&format!("x{index}"))).collect(),
            FixtureModel::OddNames => vec![vector(Self::ODD_INPUT)],
            FixtureModel::Tail
            | FixtureModel::FailsIfNegative
            | FixtureModel::MisnamedOutput
            | FixtureModel::MistypedOutput
            | FixtureModel::KeepsInput => vec![vector("x")],
        }
    }

    /// The specs of the outputs.
    pub fn outputs(self) -> Vec<TensorSpec> {
        match self {
            FixtureModel::Identity { dtype, rank } => vec![any("y", dtype, rank)],
            FixtureModel::Arithmetic => vec![vector("sum"), vector("difference"), vector("product")],
            FixtureModel::Constant => vec![TensorSpec::new("out", DType::Float32, [3])],
            FixtureModel::Transpose => vec![matrix("y", ["columns", "rows"])],
            FixtureModel::Tail => vec![any("y", DType::Float32, 1)],
            FixtureModel::KeepsInput => vec![any("previous", DType::Float32, 1)],
            FixtureModel::OddNames => vec![vector(Self::ODD_OUTPUT)],
            FixtureModel::Addition
            | FixtureModel::OptionalInput
            | FixtureModel::FailsIfNegative
            | FixtureModel::MisnamedOutput
            | FixtureModel::MistypedOutput
            | FixtureModel::ManyInputs => vec![vector("out")],
        }
    }

    /// A source with this model's specs, and these files.
    pub fn source(self, platform: &str, files: impl ModelFiles + 'static) -> Arc<ModelSource> {
        let mut source = ModelSource::new(format!("{self:?}"), platform, Arc::new(files));
        source.inputs = self.inputs();
        source.outputs = self.outputs();
        Arc::new(source)
    }
}

fn any(name: &str, dtype: DType, rank: usize) -> TensorSpec {
    TensorSpec::new(name, dtype, vec![Dim::Any; rank])
}

fn vector(name: &str) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, ["n"])
}

fn matrix(name: &str, dims: [&str; 2]) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, dims)
}
