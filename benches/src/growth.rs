//! How the cost of a call grows with the size and the number of tensors.

use criterion::Criterion;
use neuropod::{LoadOptions, Neuropod, Outputs, Tensor};

use crate::models::{Models, TENSOR_COUNTS, floats, inputs};
use crate::{Comparison, Subject, call, infer, is_quick};

const SIZES: [usize; 7] = [4, 1 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20, 256 << 20];
const QUICK_SIZES: [usize; 3] = [4, 1 << 20, 64 << 20];

/// Gets a call of the bare framework for as long as it runs.
pub type WithCall<'a> = &'a mut dyn FnMut(&mut dyn FnMut());

/// Loads a model of a name with a framework alone, panics unless it returns these outputs for these inputs, and hands a
/// call of it over.
pub type BareModel<'a> = &'a dyn Fn(&str, &[(String, Tensor)], &Outputs, WithCall<'_>);

/// A backend beside its framework, with one tensor of several sizes and with several numbers of tensors.
pub struct Growth<'a> {
    /// The backend's models.
    pub models: &'a Models,
    /// They are loaded with these.
    pub options: LoadOptions,
    /// What the framework alone is called.
    pub reference: &'static str,
    /// The framework alone.
    pub bare: BareModel<'a>,
}

impl Growth<'_> {
    /// Measures, prints the ratios, and saves records.
    ///
    /// # Panics
    ///
    /// If a model cannot be loaded, memory is copied, or the records cannot be written.
    pub fn run(&self, criterion: &mut Criterion) {
        let sizes = if is_quick() { &QUICK_SIZES[..] } else { &SIZES };
        sizes.iter().for_each(|bytes| self.payload(criterion, *bytes));
        self.against_4_bytes(criterion);
        TENSOR_COUNTS.iter().for_each(|count| self.tensors(criterion, *count));
    }

    /// A call that returns what it is given.
    fn payload(&self, criterion: &mut Criterion, bytes: usize) {
        let (model, inputs) = (self.load("large"), vector(bytes));
        let outputs = infer(&model, &inputs);
        let (given, returned) = (&inputs[0].1, &outputs["out"]);
        assert_eq!(given.bytes().as_ptr(), returned.bytes().as_ptr(), "the memory must be the same");
        let subject = self.subject("payload", "identity").at(bytes);
        self.compare(criterion, &subject, "large", &model, &inputs);
    }

    fn against_4_bytes(&self, criterion: &mut Criterion) {
        let (model, small, large) = (self.load("large"), vector(4), vector(64 << 20));
        Comparison::new(self.subject("payload", "64 MiB against 4 B"))
            .reference("4 B", || call(&model, &small))
            .way("Rust", || call(&model, &large))
            .run(criterion);
    }

    /// A call with that many small inputs.
    fn tensors(&self, criterion: &mut Criterion, count: usize) {
        let name = format!("tensors-{count}");
        let subject = self.subject("tensors", "tensors").at(count);
        self.compare(criterion, &subject, &name, &self.load(&name), &inputs(&name));
    }

    fn compare(
        &self,
        criterion: &mut Criterion,
        subject: &Subject,
        name: &str,
        model: &Neuropod,
        inputs: &[(String, Tensor)],
    ) {
        (self.bare)(name, inputs, &infer(model, inputs), &mut |bare| {
            Comparison::new(subject.clone())
                .reference(self.reference, bare)
                .way("Rust", || call(model, inputs))
                .run(criterion);
        });
    }

    fn load(&self, name: &str) -> Neuropod {
        self.options.clone().load(self.models.package(name)).expect("the model loads")
    }

    fn subject(&self, group: &'static str, case: &str) -> Subject {
        Subject::new(group, case).of(self.models.framework().name())
    }
}

fn vector(bytes: usize) -> Vec<(String, Tensor)> {
    vec![("x".into(), floats(bytes / size_of::<f32>()))]
}
