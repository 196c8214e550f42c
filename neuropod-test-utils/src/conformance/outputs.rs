//! Which outputs come back, and in which order.

use neuropod_core::{Backend, DType, Outputs, Tensor};

use super::case::skip;
use super::support::{check_names, check_output, check_same, infer, infer_requested, load, vector};
use super::{CaseResult, FixtureModel, Fixtures};

/// Without a request all outputs come, named and ordered as in the spec.
pub fn all_outputs_come_in_the_order_of_the_spec(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let outputs = infer(&*model, &pair(&vector(&[5.0, 1.5]), &vector(&[2.0, -4.0])))?;
    check_names(&outputs, &["sum", "difference", "product"])?;
    check_same(&vector(&[7.0, -2.5]), &outputs["sum"])?;
    check_same(&vector(&[3.0, 5.5]), &outputs["difference"])?;
    check_same(&vector(&[10.0, -6.0]), &outputs["product"])
}

/// Requested outputs come in the order of the request.
pub fn requested_outputs_come_in_the_order_of_the_request(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let (x, y) = (vector(&[5.0]), vector(&[2.0]));
    for requested in [["product", "sum", "difference"], ["difference", "product", "sum"]] {
        let outputs = infer_requested(&*model, &pair(&x, &y), &requested)?;
        check_names(&outputs, &requested)?;
        check_same(&vector(&[7.0]), &outputs["sum"])?;
        check_same(&vector(&[3.0]), &outputs["difference"])?;
        check_same(&vector(&[10.0]), &outputs["product"])?;
    }
    Ok(())
}

/// What is not requested does not come.
pub fn only_requested_outputs_come(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let (x, y) = (vector(&[5.0]), vector(&[2.0]));
    for (name, value) in [("difference", 3.0), ("product", 10.0), ("sum", 7.0)] {
        check_output(&infer_requested(&*model, &pair(&x, &y), &[name])?, name, &vector(&[value]))?;
    }
    let outputs = infer_requested(&*model, &pair(&x, &y), &["product", "sum"])?;
    check_names(&outputs, &["product", "sum"])
}

/// A model without inputs runs.
pub fn models_without_inputs_run(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Constant)?;
    check_output(&infer(&*model, &[])?, "out", &vector(&[1.0, 2.5, -3.0]))
}

/// A framework's transposed view arrives row-major.
pub fn transposed_outputs_are_row_major(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Transpose)?;
    let x = Tensor::from_slice([2, 3], &[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    let y = Tensor::from_slice([3, 2], &[1.0f32, 4.0, 2.0, 5.0, 3.0, 6.0])?;
    check_output(&infer(&*model, &[("x", &x)])?, "y", &y)
}

/// A view into an input starts where it should.
pub fn sliced_outputs_start_at_their_offset(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Tail)?;
    check_output(&infer(&*model, &[("x", &vector(&[1.0, 2.0, 3.0]))])?, "y", &vector(&[2.0, 3.0]))?;
    check_output(&infer(&*model, &[("x", &vector(&[1.0]))])?, "y", &vector(&[]))
}

/// The same call gives the same result.
pub fn repeated_calls_agree(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Arithmetic)?;
    let (x, y) = (vector(&[0.1, -7.25]), vector(&[1e20, 3.0]));
    let first = infer(&*model, &pair(&x, &y))?;
    for _ in 0..20 {
        let again = infer(&*model, &pair(&x, &y))?;
        check_names(&again, &["sum", "difference", "product"])?;
        for (name, output) in first.iter() {
            check_same(output, &again[name])?;
        }
    }
    Ok(())
}

/// A later call does not write into what an earlier one returned.
pub fn outputs_do_not_change_with_later_calls(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let (x, y) = (vector(&[1.0, 2.0]), vector(&[10.0, 20.0]));
    let first = infer(&*model, &pair(&x, &y))?;
    for _ in 0..8 {
        let other = vector(&[-1.0, -1.0]);
        infer(&*model, &pair(&other, &other))?;
    }
    check_output(&first, "out", &vector(&[11.0, 22.0]))
}

/// What is written to an output that can be written changes no input, no other output and no later call.
pub fn outputs_that_can_be_written_are_nobody_elses(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let (x, y) = (vector(&[3.0, 5.0, 7.0]), vector(&[2.0, 4.0, 6.0]));
    let mut none = true;
    for (fixture, inputs) in [
        (FixtureModel::Identity { dtype: DType::Float32, rank: 1 }, &pair(&x, &y)[..1]),
        (FixtureModel::Tail, &pair(&x, &y)[..1]),
        (FixtureModel::Constant, &[]),
        (FixtureModel::KeepsInput, &pair(&x, &y)[..1]),
        (FixtureModel::Arithmetic, &pair(&x, &y)),
    ] {
        if fixtures.source(fixture).is_none() {
            continue;
        }
        none = false;
        let model = load(backend, fixtures, fixture)?;
        let expected = copies(&infer(&*model, inputs)?);
        for _ in 0..3 {
            let outputs = infer(&*model, inputs)?;
            check_all(&expected, &outputs)?;
            overwrite(outputs, &expected)?;
            check_same(&vector(&[3.0, 5.0, 7.0]), &x)?;
            check_same(&vector(&[2.0, 4.0, 6.0]), &y)?;
        }
    }
    if none {
        skip!("the fixtures have none of the models that it runs");
    }
    Ok(())
}

/// Writes to one output after the other, and checks that those that follow stay as they were.
fn overwrite(mut outputs: Outputs, expected: &[(String, Tensor)]) -> CaseResult {
    for (index, (name, _)) in expected.iter().enumerate() {
        let mut output = outputs.take(name)?;
        if let Ok(bytes) = output.as_mut_bytes() {
            bytes.fill(0xa5);
        }
        check_all(&expected[index + 1..], &outputs)?;
    }
    Ok(())
}

fn copies(outputs: &Outputs) -> Vec<(String, Tensor)> {
    outputs.iter().map(|(name, output)| (name.to_owned(), output.to_owned_memory())).collect()
}

fn check_all(expected: &[(String, Tensor)], outputs: &Outputs) -> CaseResult {
    for (name, tensor) in expected {
        check_same(tensor, outputs.try_get(name)?)?;
    }
    Ok(())
}

fn pair<'a>(x: &'a Tensor, y: &'a Tensor) -> [(&'static str, &'a Tensor); 2] {
    [("x", x), ("y", y)]
}
