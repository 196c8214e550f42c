//! The models' inputs and outputs, and what they are called with.

use neuropod::{DType, Dim, Tensor, TensorSpec};

/// With how many inputs the model is measured that shows what each tensor costs.
pub const TENSOR_COUNTS: [usize; 4] = [1, 10, 100, 1000];

/// The side of a frame in high definition, and its channels.
const IMAGE: [usize; 3] = [1200, 1920, 3];

/// Samples in one chunk that silero-vad hears.
const SPEECH_CHUNK: usize = 512;

/// Samples in one window that basic-pitch hears, in sound of 22.05 kHz.
const MUSIC_WINDOW: usize = 43_844;

/// A model's inputs and outputs.
#[derive(Debug)]
pub struct Interface {
    /// In the order of the model's arguments.
    pub inputs: Vec<TensorSpec>,
    /// In any order.
    pub outputs: Vec<TensorSpec>,
}

/// The inputs and outputs of a model.
///
/// # Panics
///
/// If there is no such model.
pub fn interface(name: &str) -> Interface {
    let vector = |name: &str, dtype| TensorSpec::new(name, dtype, [Dim::from("length")]);
    let (inputs, outputs) = match name {
        "small" => {
            let [x, y, out] = ["x", "y", "out"].map(|name| vector(name, DType::Float32));
            (vec![x, y], vec![out])
        }
        "many" => return interface("tensors-100"),
        "image" => (
            vec![TensorSpec::new("image", DType::UInt8, IMAGE.map(Dim::Fixed))],
            vec![TensorSpec::new("out", DType::Float32, [Dim::Fixed(3)])],
        ),
        "large" => (vec![vector("x", DType::Float32)], vec![vector("out", DType::Float32)]),
        "strings" => (vec![vector("x", DType::String)], vec![vector("out", DType::String)]),
        "perceptron" => (
            vec![TensorSpec::new("x", DType::Float32, [Dim::from("batch"), 784.into()])],
            vec![TensorSpec::new("out", DType::Float32, [Dim::from("batch"), 10.into()])],
        ),
        "silero-vad" => (
            vec![
                TensorSpec::new("x", DType::Float32, [Dim::from("batch"), SPEECH_CHUNK.into()]),
                TensorSpec::scalar("sr", DType::Int64),
            ],
            vec![TensorSpec::new("probability", DType::Float32, [Dim::from("batch"), 1.into()])],
        ),
        "basic-pitch" => (
            vec![TensorSpec::new("input_2", DType::Float32, [Dim::Any, MUSIC_WINDOW.into(), 1.into()])],
            ["contour", "note", "onset"]
                .map(|name| TensorSpec::new(name, DType::Float32, vec![Dim::Any; 3]))
                .into(),
        ),
        "speaker-encoder" => (
            vec![TensorSpec::new("mels", DType::Float32, [Dim::from("batch"), Dim::Any, 40.into()])],
            vec![TensorSpec::new("embedding", DType::Float32, [Dim::from("batch"), 256.into()])],
        ),
        _ if name.starts_with("weights-") => return interface("large"),
        _ => {
            let count = name.strip_prefix("tensors-").and_then(|count| count.parse().ok());
            let count: usize = count.expect("there is a model of that name");
            let tensor =
                |name: String| TensorSpec::new(name, DType::Float32, [Dim::Fixed(10), Dim::Fixed(5)]);
            ((0..count).map(|index| tensor(format!("x{index}"))).collect(), vec![tensor("out".into())])
        }
    };
    Interface { inputs, outputs }
}

/// What a model is called with, in the order of its inputs.
///
/// # Panics
///
/// If there is no such model.
pub fn inputs(name: &str) -> Vec<(String, Tensor)> {
    let of = |name: &str, tensor| vec![(name.to_owned(), tensor)];
    match name {
        "small" => {
            let four = |first: f32| (0..4).map(|index| first + index as f32).collect::<Vec<_>>();
            let tensor = |first| Tensor::from_vec([4], four(first)).expect("four numbers");
            vec![("x".into(), tensor(1.0)), ("y".into(), tensor(5.0))]
        }
        "image" => of("image", Tensor::zeros(DType::UInt8, IMAGE).expect("an image")),
        "large" => of("x", floats(16 << 20)),
        "strings" => {
            let strings: Vec<_> = (0..1000).map(|index| format!("word {index}")).collect();
            of("x", Tensor::from_strings([1000], &strings).expect("a thousand strings"))
        }
        "perceptron" => of("x", wave(&[1, 784])),
        "silero-vad" => {
            let mut inputs = of("x", wave(&[1, SPEECH_CHUNK]));
            inputs.push(("sr".into(), Tensor::scalar(16_000_i64)));
            inputs
        }
        "basic-pitch" => of("input_2", wave(&[1, MUSIC_WINDOW, 1])),
        "speaker-encoder" => of("mels", wave(&[1, 160, 40])),
        _ => {
            let specs = interface(name).inputs;
            let zeros = || Tensor::zeros(DType::Float32, [10, 5]).expect("fifty numbers");
            specs.into_iter().map(|spec| (spec.name.to_string(), zeros())).collect()
        }
    }
}

/// A vector of so many float32 zeros.
///
/// # Panics
///
/// If there is not enough memory.
pub fn floats(count: usize) -> Tensor {
    Tensor::zeros(DType::Float32, [count]).expect("there is enough memory")
}

/// Sound of sorts.
fn wave(dims: &[usize]) -> Tensor {
    let mut wave = Tensor::zeros(DType::Float32, dims).expect("a small tensor");
    let elements = wave.as_mut_slice::<f32>().expect("nobody else has the tensor");
    for (index, element) in elements.iter_mut().enumerate() {
        *element = (index as f32 * 0.05).sin();
    }
    wave
}
