//! The options of a model.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread;

use neuropod_core::ModelOptions;
use prost::Message;

use crate::executor::Executor;
use crate::proto::{ConfigProto, ExperimentalConfig, GpuOptions, ThreadPoolOptionProto};
use crate::{TensorFlowError, forks};

const PREFIX: &str = "tensorflow.";
const EXECUTOR: &str = "tensorflow.executor";
const LIBRARY: &str = "tensorflow.library";
const MEMORY_GROWTH: &str = "tensorflow.memory_growth";
const SIGNATURE: &str = "tensorflow.signature";
const TAGS: &str = "tensorflow.tags";
const KNOWN: [&str; 5] = [EXECUTOR, LIBRARY, MEMORY_GROWTH, SIGNATURE, TAGS];

/// More threads than any machine has are a mistake, and TensorFlow would try to start them.
const MOST_THREADS: usize = 4096;

/// The options, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// `None` leaves the choice to the graph.
    pub(crate) executor: Option<Executor>,
    pub(crate) library: Option<PathBuf>,
    pub(crate) signature: Option<String>,
    pub(crate) tags: Option<BTreeSet<String>>,
    pub(crate) intra_op_threads: Option<i32>,
    inter_op_threads: Option<i32>,
    memory_growth: bool,
}

impl Options {
    pub(crate) fn new(options: &ModelOptions) -> Result<Self, TensorFlowError> {
        let given = |name: &str| options.backend.get(name).map(String::as_str);
        check_names(options)?;
        let inter_op_threads = threads("inter-op", options.inter_op_threads)?;
        let executor = match given(EXECUTOR) {
            // Threads are wanted, so they are used.
            None | Some("auto") => inter_op_threads.map(|_| Executor::Pool),
            Some(name) => Some(name.parse().map_err(|expected: String| invalid(EXECUTOR, name, &expected))?),
        };
        if let (Some(_), Some(executor @ (Executor::Caller | Executor::SingleThreaded))) =
            (inter_op_threads, executor)
        {
            return Err(invalid(
                EXECUTOR,
                &executor.to_string(),
                "`pool`, as a number of inter-op threads is set",
            ));
        }
        let memory_growth = match given(MEMORY_GROWTH) {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => return Err(invalid(MEMORY_GROWTH, other, "expected true or false")),
        };
        Ok(Options {
            executor,
            library: given(LIBRARY).map(PathBuf::from),
            signature: given(SIGNATURE).map(str::to_owned),
            tags: given(TAGS).map(split_tags),
            intra_op_threads: threads("intra-op", options.intra_op_threads)?,
            inter_op_threads,
            memory_growth,
        })
    }

    /// A serialised `ConfigProto`.
    pub(crate) fn session_config(&self, executor: Executor, gpus: bool) -> Vec<u8> {
        let forks = forks::count();
        // The default's pool has no threads in a forked process.
        let anew = (forks > 0 && executor == Executor::Pool).then(processors);
        let pool = self.inter_op_threads.or(anew).map(|num_threads| ThreadPoolOptionProto {
            num_threads,
            // Sessions that name one pool share it; otherwise each model would start its own threads.
            global_name: format!("neuropod-{num_threads}-{forks}"),
        });
        let single = (executor == Executor::SingleThreaded)
            .then(|| ExperimentalConfig { executor_type: "SINGLE_THREADED_EXECUTOR".to_owned() });
        let config = ConfigProto {
            // A model on the CPU leaves GPUs alone.
            device_count: if gpus { [].into() } else { [("GPU".to_owned(), 0)].into() },
            intra_op_parallelism_threads: self.intra_op_threads.unwrap_or(0),
            // A negative number stands for the caller's thread.
            inter_op_parallelism_threads: if executor == Executor::Pool { 0 } else { -1 },
            gpu_options: Some(GpuOptions { allow_growth: self.memory_growth }),
            allow_soft_placement: true,
            session_inter_op_thread_pool: pool.into_iter().collect(),
            experimental: single,
        };
        config.encode_to_vec()
    }
}

fn processors() -> i32 {
    thread::available_parallelism().map_or(1, |count| i32::try_from(count.get()).unwrap_or(1))
}

/// A misspelt option would silently do nothing.
fn check_names(options: &ModelOptions) -> Result<(), TensorFlowError> {
    let ours = options.backend.keys().filter(|name| name.starts_with(PREFIX));
    match ours.into_iter().find(|name| !KNOWN.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(TensorFlowError::Option(format!(
            "there is no option `{name}`; there are {}",
            KNOWN.join(", ")
        ))),
    }
}

fn split_tags(text: &str) -> BTreeSet<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn threads(which: &str, threads: Option<usize>) -> Result<Option<i32>, TensorFlowError> {
    let Some(threads) = threads else { return Ok(None) };
    let checked = i32::try_from(threads).ok().filter(|_| (1..=MOST_THREADS).contains(&threads));
    checked.map(Some).ok_or_else(|| {
        TensorFlowError::Option(format!(
            "the number of {which} threads is {threads}, and must be between 1 and {MOST_THREADS}"
        ))
    })
}

fn invalid(option: &str, value: &str, expected: &str) -> TensorFlowError {
    TensorFlowError::Option(format!("the option `{option}` is `{value}`: {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(options: &ModelOptions) -> String {
        Options::new(options).unwrap_err().to_string()
    }

    #[test]
    fn options_are_checked() {
        let one = |name: &str, value: &str| ModelOptions::new().backend_option(name, value);
        assert!(error(&one("tensorflow.exekutor", "pool")).contains("tensorflow.executor"));
        assert!(error(&one(EXECUTOR, "fast")).contains("single-threaded"));
        assert!(error(&one(MEMORY_GROWTH, "yes")).contains("expected true or false"));
        assert!(error(&one(EXECUTOR, "caller").inter_op_threads(2)).contains("`pool`"));
        assert!(error(&ModelOptions::new().intra_op_threads(0)).contains("between 1 and 4096"));
        assert!(error(&ModelOptions::new().inter_op_threads(1 << 40)).contains("inter-op"));
        let tags = Options::new(&one(TAGS, "serve, gpu")).unwrap().tags.unwrap();
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), ["gpu", "serve"]);
    }

    #[test]
    fn the_config_says_what_tensorflow_reads() {
        let options = Options::new(&ModelOptions::new()).unwrap();
        let config = ConfigProto::decode(&*options.session_config(Executor::SingleThreaded, false)).unwrap();
        assert_eq!(config.inter_op_parallelism_threads, -1);
        assert_eq!(config.experimental.unwrap().executor_type, "SINGLE_THREADED_EXECUTOR");
        assert_eq!(config.device_count["GPU"], 0);
        let options = Options::new(&ModelOptions::new().inter_op_threads(3)).unwrap();
        assert_eq!(options.executor, Some(Executor::Pool));
        let config = ConfigProto::decode(&*options.session_config(Executor::Pool, true)).unwrap();
        assert_eq!(config.session_inter_op_thread_pool[0].num_threads, 3);
        assert!(config.device_count.is_empty() && config.gpu_options.unwrap().allow_growth);
    }
}
