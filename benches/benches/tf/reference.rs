//! TensorFlow's C API alone.

use std::hint::black_box;

use neuropod::{DType, Outputs, Tensor};
use neuropod_backend_tf::bench::{BareCaller, BareOptions, BareOutput, BareSession, chosen_executor};
use neuropod_benches::models::{Models, interface};

/// A session with an empty `ConfigProto`.
pub(crate) const DEFAULT: &str = "TensorFlow's C API, default options";

/// A session with the options that the backend chooses.
pub(crate) const SAME: &str = "TensorFlow's C API, same options";

/// A session of a model, with its usual inputs.
pub(crate) fn session(models: &Models, name: &str, options: &BareOptions) -> BareSession {
    session_for(models, name, options, &neuropod_benches::models::inputs(name))
}

/// A session of a model that is fed with these inputs.
pub(crate) fn session_for(
    models: &Models,
    name: &str,
    options: &BareOptions,
    inputs: &[(String, Tensor)],
) -> BareSession {
    if name == "basic-pitch" {
        let inputs = [("serving_default_input_2:0", &inputs[0].1)];
        let outputs = [0, 1, 2].map(|index| format!("StatefulPartitionedCall:{index}"));
        let outputs = outputs.each_ref().map(String::as_str);
        return BareSession::load_saved_model(&models.file(name), options, &inputs, &outputs).unwrap();
    }
    let outputs = interface(name).outputs;
    let outputs: Vec<&str> = outputs.iter().map(|spec| &*spec.name).collect();
    let inputs: Vec<_> = inputs.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    BareSession::import(graph(models, name), options, &inputs, &outputs).unwrap()
}

/// The options that the backend chooses for a graph, with so many threads within one operator.
pub(crate) fn same_options(models: &Models, name: &str, intra_op_threads: Option<usize>) -> BareOptions {
    let executor = chosen_executor(&graph(models, name), &["out"]).unwrap();
    BareOptions::of_executor(&executor, intra_op_threads).unwrap()
}

/// Calls a session, and looks at what it returns as `neuropod_benches::call` does.
pub(crate) fn call(caller: &mut BareCaller<'_>, dtype: DType) {
    let look = |output: &BareOutput| match dtype {
        DType::String => output.strings().for_each(|text| {
            black_box(text);
        }),
        _ => {
            black_box(output.bytes().first());
        }
    };
    caller.run(|_, output| look(output)).unwrap();
}

/// Panics unless the session returns the same.
pub(crate) fn assert_same(caller: &mut BareCaller<'_>, outputs: &Outputs) {
    let tensors: Vec<&Tensor> = outputs.iter().map(|(_, tensor)| tensor).collect();
    let check = |index: usize, output: &BareOutput| match tensors[index].dtype() {
        DType::String => assert!(tensors[index].as_byte_strings().unwrap().eq(output.strings())),
        _ => {
            let theirs =
                output.bytes().chunks_exact(4).map(|bytes| f32::from_ne_bytes(bytes.try_into().unwrap()));
            let ours = tensors[index].as_slice::<f32>().unwrap();
            assert_eq!(ours.len(), theirs.len());
            let near = |(ours, theirs): (&f32, f32)| (ours - theirs).abs() <= 1e-4 + 1e-4 * theirs.abs();
            assert!(ours.iter().zip(theirs).all(near), "the results differ");
        }
    };
    caller.run(check).unwrap();
}

fn graph(models: &Models, name: &str) -> Vec<u8> {
    std::fs::read(models.file(name)).unwrap()
}
