//! Faults in what numbers, strings, inputs and outputs become.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use neuropod_core::{
    Allocator, BackendInfo, Capabilities, DType, Error, ErrorKind, Input, Outputs, Result, Tensor,
};

use super::broken::Broken;

pub(crate) fn in_info() -> Vec<Broken> {
    let calls = AtomicUsize::new(0);
    vec![
        Broken::new("changes its name", &["info::info_is_complete_and_constant"]).info(move || {
            BackendInfo::new(format!("fake {}", calls.fetch_add(1, Ordering::SeqCst)), "fake", "1.0.0")
        }),
        Broken::new("has no platform", &["info::info_is_complete_and_constant"])
            .info(|| BackendInfo::new("fake", "", "1.0.0")),
        Broken::new("has no semantic version", &["info::registry_takes_and_finds_it"])
            .info(|| BackendInfo::new("fake", "fake", "new")),
        Broken::new("misses its framework and has it", &["info::the_framework_is_found"])
            .check(|| Err(Error::new(ErrorKind::Load, "the framework is not installed"))),
        Broken::new("has no device", &["info::capabilities_are_sound_and_constant"])
            .capabilities(Capabilities::new(DType::ALL).devices([])),
        Broken::new("claims a dtype twice", &["info::capabilities_are_sound_and_constant"])
            .capabilities(Capabilities::new([DType::Int8, DType::Int8])),
        Broken::new("prints its weights", &["info::debug_text_is_short"]).debug_text("0.5, ".repeat(1 << 20)),
        Broken::new("takes what it does not claim", &["values::undeclared_dtypes_are_refused"])
            .capabilities(Capabilities::new([DType::Float32]))
            .infer(|call| Ok(call.tensors().into_iter().map(|(_, x)| ("y".to_owned(), x)).collect())),
    ]
}

pub(crate) fn in_numbers() -> Vec<Broken> {
    let first_size = Mutex::new(None);
    vec![
        Broken::new("rounds integers to f64", &["values::integers_keep_every_bit"]).output(|output| {
            map(output, DType::Int64, |bytes| {
                let value = i64::from_ne_bytes(bytes.try_into().unwrap()) as f64 as i64;
                bytes.copy_from_slice(&value.to_ne_bytes());
            })
        }),
        Broken::new("has one NaN", &["values::floats_keep_every_bit"]).output(|output| {
            map(output, DType::Float32, |bytes| {
                if f32::from_ne_bytes(bytes.try_into().unwrap()).is_nan() {
                    bytes.copy_from_slice(&f32::NAN.to_ne_bytes());
                }
            })
        }),
        Broken::new("inverts bools", &["values::bools_are_kept"])
            .output(|output| map(output, DType::Bool, |bytes| bytes[0] ^= 1)),
        Broken::new(
            "drops axes of size 1",
            &["values::every_rank_is_kept", "values::single_elements_keep_their_rank"],
        )
        .output(|output| {
            let dims: Vec<_> = output.dims().iter().copied().filter(|dim| *dim != 1).collect();
            output.reshape(dims)
        }),
        Broken::new(
            "refuses empty tensors",
            &["values::empty_tensors_are_kept", "values::zero_strings_are_kept"],
        )
        .output(|output| if output.element_count() == 0 { Err(refused()) } else { Ok(output.clone()) }),
        Broken::new("loses the end of large tensors", &["values::large_tensors_are_kept"]).output(|output| {
            let mut output = output.to_owned_memory();
            if let Some(last) = output.as_mut_bytes().ok().and_then(<[u8]>::last_mut) {
                *last ^= 1;
            }
            Ok(output)
        }),
        Broken::new("is bound to the first size", &["values::sizes_differ_between_calls"]).output(
            move |output| {
                let mut first = first_size.lock().unwrap();
                let same = *first.get_or_insert(output.element_count()) == output.element_count();
                if same { Ok(output.clone()) } else { Err(refused()) }
            },
        ),
    ]
}

pub(crate) fn in_strings() -> Vec<Broken> {
    vec![
        Broken::new("drops empty strings", &["values::empty_strings_are_kept"]).output(|output| {
            let Ok(strings) = output.as_byte_strings() else { return Ok(output.clone()) };
            let left: Vec<_> = strings.filter(|text| !text.is_empty()).collect();
            Tensor::from_strings([left.len()], &left)
        }),
        texts("knows ASCII alone", &["values::unicode_strings_are_kept"], |text| {
            text.iter().map(|byte| if byte.is_ascii() { *byte } else { b'?' }).collect()
        }),
        texts("ends strings at a NUL", &["values::strings_with_nul_are_kept"], |text| {
            text.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
        }),
        texts("cuts long strings", &["values::long_and_many_strings_are_kept"], |text| {
            text[..text.len().min(1 << 16)].to_vec()
        }),
        texts("replaces what is not UTF-8", &["values::strings_of_any_bytes_are_kept_or_refused"], |text| {
            String::from_utf8_lossy(text).into_owned().into_bytes()
        }),
    ]
}

pub(crate) fn in_outputs() -> Vec<Broken> {
    let calls = AtomicUsize::new(0);
    vec![
        Broken::new(
            "sorts its outputs",
            &[
                "outputs::all_outputs_come_in_the_order_of_the_spec",
                "outputs::requested_outputs_come_in_the_order_of_the_request",
            ],
        )
        .infer(|call| {
            let mut outputs: Vec<_> = call.run()?.into_iter().collect();
            outputs.sort_by(|left, right| left.0.cmp(&right.0));
            Ok(outputs.into_iter().collect::<Outputs>())
        }),
        Broken::new("returns all outputs", &["outputs::only_requested_outputs_come"])
            .infer(|call| call.model.infer(call.inputs, &[])),
        Broken::new("needs an input", &["outputs::models_without_inputs_run"])
            .infer(|call| if call.inputs.is_empty() { Err(refused()) } else { call.run() }),
        Broken::new(
            "ignores strides and offsets",
            &["outputs::transposed_outputs_are_row_major", "outputs::sliced_outputs_start_at_their_offset"],
        )
        .infer(|call| {
            call.map(|_, output| {
                let x = call.inputs.get("x").ok_or_else(refused)?.to_tensor();
                Tensor::from_buffer(x.dtype(), output.shape(), x.buffer().slice(0..output.bytes().len()))
            })
        }),
        // Memory that two can write cannot be had in safe code; the case compares later calls all the same.
        Broken::new(
            "drifts",
            &["outputs::repeated_calls_agree", "outputs::outputs_that_can_be_written_are_nobody_elses"],
        )
        .output(move |output| {
            let drift = calls.fetch_add(1, Ordering::SeqCst) as u8;
            map(output, DType::Float32, |bytes| bytes[0] ^= drift)
        }),
        // What these cases are for, memory that is overwritten or gone, cannot be had in safe
        // code. They compare values all the same.
        Broken::new(
            "returns wrong numbers",
            &[
                "outputs::outputs_do_not_change_with_later_calls",
                "lifetimes::outputs_outlive_inputs",
                "lifetimes::outputs_outlive_the_model",
                "lifetimes::outputs_do_not_alias_borrowed_views",
                "options::unknown_backend_options_are_ignored",
            ],
        )
        .output(|output| map(output, output.dtype(), |bytes| bytes[0] ^= 1)),
    ]
}

pub(crate) fn in_inputs() -> Vec<Broken> {
    vec![
        Broken::new(
            "refuses views",
            &[
                "inputs::shared_owned_and_borrowed_agree",
                "inputs::arrays_are_taken",
                "lifetimes::outputs_do_not_alias_borrowed_views",
            ],
        )
        .infer(|call| {
            let lent = call.inputs.iter().any(|(_, input)| matches!(input, Input::View(_)));
            if lent { Err(refused()) } else { call.run() }
        }),
        Broken::new("needs aligned memory", &["inputs::memory_of_any_alignment_is_taken"]).infer(|call| {
            let aligned = |input: &Input<'_>| input.view().bytes().as_ptr().align_offset(64) == 0;
            assert!(call.inputs.iter().all(|(_, input)| aligned(input)), "unaligned");
            call.run()
        }),
        // Writing into an input cannot be done in safe code; the case runs the model all the same.
        Broken::new("takes no input", &["inputs::inputs_do_not_change"]).infer(|_| Err(refused())),
        Broken::new(
            "takes inputs by position",
            &["inputs::inputs_come_in_any_order", "inputs::many_inputs_are_told_apart"],
        )
        .infer(|call| {
            let names = call.source.inputs.iter().map(|spec| &*spec.name);
            let renamed = names.zip(call.tensors()).map(|(name, (_, tensor))| (name, tensor));
            call.run_with(&renamed.collect::<Vec<_>>())
        }),
        Broken::new("takes ASCII names alone", &["inputs::names_may_hold_any_text"]).infer(|call| {
            let ascii = call.inputs.iter().all(|(name, _)| name.is_ascii());
            if ascii { call.run() } else { Err(refused()) }
        }),
        Broken::new("needs every input", &["inputs::optional_inputs_may_be_absent"]).infer(|call| {
            let all = call.inputs.len() == call.source.inputs.len();
            if all { call.run() } else { Err(Error::new(ErrorKind::MissingInput, "one is missing")) }
        }),
        Broken::new("allocates shared memory", &["inputs::allocated_tensors_are_writable_and_taken"])
            .allocator(Sharing(Mutex::default())),
    ]
}

/// Keeps a handle on all that it allocates, so that none can be written.
#[derive(Debug)]
struct Sharing(Mutex<Vec<Tensor>>);

impl Allocator for Sharing {
    fn allocate(&self, dtype: DType, dims: &[usize]) -> Result<Tensor> {
        let tensor = Tensor::zeros(dtype, dims)?;
        self.0.lock().unwrap().push(tensor.clone());
        Ok(tensor)
    }
}

/// Changes each string.
fn texts(
    fault: &'static str,
    noticed_by: &'static [&'static str],
    change: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> Broken {
    Broken::new(fault, noticed_by).output(move |output| match output.as_byte_strings() {
        Ok(strings) => Tensor::from_strings(output.shape(), &strings.map(&change).collect::<Vec<_>>()),
        Err(_) => Ok(output.clone()),
    })
}

/// Changes each element of the tensors of one dtype, in a copy.
fn map(output: &Tensor, dtype: DType, change: impl Fn(&mut [u8])) -> Result<Tensor> {
    let Some(size) = dtype.size().filter(|_| output.dtype() == dtype) else { return Ok(output.clone()) };
    let mut output = output.to_owned_memory();
    output.as_mut_bytes()?.chunks_exact_mut(size).for_each(change);
    Ok(output)
}

fn refused() -> Error {
    Error::new(ErrorKind::Unsupported, "a fault")
}
