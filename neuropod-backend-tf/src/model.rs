//! A loaded model.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use neuropod_core::{
    DType, Device, Error, Input, Inputs, Model, ModelSource, NameIndex, Outputs, Result, Tensor, TensorSpec,
};
use smallvec::{SmallVec, smallvec};

use crate::c_api::CApi;
use crate::convert::{Endpoint, Failure, Feeds, Fetched, INVALID_ARGUMENT, Results, Session};
use crate::executor::Executor;
use crate::load::{Loaded, Loader};
use crate::options::Options;
use crate::{TensorFlowError, forks};

/// A graph that is ready to run, and its problem definition.
pub(crate) struct TensorFlowModel {
    api: &'static CApi,
    session: Session,
    inputs: NameIndex,
    dtypes: Vec<DType>,
    feeds: Vec<Endpoint>,
    outputs: NameIndex,
    fetches: Vec<Fetch>,
    executor: Executor,
    /// Whether memory of views can be borrowed for a call.
    borrows: bool,
    results: Results,
    /// How often the process had been forked when the model was loaded.
    forks: u32,
    /// Variables of TensorFlow 1 are written in place, by whoever comes, while others read them: then
    /// calls take turns, and what they return is copied.
    turn: Option<Mutex<()>>,
    /// Files that operators may read later live as long as it.
    _source: Arc<ModelSource>,
}

/// Where an output comes from.
enum Fetch {
    Graph(Endpoint),
    /// TensorFlow refuses to return what it was fed with.
    Input(usize),
}

impl TensorFlowModel {
    pub(crate) fn load(
        api: &'static CApi,
        source: Arc<ModelSource>,
        options: &Options,
        device: Device,
    ) -> Result<Self> {
        let loader = Loader { api, source: &source, options, device };
        let loaded = loader.load().map_err(|error| error.with("model", &*source.name))?;
        let fed = |output: &Endpoint| loaded.bound.inputs.iter().position(|input| input == output);
        let fetches = loaded.bound.outputs.iter().map(|output| match fed(output) {
            Some(input) => Fetch::Input(input),
            None => Fetch::Graph(*output),
        });
        Ok(TensorFlowModel {
            api,
            inputs: index(&source.inputs),
            dtypes: source.inputs.iter().map(|spec| spec.dtype).collect(),
            outputs: index(&source.outputs),
            fetches: fetches.collect(),
            results: results(&loaded),
            forks: forks::count(),
            feeds: loaded.bound.inputs,
            executor: loaded.executor,
            borrows: !loaded.keeps_inputs,
            turn: loaded.traits.reference_variables().then(Mutex::default),
            session: loaded.session,
            _source: source,
        })
    }

    /// The given inputs in the order of the problem definition: TensorFlow keeps a plan for each
    /// order that it meets.
    fn feeds<'a>(&self, inputs: &'a Inputs<'_>) -> Result<Feeds<'a>> {
        let mut slots: SmallVec<[Option<&'a Input<'_>>; 8]> = smallvec![None; self.feeds.len()];
        for (hint, (name, input)) in inputs.iter().enumerate() {
            let slot = self.inputs.position(name, hint);
            let slot = slot.ok_or_else(|| unknown("input", name, &self.inputs))?;
            check_dtype(name, self.dtypes[slot], input.dtype())?;
            slots[slot] = Some(input);
        }
        let mut feeds = Feeds::with_capacity(self.api, inputs.len());
        for (endpoint, input) in self.feeds.iter().zip(slots) {
            if let Some(input) = input {
                feeds.push(*endpoint, input, self.borrows)?;
            }
        }
        Ok(feeds)
    }

    /// The positions of the wanted outputs, in the order of the problem definition, each once.
    fn wanted(&self, requested: &[&str]) -> Result<SmallVec<[usize; 8]>, TensorFlowError> {
        if requested.is_empty() {
            return Ok((0..self.fetches.len()).collect());
        }
        let position = |(hint, name): (usize, &&str)| {
            self.outputs.position(name, hint).ok_or_else(|| unknown("output", name, &self.outputs))
        };
        let mut wanted: SmallVec<[usize; 8]> =
            requested.iter().enumerate().map(position).collect::<Result<_, _>>()?;
        wanted.sort_unstable();
        wanted.dedup();
        Ok(wanted)
    }

    fn run(&self, feeds: &Feeds<'_>, wanted: &[usize]) -> Result<SmallVec<[Fetched; 2]>, Failure> {
        let endpoints = wanted.iter().filter_map(|position| match &self.fetches[*position] {
            Fetch::Graph(endpoint) => Some(*endpoint),
            Fetch::Input(_) => None,
        });
        let endpoints: SmallVec<[Endpoint; 8]> = endpoints.collect();
        if endpoints.is_empty() { Ok(SmallVec::new()) } else { self.session.run(feeds, &endpoints, &[]) }
    }

    fn collect(
        &self,
        inputs: &Inputs<'_>,
        feeds: &Feeds<'_>,
        wanted: &[usize],
        fetched: SmallVec<[Fetched; 2]>,
    ) -> Result<Outputs> {
        let mut fetched = fetched.into_iter();
        let mut outputs = Outputs::with_capacity(wanted.len());
        for position in wanted {
            let name = &self.outputs.names()[*position];
            let tensor = match &self.fetches[*position] {
                Fetch::Input(input) => self.passed_on(inputs, *input)?,
                Fetch::Graph(_) => match fetched.next() {
                    Some(fetched) => fetched.into_tensor(feeds, self.results),
                    None => {
                        Err(TensorFlowError::Internal("TensorFlow gave too few outputs".to_owned()).into())
                    }
                }
                .map_err(|error| error.with("output", &**name))?,
            };
            outputs.push(name.clone(), tensor);
        }
        Ok(outputs)
    }

    fn passed_on(&self, inputs: &Inputs<'_>, position: usize) -> Result<Tensor, TensorFlowError> {
        let name = &*self.inputs.names()[position];
        let input = inputs.get(name);
        input.map(|input| input.to_tensor()).ok_or_else(|| missing(&[name]))
    }

    /// TensorFlow names the placeholder that was not fed, by its name in the graph.
    #[cold]
    fn failed(&self, failure: Failure, inputs: &Inputs<'_>) -> TensorFlowError {
        let names = self.inputs.names().iter().map(|name| &**name);
        let absent: Vec<_> = names.filter(|name| inputs.get(name).is_none()).collect();
        let unfed = failure.message.contains("You must feed a value for placeholder");
        if failure.code == INVALID_ARGUMENT && unfed && !absent.is_empty() {
            return missing(&absent);
        }
        TensorFlowError::Model(failure.message)
    }

    fn take_turn(&self) -> Option<MutexGuard<'_, ()>> {
        self.turn.as_ref().map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Model for TensorFlowModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        forks::check(self.forks)?;
        let _running = forks::enter()?;
        let wanted = self.wanted(requested)?;
        let feeds = self.feeds(inputs)?;
        let turn = self.take_turn();
        let fetched = self.run(&feeds, &wanted).map_err(|failure| self.failed(failure, inputs))?;
        let outputs = self.collect(inputs, &feeds, &wanted, fetched)?;
        drop(turn);
        if requested.is_empty() { Ok(outputs) } else { in_order_of(requested, outputs) }
    }
}

impl fmt::Debug for TensorFlowModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorFlowModel")
            .field("executor", &format_args!("{}", self.executor))
            .field("borrows", &self.borrows)
            .field("takes_turns", &self.turn.is_some())
            .finish_non_exhaustive()
    }
}

fn results(loaded: &Loaded) -> Results {
    match loaded {
        Loaded { traits, .. } if traits.reference_variables() => Results::Changing,
        // What a graph kept may be a caller's memory.
        Loaded { traits, keeps_inputs, .. } if *keeps_inputs || traits.mapped_constants() => Results::Shared,
        _ => Results::Counted,
    }
}

fn in_order_of(requested: &[&str], outputs: Outputs) -> Result<Outputs> {
    if outputs.iter().map(|(name, _)| name).eq(requested.iter().copied()) {
        return Ok(outputs);
    }
    let find = |name: &&str| outputs.try_get(name).map(|tensor| (Arc::<str>::from(*name), tensor.clone()));
    requested.iter().map(find).collect()
}

fn index(specs: &[TensorSpec]) -> NameIndex {
    NameIndex::new(specs.iter().map(|spec| spec.name.clone()))
}

fn check_dtype(name: &str, expected: DType, found: DType) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let message = format!("the elements must be {expected}, and are {found}");
    Err(Error::from(TensorFlowError::InvalidInput(message)).with("tensor", name))
}

#[cold]
fn missing(absent: &[&str]) -> TensorFlowError {
    let absent: Vec<_> = absent.iter().map(|name| format!("`{name}`")).collect();
    TensorFlowError::MissingInput(format!(
        "the model needs an input that was not given: {}",
        absent.join(", ")
    ))
}

#[cold]
fn unknown(role: &'static str, name: &str, known: &NameIndex) -> TensorFlowError {
    let names: Vec<_> = known.names().iter().map(|name| format!("`{name}`")).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    TensorFlowError::UnknownName { role, name: name.to_owned(), known }
}
