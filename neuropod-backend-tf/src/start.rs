//! What a model runs once, before its first call.

use std::path::PathBuf;

use neuropod_core::{Error, ModelSource};

use crate::TensorFlowError;
use crate::c_api::CApi;
use crate::convert::{Feeds, Session};
use crate::load::SAVED_MODEL;
use crate::names;
use crate::saved_model::TaggedGraph;

/// What is run once, after a graph was imported.
#[derive(Debug, Default)]
pub(crate) struct Start {
    /// A tensor that takes the variables' path, the operation that reads them, and the path.
    restore: Option<(String, String, PathBuf)>,
    /// Tensors that take paths of files.
    assets: Vec<(String, PathBuf)>,
    init_ops: Vec<String>,
}

impl Start {
    pub(crate) fn of_graph(init_ops: &[String]) -> Self {
        Start { init_ops: init_ops.to_vec(), ..Start::default() }
    }

    /// As TensorFlow's own loader does it: the variables, then the model's own operation; then
    /// `init_ops`.
    pub(crate) fn of_saved_model(
        source: &ModelSource,
        graph: TaggedGraph<'_>,
        init_ops: &[String],
    ) -> Result<Self, Error> {
        let variables = format!("{SAVED_MODEL}/variables");
        let has_variables = source.files.contains(&format!("{variables}/variables.index"));
        let restore = graph.restore().filter(|_| has_variables);
        let restore = restore.map(|(tensor, operation)| {
            let prefix = source.files.path(&variables)?.join("variables");
            Ok::<_, Error>((tensor.to_owned(), operation.to_owned(), prefix))
        });
        let assets = graph.assets().map(|(tensor, file)| {
            let path = source.files.path(&format!("{SAVED_MODEL}/assets/{file}"))?;
            Ok::<_, Error>((tensor.to_owned(), path))
        });
        let init_ops = graph.init_op().map(str::to_owned).into_iter().chain(init_ops.iter().cloned());
        Ok(Start {
            restore: restore.transpose()?,
            assets: assets.collect::<Result<_, _>>()?,
            init_ops: init_ops.collect(),
        })
    }

    pub(crate) fn run(&self, api: &'static CApi, session: &Session) -> Result<(), TensorFlowError> {
        if let Some((tensor, operation, path)) = &self.restore {
            let mut feeds = self.asset_feeds(api, session)?;
            feeds.push_text(names::fed(session.graph(), tensor)?, path.as_os_str().as_encoded_bytes())?;
            run_one(session, &feeds, operation, "reading the variables failed")?;
        }
        let feeds = self.asset_feeds(api, session)?;
        self.init_ops.iter().try_for_each(|name| {
            run_one(session, &feeds, name, &format!("the initial operation `{name}` failed"))
        })
    }

    fn asset_feeds(&self, api: &'static CApi, session: &Session) -> Result<Feeds<'static>, TensorFlowError> {
        let mut feeds = Feeds::new(api);
        for (tensor, path) in &self.assets {
            feeds.push_text(names::fed(session.graph(), tensor)?, path.as_os_str().as_encoded_bytes())?;
        }
        Ok(feeds)
    }
}

fn run_one(session: &Session, feeds: &Feeds<'_>, name: &str, what: &str) -> Result<(), TensorFlowError> {
    let operation = names::operation(session.graph(), name)?;
    let run = session.run(feeds, &[], &[operation]);
    run.map(drop).map_err(|failure| TensorFlowError::Load(format!("{what}: {}", failure.message)))
}
