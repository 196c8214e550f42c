//! The ways to hand tensors over.

use neuropod_core::reexport::ndarray::Array2;
use neuropod_core::{Backend, DType, Inputs, Tensor, TensorView};

use super::case::{check, skip};
use super::support::{
    check_error, check_output, check_same, identity_dtype, infer, infer_view, load, load_identity, numbers,
    vector,
};
use super::{CaseResult, FixtureModel, Fixtures};
use neuropod_core::ErrorKind;

/// A shared tensor, an owned one and a view of the same numbers give the same result.
pub fn shared_owned_and_borrowed_agree(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let (x, y, sum) = (vector(&[1.0, 2.0]), vector(&[10.0, 20.0]), vector(&[11.0, 22.0]));
    check_output(&infer(&*model, &[("x", &x), ("y", &y)])?, "out", &sum)?;

    let mut owned = Inputs::new();
    owned.push("x", x.clone())?;
    owned.push("y", y.to_owned_memory())?;
    check_output(&model.infer(&owned, &[])?, "out", &sum)?;

    let mut borrowed = Inputs::new();
    borrowed.push("x", x.view())?;
    borrowed.push("y", TensorView::from_slice(&[2], &[10.0f32, 20.0])?)?;
    check_output(&model.infer(&borrowed, &[])?, "out", &sum)?;

    let mut mixed = Inputs::new();
    mixed.push("x", &x)?;
    mixed.push("y", y.view())?;
    check_output(&model.infer(&mixed, &[])?, "out", &sum)
}

/// ndarray arrays are taken, in row-major order and in any other.
pub fn arrays_are_taken(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Transpose)?;
    let array = Array2::from_shape_fn((2, 3), |(row, column)| (10 * row + column) as f32);
    let columns_first = array.t();
    let mut inputs = Inputs::new();
    inputs.push("x", &array)?;
    check_output(&model.infer(&inputs, &[])?, "y", &Tensor::copy_array(&columns_first)?)?;
    let mut inputs = Inputs::new();
    inputs.push("x", &columns_first)?;
    check_output(&model.infer(&inputs, &[])?, "y", &Tensor::copy_array(&array)?)
}

/// Memory that is aligned to its elements and no better is taken.
pub fn memory_of_any_alignment_is_taken(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, dtype) = load_identity(backend, fixtures, 1)?;
    let size = dtype.size().unwrap_or(1);
    let whole = numbers(dtype, &[40])?;
    for skipped in 1..20 {
        let bytes = skipped * size..(skipped + 20) * size;
        let shared = Tensor::from_buffer(dtype, [20], whole.buffer().slice(bytes.clone()))?;
        check_output(&infer(&*model, &[("x", &shared)])?, "y", &shared)?;
        let view = TensorView::from_bytes(dtype, &[20], &whole.bytes()[bytes])?;
        check_output(&infer_view(&*model, "x", view)?, "y", &shared)?;
    }
    Ok(())
}

/// A call does not write into its inputs.
pub fn inputs_do_not_change(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let (x, y) = (vector(&[5.0, -1.0]), vector(&[2.0, 8.0]));
    for _ in 0..3 {
        infer(&*model, &[("x", &x), ("y", &y)])?;
    }
    check_same(&vector(&[5.0, -1.0]), &x)?;
    check_same(&vector(&[2.0, 8.0]), &y)
}

/// Inputs are told apart by name, not by position.
pub fn inputs_come_in_any_order(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let (x, y) = (vector(&[5.0]), vector(&[2.0]));
    for inputs in [[("x", &x), ("y", &y)], [("y", &y), ("x", &x)]] {
        check_same(&vector(&[3.0]), infer(&*model, &inputs)?.try_get("difference")?)?;
    }
    Ok(())
}

/// A hundred inputs are told apart, in any order.
pub fn many_inputs_are_told_apart(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::ManyInputs)?;
    let names: Vec<_> = (0..FixtureModel::MANY).map(|index| format!("x{index}")).collect();
    let tensors: Vec<_> = (0..FixtureModel::MANY).map(|index| vector(&[(index % 7) as f32])).collect();
    let sum: usize = (0..FixtureModel::MANY).map(|index| (index + 1) * (index % 7)).sum();
    for step in [1, 37, 99] {
        // 100 and each step have no common factor, so each input comes once.
        let order = (0..FixtureModel::MANY).map(|position| position * step % FixtureModel::MANY);
        let inputs: Vec<_> = order.map(|index| (names[index].as_str(), &tensors[index])).collect();
        check_output(&infer(&*model, &inputs)?, "out", &vector(&[sum as f32]))?;
    }
    Ok(())
}

/// Names may hold spaces, signs and letters of any script.
pub fn names_may_hold_any_text(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::OddNames)?;
    let x = vector(&[1.0, 2.0]);
    check_output(&infer(&*model, &[(FixtureModel::ODD_INPUT, &x)])?, FixtureModel::ODD_OUTPUT, &x)
}

/// An input that may be absent can be given and left out.
pub fn optional_inputs_may_be_absent(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    if !backend.capabilities().optional_inputs {
        skip!("the backend does not claim optional inputs");
    }
    let model = load(backend, fixtures, FixtureModel::OptionalInput)?;
    let (x, y) = (vector(&[5.0]), vector(&[2.0]));
    for _ in 0..2 {
        check_output(&infer(&*model, &[("x", &x), ("y", &y)])?, "out", &vector(&[7.0]))?;
        check_output(&infer(&*model, &[("x", &x)])?, "out", &x)?;
    }
    check_error(infer(&*model, &[("y", &y)]), "without `x`", &[ErrorKind::MissingInput])?;
    Ok(())
}

/// The model's allocator makes zeroed, writable tensors of each type, and the model takes them.
pub fn allocated_tensors_are_writable_and_taken(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let dtype = identity_dtype(backend, fixtures, 2)?;
    let model = load(backend, fixtures, FixtureModel::Identity { dtype, rank: 2 })?;
    let allocator = model.allocator();
    for dtype in backend.capabilities().dtypes {
        let tensor = allocator.allocate(dtype, &[2, 3])?;
        check_same(&Tensor::zeros(dtype, [2, 3])?, &tensor)?;
        if dtype != DType::String {
            allocator.allocate(dtype, &[2, 3])?.as_mut_bytes()?.fill(1);
        }
    }
    let expected = numbers(dtype, &[2, 3])?;
    let mut tensor = allocator.allocate(dtype, &[2, 3])?;
    tensor.as_mut_bytes()?.copy_from_slice(expected.bytes());
    drop(allocator);
    check_output(&infer(&*model, &[("x", &tensor)])?, "y", &expected)?;
    let too_large = model.allocator().allocate(dtype, &[usize::MAX, 2]);
    check!(too_large.is_err(), "an allocation of more than memory can hold must give an error");
    Ok(())
}
