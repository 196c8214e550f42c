//! PyTorch's modules, and tensors in both directions.

use neuropod_core::{DType, ErrorKind, Inputs, Model, ModelOptions, Result, Tensor, TensorSpec, TensorView};

use crate::support::{
    address, any, assert_says, call, cpu, f32s, failure, files, infer, load_with, numbers, source_of,
    strings, vector,
};

fn code(module: &str) -> String {
    format!(
        "import torch\n\nclass Model(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        \
         self.calls = 0\n        self.register_buffer('kept', torch.zeros(4))\n        \
         self.weight = torch.nn.Parameter(torch.ones(4))\n\n    def forward(self, {module}\n\n\
         def get_model(data): return Model()\n"
    )
}

fn try_load(
    code: &str,
    inputs: &[TensorSpec],
    outputs: &[TensorSpec],
    options: &ModelOptions,
) -> Result<Box<dyn Model>> {
    load_with(source_of(files(code), inputs, outputs), options)
}

/// A module whose `forward` starts with these parameters and goes on with these lines.
fn load(module: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Box<dyn Model> {
    try_load(&code(module), inputs, outputs, &cpu()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// A module without inputs that returns this.
fn returns(expression: &str, dtype: DType, rank: usize) -> Box<dyn Model> {
    load(&format!("_=None): return {{'out': {expression}}}"), &[], &[any("out", dtype, rank)])
}

#[test]
fn a_module_runs_in_inference_mode_and_gets_tensors_without_a_copy_from_the_second_call_on() {
    let model = load(
        "x): return {'at': x.data_ptr(), 'mode': torch.is_inference_mode_enabled()}",
        &[f32s("x", 1)],
        &[any("at", DType::Int64, 0), any("mode", DType::Bool, 0)],
    );
    let x = vector(&[1.0; 4]);
    let call = || {
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(numbers::<bool>(&outputs, "mode"), [true]);
        numbers::<i64>(&outputs, "at")[0] == address(&x)
    };
    assert_eq!([call(), call(), call()], [false, true, true]);
}

#[test]
fn a_module_that_writes_to_its_input_always_gets_a_copy() {
    for line in ["x += 1", "x[1:].add_(1); x[:1].add_(1)", "x.detach().add_(1)", "torch.add(x, 1, out=x)"] {
        let model = load(
            &format!("x):\n        {line}\n        return {{'out': x}}"),
            &[f32s("x", 1)],
            &[f32s("out", 1)],
        );
        let x = vector(&[1.0, 2.0]);
        for _ in 0..3 {
            let outputs = infer(&*model, [("x", &x)]).unwrap();
            assert_eq!(numbers::<f32>(&outputs, "out"), [2.0, 3.0], "{line}");
            assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0], "{line}");
        }
    }
}

#[test]
fn a_module_that_starts_to_write_later_is_an_error_that_names_the_option() {
    let module =
        "x):\n        self.calls += 1\n        if self.calls == 3: x += 1\n        return {'out': x + 0}";
    let model = load(module, &[f32s("x", 1)], &[f32s("out", 1)]);
    for expected in [true, true, false, true, true] {
        match infer(&*model, [("x", vector(&[1.0]))]) {
            Ok(outputs) => assert!(expected && numbers::<f32>(&outputs, "out") == [1.0]),
            Err(error) => {
                assert!(!expected, "{error}");
                assert_says(
                    &error,
                    ErrorKind::Model,
                    &["RuntimeError", "wrote to its input `x`", "`python.copy_inputs`"],
                );
            }
        }
    }
    let copies = cpu().backend_option("python.copy_inputs", "true");
    let model = try_load(&code(module), &[f32s("x", 1)], &[f32s("out", 1)], &copies).unwrap();
    let x = vector(&[1.0]);
    for expected in [1.0, 1.0, 2.0, 1.0] {
        assert_eq!(numbers::<f32>(&infer(&*model, [("x", &x)]).unwrap(), "out"), [expected]);
        assert_eq!(x, vector(&[1.0]));
    }
}

#[test]
fn first_calls_at_the_same_time_write_to_copies_each() {
    let module = "x, all=__import__('threading').Barrier(3)):
        all.wait(10)
        if x[0] > 0: x += 1
        return {'out': x + 0}";
    let model = load(module, &[f32s("x", 1)], &[f32s("out", 1)]);
    std::thread::scope(|scope| {
        for value in [0.0, 1.0, 1.0] {
            let model = &*model;
            scope.spawn(move || {
                let x = vector(&[value]);
                let outputs = infer(model, [("x", &x)]).unwrap();
                assert_eq!((numbers::<f32>(&outputs, "out"), &x), (&[value * 2.0][..], &vector(&[value])));
            });
        }
    });
}

#[test]
fn every_type_crosses() {
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::String) {
        let model = load(
            "x): return {'out': x.clone(), 'same': x, 'name': str(x.dtype)}",
            &[any("x", dtype, 1)],
            &[any("out", dtype, 1), any("same", dtype, 1), any("name", DType::String, 0)],
        );
        let mut x = Tensor::zeros(dtype, [3]).unwrap();
        x.as_mut_bytes().unwrap().fill(1);
        for _ in 0..2 {
            let outputs = infer(&*model, [("x", &x)]).unwrap();
            assert_eq!((&outputs["out"], &outputs["same"]), (&x, &x), "{dtype}");
            assert_eq!(strings(&outputs, "name"), [format!("torch.{dtype}")]);
        }
    }
}

#[test]
fn a_tensor_that_the_module_has_just_made_is_not_copied() {
    for (expression, dtype) in [
        ("torch.full((4,), 2.0)", DType::Float32),
        ("torch.full((4,), 2.0, dtype=torch.bfloat16)", DType::BFloat16),
        ("torch.full((8,), 2, dtype=torch.uint8)[4:]", DType::UInt8),
        ("self.weight + 1", DType::Float32),
    ] {
        let model = load(
            &format!(
                "_=None):\n        out = {expression}\n        at = out.data_ptr()\n        return {{'out': out, 'at': at}}"
            ),
            &[],
            &[any("out", dtype, 1), any("at", DType::Int64, 0)],
        );
        let outputs = call(&*model).unwrap();
        assert_eq!(numbers::<i64>(&outputs, "at"), [address(&outputs["out"])], "{expression}");
    }
}

#[test]
fn what_a_module_keeps_is_copied() {
    for (what, expression) in [
        ("a buffer", "self.kept"),
        ("a view of one", "self.kept[1:]"),
        ("another tensor over it", "self.kept.detach()"),
        ("a parameter", "self.weight"),
        ("an array of NumPy's", "torch.from_numpy(ARRAY)"),
        ("memory of another kind", "torch.frombuffer(RAW, dtype=torch.float32)"),
        ("an array over a fresh tensor", "keep_array(torch.zeros(4))"),
        ("a fresh tensor's storage", "keep_storage(torch.zeros(4))"),
        ("the buffer as an array", "self.kept.numpy()"),
    ] {
        let text = code(&format!(
            "_=None):\n        self.calls += 1\n        fill(self.calls, self.kept, self.weight)\n        \
             out = {expression}\n        fill(self.calls, self.kept, self.weight)\n        return {{'out': out}}"
        ))
        .replace(
            "import torch\n",
            "import torch, numpy\nARRAY = numpy.zeros(4, 'f4')\nRAW = bytearray(16)\nHELD = []\n\n\
             def keep_array(out):\n    HELD.append(out.numpy())\n    return out\n\n\
             def keep_storage(out):\n    HELD.append(numpy.asarray(torch.empty(0).set_(out.untyped_storage())))\n    return out\n\n\
             def fill(n, *tensors):\n    for tensor in tensors: tensor.fill_(n)\n    ARRAY.fill(n)\n    \
             RAW[:] = ARRAY.tobytes()\n    for held in HELD: held.fill(n)\n",
        );
        let model =
            try_load(&text, &[], &[f32s("out", 1)], &cpu()).unwrap_or_else(|error| panic!("{error:?}"));
        let first = call(&*model).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        call(&*model).unwrap();
        assert!(numbers::<f32>(&first, "out").iter().all(|value| *value == 1.0), "{what}: {first:?}");
    }
}

#[test]
fn a_scripted_modules_buffers_are_copied() {
    let text = "import torch\n\nclass Model(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        \
                self.register_buffer('kept', torch.zeros(4))\n\n    def forward(self, x: torch.Tensor):\n        \
                self.kept += x\n        return {'out': self.kept}\n\ndef get_model(data): return torch.jit.script(Model())\n";
    let model = try_load(text, &[f32s("x", 0)], &[f32s("out", 1)], &cpu()).unwrap();
    let one = Tensor::scalar(1.0f32);
    let first = infer(&*model, [("x", &one)]).unwrap();
    let second = infer(&*model, [("x", &one)]).unwrap();
    assert_eq!(
        (numbers::<f32>(&first, "out"), numbers::<f32>(&second, "out")),
        (&[1.0; 4][..], &[2.0; 4][..])
    );
}

#[test]
fn an_input_that_is_returned_outlives_the_callers() {
    let model =
        load("x): return {'same': x, 'part': x[1:]}", &[f32s("x", 1)], &[f32s("same", 1), f32s("part", 1)]);
    for round in 0..3 {
        let value = round as f32;
        let outputs = infer(&*model, [("x", vector(&[value; 1 << 14]))]).unwrap();
        drop(std::hint::black_box(vec![-1.0f32; 1 << 14]));
        assert!(numbers::<f32>(&outputs, "same").iter().all(|found| *found == value));
        assert_eq!(outputs["part"].dims(), [(1 << 14) - 1]);
    }
}

#[test]
fn tensors_of_any_layout_become_row_major() {
    for expression in [
        "torch.arange(6.).reshape(2, 3)",
        "torch.arange(6.).reshape(2, 3).T.contiguous().T",
        "torch.tensor([[0., 3], [1, 4], [2, 5]]).T",
        "torch.arange(12.).reshape(2, 6)[:, ::2] / 2",
        "torch.arange(6.).reshape(2, 3).expand(2, 3)",
        "(torch.arange(6.).reshape(2, 3) * 1j).imag",
        "torch.arange(6.).reshape(2, 3).requires_grad_()",
        "torch.nn.Parameter(torch.arange(6.).reshape(2, 3))",
        "torch.arange(6.).reshape(2, 3).to_sparse().to_dense()",
        "(torch.arange(6.).reshape(2, 3) + 0j).conj().real",
        "torch._neg_view(-torch.arange(6.).reshape(2, 3))",
    ] {
        let outputs = call(&*returns(expression, DType::Float32, 2))
            .unwrap_or_else(|error| panic!("{expression}: {error:?}"));
        assert_eq!(outputs["out"].dims(), [2, 3], "{expression}");
        assert_eq!(numbers::<f32>(&outputs, "out"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "{expression}");
    }
    let scalar = call(&*returns("torch.tensor(2.0)", DType::Float32, 0)).unwrap();
    assert_eq!(scalar["out"].as_scalar::<f32>().unwrap(), 2.0);
    let empty = call(&*returns("torch.zeros(0, 3)", DType::Float32, 2)).unwrap();
    assert_eq!(empty["out"].dims(), [0, 3]);
}

#[test]
fn tensors_that_need_gradients_are_outputs_of_functions_too() {
    let code = "import torch\n\nweight = torch.nn.Parameter(torch.ones(3))\n\n\
                def get_model(data): return lambda x: {'out': weight * torch.from_numpy(x.copy()), 'fresh': torch.ones(2)}\n";
    let model = try_load(code, &[f32s("x", 1)], &[f32s("out", 1), f32s("fresh", 1)], &cpu()).unwrap();
    let outputs = infer(&*model, [("x", vector(&[1.0, 2.0, 3.0]))]).unwrap();
    assert_eq!(numbers::<f32>(&outputs, "out"), [1.0, 2.0, 3.0]);
    assert_eq!(numbers::<f32>(&outputs, "fresh"), [1.0; 2]);
}

#[test]
fn tensors_that_are_not_dense_or_of_another_type_are_errors() {
    for (expression, parts) in [
        ("torch.ones(2).to_sparse()", &["a dense tensor is needed", "`to_dense()`"][..]),
        ("torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.quint8)", &["`dequantize()`"]),
        (
            "torch.ones(2, dtype=torch.float64)",
            &["float32", "a tensor of float64 with the shape [2]", "`.to(torch.float32)`"],
        ),
        ("torch.ones(2, dtype=torch.complex64)", &["complex64"]),
        ("[torch.ones(2)]", &["list", "tensor([1., 1.])"]),
    ] {
        let error = call(&*returns(expression, DType::Float32, 1)).unwrap_err();
        assert_says(&error, ErrorKind::InvalidOutput, parts);
    }
    let error = call(&*returns("torch.ones(2)", DType::String, 1)).unwrap_err();
    assert_says(&error, ErrorKind::InvalidOutput, &["string", "tensor of float32"]);
    let error = call(&*returns("torch.ones(2, device='meta')", DType::Float32, 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model, "{error}");
    let tensor = load("_=None): return torch.ones(2)", &[], &[f32s("out", 1)]);
    assert_says(
        &call(&*tensor).unwrap_err(),
        ErrorKind::InvalidOutput,
        &["the model returned a tensor of float32 with the shape [2]"],
    );
}

#[test]
fn strings_reach_modules_as_lists() {
    let model = load(
        "x, y): return {'out': [a + y for a in x], 'kind': type(x).__name__ + type(y).__name__}",
        &[any("x", DType::String, 1), any("y", DType::String, 0)],
        &[any("out", DType::String, 1), any("kind", DType::String, 0)],
    );
    let x = Tensor::from_strings([2], &["a", "größer\0"]).unwrap();
    let y = Tensor::from_strings([0usize; 0], &["!"]).unwrap();
    let outputs = infer(&*model, [("x", &x), ("y", &y)]).unwrap();
    assert_eq!(strings(&outputs, "out"), ["a!", "größer\0!"]);
    assert_eq!(strings(&outputs, "kind"), ["liststr"]);
}

#[test]
fn the_option_says_what_modules_and_functions_get() {
    let outputs = [any("type", DType::String, 0), any("mode", DType::Bool, 0)];
    let module = code("x): return {'type': type(x).__name__, 'mode': torch.is_inference_mode_enabled()}");
    let function = "import torch\n\ndef get_model(data):\n    return lambda x: {'type': type(x).__name__, 'mode': torch.is_inference_mode_enabled()}\n";
    for (code, how, expected) in [
        (&*module, "auto", ("Tensor", true)),
        (&*module, "numpy", ("ndarray", false)),
        (function, "auto", ("ndarray", false)),
        (function, "torch", ("Tensor", true)),
    ] {
        let model =
            try_load(code, &[f32s("x", 1)], &outputs, &cpu().backend_option("python.inputs", how)).unwrap();
        for _ in 0..2 {
            let outputs = infer(&*model, [("x", vector(&[1.0]))]).unwrap();
            assert_eq!(
                (strings(&outputs, "type")[0], numbers::<bool>(&outputs, "mode")[0]),
                expected,
                "{how}"
            );
        }
    }
}

#[test]
fn parameters_of_forward_may_have_default_values() {
    let model = load(
        "x, *, y=None): return {'out': x if y is None else x + y}",
        &[f32s("x", 1), f32s("y", 1)],
        &[f32s("out", 1)],
    );
    let x = vector(&[1.0]);
    for _ in 0..2 {
        assert_eq!(numbers::<f32>(&infer(&*model, [("x", &x)]).unwrap(), "out"), [1.0]);
        assert_eq!(numbers::<f32>(&infer(&*model, [("y", &x), ("x", &x)]).unwrap(), "out"), [2.0]);
    }
    assert_says(&failure(&*model, Inputs::new()), ErrorKind::MissingInput, &["`x`"]);
    let error = try_load(&code("x): return {}"), &[f32s("y", 1)], &[], &cpu()).unwrap_err();
    assert_says(&error, ErrorKind::InvalidSpec, &["`y`"]);
}

#[test]
fn views_reach_modules_as_copies_that_they_may_write() {
    let model = load("x):\n        x += 1\n        return {'out': x}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let values = [1.0f32, 2.0];
    for _ in 0..3 {
        let outputs = infer(&*model, [("x", TensorView::from_slice(&[2], &values).unwrap())]).unwrap();
        assert_eq!(numbers::<f32>(&outputs, "out"), [2.0, 3.0]);
        assert_eq!(values, [1.0, 2.0]);
    }
}

#[test]
fn an_error_of_pytorch_is_the_models() {
    let model = load("x): return {'out': x @ torch.ones(3, 2)}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let error = failure(&*model, [("x", vector(&[1.0; 4]))]);
    assert_says(&error, ErrorKind::Model, &["RuntimeError", "shapes cannot be multiplied"]);
    assert!(format!("{error:?}").contains("in forward"));
    assert_eq!(numbers::<f32>(&infer(&*model, [("x", vector(&[1.0; 3]))]).unwrap(), "out"), [3.0, 3.0]);
}

#[test]
fn the_number_of_threads_and_the_devices_of_inputs_are_set() {
    let text = code("x): return {'threads': torch.get_num_threads(), 'device': str(x.device)}");
    let mut source = source_of(
        files(&text),
        &[f32s("x", 1)],
        &[any("threads", DType::Int64, 0), any("device", DType::String, 0)],
    );
    source.input_devices.insert("x".into(), neuropod_core::DeviceType::Cpu);
    let model = load_with(source, &cpu().intra_op_threads(3)).unwrap();
    let outputs = infer(&*model, [("x", vector(&[1.0]))]).unwrap();
    assert_eq!((numbers::<i64>(&outputs, "threads"), strings(&outputs, "device")), (&[3][..], vec!["cpu"]));
}
