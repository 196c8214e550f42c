//! Agreement with a naive implementation of the rules, on random specs and random calls.

use std::collections::{HashMap, HashSet};

use neuropod_core::{DType, DeviceType, Dim, ErrorKind, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::{ProblemDefinition, Validator};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

type Call = Vec<(String, DType, Vec<usize>)>;
type Sizes = HashMap<String, usize>;

/// One side of a call, by the book.
fn check_side(
    specs: &[TensorSpec],
    call: &Call,
    sizes: &mut Sizes,
    unknown: ErrorKind,
    wrong: ErrorKind,
) -> Result<(), ErrorKind> {
    let by_name: HashMap<&str, &TensorSpec> = specs.iter().map(|spec| (&*spec.name, spec)).collect();
    let mut seen = HashSet::new();
    for (name, dtype, dims) in call {
        let spec = by_name.get(name.as_str()).ok_or(unknown)?;
        if !seen.insert(name) || spec.dtype != *dtype || spec.dims.len() != dims.len() {
            return Err(wrong);
        }
        for (dim, &size) in spec.dims.iter().zip(dims) {
            let expected = match dim {
                Dim::Any => size,
                Dim::Fixed(expected) => *expected,
                Dim::Symbol(symbol) => *sizes.entry(symbol.to_string()).or_insert(size),
            };
            if expected != size {
                return Err(wrong);
            }
        }
    }
    Ok(())
}

/// A whole call, by the book.
fn check_call(
    model: &ProblemDefinition,
    separate: bool,
    inputs: &Call,
    requested: &[String],
    outputs: &Call,
) -> Result<(), ErrorKind> {
    let known: HashSet<&str> = model.outputs.iter().map(|spec| &*spec.name).collect();
    let mut wanted = HashSet::new();
    for name in requested {
        if !known.contains(name.as_str()) {
            return Err(ErrorKind::UnknownName);
        }
        if !wanted.insert(name.as_str()) {
            return Err(ErrorKind::InvalidArgument);
        }
    }
    let mut sizes = Sizes::new();
    check_side(&model.inputs, inputs, &mut sizes, ErrorKind::UnknownName, ErrorKind::InvalidInput)?;
    if separate {
        sizes.clear();
    }
    check_side(&model.outputs, outputs, &mut sizes, ErrorKind::InvalidOutput, ErrorKind::InvalidOutput)?;
    let returned: HashSet<&str> = outputs.iter().map(|(name, ..)| name.as_str()).collect();
    let wanted = if requested.is_empty() { known } else { wanted };
    if returned == wanted { Ok(()) } else { Err(ErrorKind::InvalidOutput) }
}

/// The same through the validator.
fn validate(
    model: &ProblemDefinition,
    separate: bool,
    inputs: &Call,
    requested: &[String],
    outputs: &Call,
) -> Result<(), ErrorKind> {
    let validator = Validator::new(&model.inputs, &model.outputs).unwrap().separate_sides(separate);
    let requested: Vec<&str> = requested.iter().map(String::as_str).collect();
    let tensor = |dtype, dims: &[usize]| Tensor::zeros(dtype, dims).unwrap();
    let tensors: Vec<_> = inputs.iter().map(|(name, dtype, dims)| (name, tensor(*dtype, dims))).collect();
    let mut given = Inputs::new();
    for (name, tensor) in &tensors {
        given.push(name, tensor).unwrap();
    }
    let outputs: Outputs =
        outputs.iter().map(|(name, dtype, dims)| (name.as_str(), tensor(*dtype, dims))).collect();
    validator
        .requested(&requested)
        .and_then(|()| validator.inputs(&given))
        .and_then(|mut bindings| validator.outputs(&outputs, &requested, &mut bindings))
        .map_err(|error| error.kind())
}

fn dtype() -> impl Strategy<Value = DType> {
    prop::sample::select(vec![DType::Float32, DType::Int64, DType::String])
}

fn dim() -> impl Strategy<Value = Dim> {
    prop_oneof![
        Just(Dim::Any),
        (1usize..4).prop_map(Dim::Fixed),
        prop::sample::select(vec!["n", "m", "k"]).prop_map(Dim::from),
    ]
}

fn specs() -> impl Strategy<Value = Vec<TensorSpec>> {
    vec((dtype(), vec(dim(), 0..4)), 0..5).prop_map(|specs| {
        let specs = specs.into_iter().enumerate();
        specs.map(|(index, (dtype, dims))| TensorSpec::new(format!("t{index}"), dtype, dims)).collect()
    })
}

/// How one tensor of a call departs from its spec; mostly not at all, or calls would never pass.
#[derive(Clone, Debug)]
enum Change {
    None,
    Absent,
    Twice,
    Name(String),
    DType(DType),
    Dims(Vec<usize>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        24 => Just(Change::None),
        1 => Just(Change::Absent),
        1 => Just(Change::Twice),
        1 => "t[0-9]|[a-z]?".prop_map(Change::Name),
        1 => dtype().prop_map(Change::DType),
        1 => vec(0usize..4, 0..4).prop_map(Change::Dims),
    ]
}

/// A call of these specs with the symbols' sizes, changed here and there and shuffled.
fn call(specs: Vec<TensorSpec>, sizes: [usize; 3]) -> impl Strategy<Value = Call> {
    let size = move |dim: &Dim| match dim {
        Dim::Any => 2,
        Dim::Fixed(size) => *size,
        Dim::Symbol(symbol) => sizes[["n", "m", "k"].iter().position(|name| **name == **symbol).unwrap()],
    };
    vec(change(), specs.len())
        .prop_map(move |changes| {
            let mut call = Call::new();
            for (spec, change) in specs.iter().zip(changes) {
                let right =
                    (spec.name.to_string(), spec.dtype, spec.dims.iter().map(size).collect::<Vec<_>>());
                match change {
                    Change::None => call.push(right),
                    Change::Absent => {}
                    Change::Twice => call.extend([right.clone(), right]),
                    Change::Name(name) => call.push((name, right.1, right.2)),
                    Change::DType(dtype) => call.push((right.0, dtype, right.2)),
                    Change::Dims(dims) => call.push((right.0, right.1, dims)),
                }
            }
            call
        })
        .prop_shuffle()
}

fn model() -> impl Strategy<Value = ProblemDefinition> {
    (specs(), specs()).prop_map(|(inputs, outputs)| {
        let mut model = ProblemDefinition::new("model", "platform");
        (model.inputs, model.outputs) = (inputs, outputs);
        model
    })
}

fn sizes() -> impl Strategy<Value = [usize; 3]> {
    prop::array::uniform3(0usize..4)
}

/// A model, a call of it, a request and what the model returned. The request is mostly that of the
/// outputs, which mostly have the symbols' sizes of the inputs.
fn whole_call() -> impl Strategy<Value = (ProblemDefinition, Call, Vec<String>, Call)> {
    (model(), sizes(), prop::option::weighted(0.2, sizes())).prop_flat_map(|(model, sizes, others)| {
        let inputs = call(model.inputs.clone(), sizes);
        let outputs = call(model.outputs.clone(), others.unwrap_or(sizes));
        (Just(model), inputs, outputs, 0..4u8).prop_flat_map(|(model, inputs, outputs, request)| {
            let returned: Vec<String> = outputs.iter().map(|(name, ..)| name.clone()).collect();
            let request = match request {
                0 | 1 => Just(Vec::new()).boxed(),
                2 => Just(returned).boxed(),
                _ => vec("t[0-4]", 0..3).boxed(),
            };
            (Just(model), Just(inputs), request, Just(outputs))
        })
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,5}", any::<String>().prop_map(|text| text.replace('\0', "0"))]
}

/// Tensors of any name, in the order of their names.
fn any_specs() -> impl Strategy<Value = Vec<TensorSpec>> {
    let dim = prop_oneof![
        Just(Dim::Any),
        (1usize..100_000).prop_map(Dim::Fixed),
        text().prop_map(|symbol| Dim::from(&*symbol)),
    ];
    let spec = (prop::sample::select(DType::ALL.to_vec()), vec(dim, 0..3));
    prop::collection::btree_map(text(), spec, 0..4).prop_map(|specs| {
        let specs = specs.into_iter().map(|(name, (dtype, dims))| TensorSpec::new(name, dtype, dims));
        specs.collect()
    })
}

fn definition() -> impl Strategy<Value = ProblemDefinition> {
    (text(), text(), any_specs(), any_specs(), vec(text(), 0..3), any::<bool>()).prop_map(
        |(name, platform, inputs, outputs, custom_ops, cpu)| {
            let device = if cpu { DeviceType::Cpu } else { DeviceType::Gpu };
            let mut definition = ProblemDefinition::new(name, platform).with_platform_version(">=1 <2");
            for input in &inputs {
                definition = definition.with_input_device(&*input.name, device);
            }
            (definition.inputs, definition.outputs, definition.custom_ops) = (inputs, outputs, custom_ops);
            definition
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_validator_agrees_with_the_reference(
        (model, inputs, requested, outputs) in whole_call(), separate: bool
    ) {
        prop_assert_eq!(
            validate(&model, separate, &inputs, &requested, &outputs),
            check_call(&model, separate, &inputs, &requested, &outputs)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_definition_that_is_written_reads_back_as_it_was(definition in definition()) {
        let text = definition.to_json();
        prop_assert!(text.is_ascii());
        prop_assert_eq!(ProblemDefinition::from_json(text.as_bytes()), Ok(definition));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text: Vec<u8>, cut: prop::sample::Index, byte: u8) {
        let _ = ProblemDefinition::from_json(&text);
        let mut golden = include_bytes!("golden/addition.json").to_vec();
        let at = cut.index(golden.len());
        golden[at] = byte;
        let _ = ProblemDefinition::from_json(&golden);
        let _ = ProblemDefinition::from_json(&golden[..at]);
    }
}

#[test]
fn the_random_calls_have_every_outcome_often_enough() {
    let mut runner = TestRunner::deterministic();
    let mut outcomes: HashMap<Result<(), ErrorKind>, u32> = HashMap::new();
    for _ in 0..2000 {
        let (model, inputs, requested, outputs) = whole_call().new_tree(&mut runner).unwrap().current();
        *outcomes.entry(check_call(&model, false, &inputs, &requested, &outputs)).or_default() += 1;
    }
    for (outcome, least) in [
        (Ok(()), 400),
        (Err(ErrorKind::UnknownName), 50),
        (Err(ErrorKind::InvalidArgument), 20),
        (Err(ErrorKind::InvalidInput), 100),
        (Err(ErrorKind::InvalidOutput), 100),
    ] {
        assert!(outcomes.get(&outcome).is_some_and(|count| *count >= least), "{outcome:?}: {outcomes:?}");
    }
}
