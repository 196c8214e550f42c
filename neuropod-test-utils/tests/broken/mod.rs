//! The fake backend with a fault.

use std::fmt;
use std::sync::Arc;

use neuropod_core::{
    Allocator, Backend, BackendInfo, Capabilities, Inputs, Model, ModelOptions, ModelSource, Outputs, Result,
    Tensor,
};
use neuropod_test_utils::fake::FakeBackend;

type Load = dyn Fn(&FakeBackend, Arc<ModelSource>, &ModelOptions) -> Result<Box<dyn Model>> + Send + Sync;
type Infer = dyn Fn(Call<'_, '_>) -> Result<Outputs> + Send + Sync;

/// A backend that does one thing wrong, and the cases that must notice.
#[derive(Clone)]
pub(crate) struct Broken {
    pub(crate) fault: &'static str,
    pub(crate) noticed_by: &'static [&'static str],
    inner: FakeBackend,
    info: Arc<dyn Fn() -> BackendInfo + Send + Sync>,
    check: fn() -> Result<()>,
    load: Arc<Load>,
    infer: Arc<Infer>,
    allocator: Option<Arc<dyn Allocator>>,
    debug_text: String,
}

/// One call of a model.
pub(crate) struct Call<'call, 'data> {
    pub(crate) model: &'call dyn Model,
    pub(crate) source: &'call ModelSource,
    pub(crate) inputs: &'call Inputs<'data>,
    pub(crate) requested: &'call [&'call str],
}

impl Broken {
    /// A backend without a fault yet.
    pub(crate) fn new(fault: &'static str, noticed_by: &'static [&'static str]) -> Self {
        let inner = FakeBackend::new();
        Broken {
            fault,
            noticed_by,
            info: Arc::new(|| FakeBackend::new().info()),
            check: || Ok(()),
            load: Arc::new(FakeBackend::load),
            infer: Arc::new(|call| call.run()),
            allocator: None,
            debug_text: fault.to_owned(),
            inner,
        }
    }

    pub(crate) fn info(mut self, info: impl Fn() -> BackendInfo + Send + Sync + 'static) -> Self {
        self.info = Arc::new(info);
        self
    }

    pub(crate) fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.inner = self.inner.with_capabilities(capabilities);
        self
    }

    pub(crate) fn check(mut self, check: fn() -> Result<()>) -> Self {
        self.check = check;
        self
    }

    pub(crate) fn load(
        mut self,
        load: impl Fn(&FakeBackend, Arc<ModelSource>, &ModelOptions) -> Result<Box<dyn Model>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.load = Arc::new(load);
        self
    }

    pub(crate) fn infer(
        mut self,
        infer: impl Fn(Call<'_, '_>) -> Result<Outputs> + Send + Sync + 'static,
    ) -> Self {
        self.infer = Arc::new(infer);
        self
    }

    /// Changes each output.
    pub(crate) fn output(self, change: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static) -> Self {
        self.infer(move |call| call.map(|_, output| change(output)))
    }

    pub(crate) fn allocator(mut self, allocator: impl Allocator + 'static) -> Self {
        self.allocator = Some(Arc::new(allocator));
        self
    }

    pub(crate) fn debug_text(mut self, text: String) -> Self {
        self.debug_text = text;
        self
    }
}

impl Call<'_, '_> {
    /// Runs the model as it should.
    pub(crate) fn run(&self) -> Result<Outputs> {
        self.model.infer(self.inputs, self.requested)
    }

    /// Runs the model with other inputs.
    pub(crate) fn run_with(&self, inputs: &[(&str, Tensor)]) -> Result<Outputs> {
        let mut changed = Inputs::new();
        for (name, tensor) in inputs {
            changed.push(name, tensor)?;
        }
        self.model.infer(&changed, self.requested)
    }

    /// Runs the model and changes each output.
    pub(crate) fn map(&self, change: impl Fn(&str, &Tensor) -> Result<Tensor>) -> Result<Outputs> {
        let outputs = self.run()?;
        outputs.iter().map(|(name, output)| Ok((name.to_owned(), change(name, output)?))).collect()
    }

    /// The inputs, as tensors that can be kept.
    pub(crate) fn tensors(&self) -> Vec<(&str, Tensor)> {
        self.inputs.iter().map(|(name, input)| (name, input.to_tensor())).collect()
    }
}

impl Backend for Broken {
    fn info(&self) -> BackendInfo {
        (self.info)()
    }

    fn check(&self) -> Result<()> {
        (self.check)()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        // A copy: a fault in how the source is kept must show.
        let copy = ModelSource::clone(&source);
        let model = (self.load)(&self.inner, source, options)?;
        Ok(Box::new(BrokenModel { model, source: copy, backend: self.clone() }))
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug_text)
    }
}

#[derive(Debug)]
struct BrokenModel {
    model: Box<dyn Model>,
    source: ModelSource,
    backend: Broken,
}

impl Model for BrokenModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        (self.backend.infer)(Call { model: &*self.model, source: &self.source, inputs, requested })
    }

    fn allocator(&self) -> Arc<dyn Allocator> {
        self.backend.allocator.clone().unwrap_or_else(|| self.model.allocator())
    }
}
