//! What is measured.

mod infer;
mod pieces;
mod tensors;
mod validation;

/// Something that can be called again and again at the same cost.
pub(crate) struct Case {
    /// What is called, and how large it is.
    pub(crate) name: &'static str,
    /// One call. What it makes is dropped in it.
    pub(crate) call: Box<dyn FnMut()>,
    /// The case that this one contains, whose cost is not counted here.
    pub(crate) beyond: Option<&'static str>,
}

impl Case {
    /// A case of that name; what `call` returns is dropped.
    pub(crate) fn new<T>(name: &'static str, mut call: impl FnMut() -> T + 'static) -> Self {
        Case { name, call: Box::new(move || drop(std::hint::black_box(call()))), beyond: None }
    }

    /// Counts only what is beyond that case, which comes before this one.
    pub(crate) fn beyond(self, case: &'static str) -> Self {
        Case { beyond: Some(case), ..self }
    }
}

/// Every case, in the order in which they are measured; each group is made when its turn comes.
///
/// Tensors come first: what loading a model leaves of the heap differs from run to run, and their alignment depends on
/// where memory lies.
pub(crate) fn all() -> impl Iterator<Item = Case> {
    let groups: [fn() -> Vec<Case>; 4] = [tensors::cases, pieces::cases, validation::cases, infer::cases];
    groups.into_iter().flat_map(|group| group())
}

/// Something that is there as long as the program: cases refer to it.
fn forever<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
