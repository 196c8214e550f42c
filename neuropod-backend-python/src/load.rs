//! From a package's files to something that can be called.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use neuropod_core::{DeviceType, Error, ErrorKind, ModelOptions, ModelSource};

use crate::PythonError;
use crate::config::Config;
use crate::convert::{Arguments, Gil, Object, Raised};
use crate::model::{InputSlot, OutputSlot, PythonModel};
use crate::options::{Options, Requirements};
use crate::runtime::{self, Runtime};
use crate::{device, library, requirements};

/// Where a package keeps everything that a backend needs.
const ROOT: &str = "0";
const CODE: &str = "code";
const DATA: &str = "data";
const OPS: &str = "ops";
/// The distributions that a package pins.
const LOCK_FILE: &str = "0/requirements.lock";
const MOST_LOCK_BYTES: u64 = 16 << 20;

/// What a model is loaded with.
pub(crate) struct Loader<'a> {
    pub(crate) source: &'a ModelSource,
    pub(crate) options: &'a ModelOptions,
    pub(crate) parsed: &'a Options,
    pub(crate) request: library::Request<'a>,
}

/// A distribution that a package pins.
struct Pinned {
    pin: requirements::Pin,
    /// Where it is installed, if that is not the environment.
    folder: Option<PathBuf>,
}

impl Pinned {
    fn to_python(&self, gil: &Gil) -> Result<Object, Raised> {
        let folder = match &self.folder {
            Some(folder) => Object::file_name(gil, folder)?,
            None => Object::none(gil),
        };
        Object::tuple(
            gil,
            [Object::text(gil, &self.pin.name)?, Object::text(gil, &self.pin.version)?, folder],
        )
    }
}

/// A model that is ready to run.
pub(crate) struct Loaded {
    runtime: &'static Runtime,
    package: Package,
    callable: Object,
    arguments: Arguments,
    inputs: Vec<InputSlot>,
    outputs: Vec<OutputSlot>,
    copy_inputs: bool,
}

/// The modules of a package, which leave the interpreter with this value.
#[derive(Debug)]
pub(crate) struct Package {
    runtime: &'static Runtime,
    object: Object,
    /// A list of the modules that code reached by their plain names.
    aliases: Object,
    /// Calls of the model that are under way.
    calls: AtomicUsize,
}

impl Package {
    /// A call starts; [`Package::leave`] belongs to it. The lock is held for both.
    pub(crate) fn enter(&self, _: &Gil) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended. With the last one, other packages may use the plain names of its modules.
    pub(crate) fn leave(&self, gil: &Gil) {
        if self.calls.fetch_sub(1, Ordering::Relaxed) == 1
            && self.aliases.list_len(gil).is_ok_and(|len| len > 0)
        {
            // Nobody is there to be told of an error, and what remains does little harm.
            let _ = self.object.attr(gil, "drop_aliases").and_then(|drop| drop.call(gil, []));
        }
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        if !self.runtime.is_ending() {
            let gil = self.runtime.lock();
            self.runtime.flush(&gil);
            // Nobody is there to be told of an error, and what remains does no harm.
            let _ = self.object.attr(&gil, "close").and_then(|close| close.call(&gil, []));
        }
    }
}

impl Loader<'_> {
    /// Loads the model.
    pub(crate) fn load(&self) -> Result<Loaded, Error> {
        let config = Config::read(self.source)?;
        let root = self.source.files.path(ROOT)?;
        if !root.join(CODE).is_dir() {
            let message = "the package has no folder `0/code`, which holds the code of a Python model";
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let runtime = runtime::get(self.request)?;
        let pins = self.pins(runtime)?;
        let gil = runtime.lock();
        let package = self.open_package(runtime, &gil, &root, &pins)?;
        let loaded = self.start(&gil, package, &config, &root.join(DATA));
        runtime.flush(&gil);
        loaded
    }

    /// The distributions that the package pins; those that the environment lacks are installed.
    fn pins(&self, runtime: &Runtime) -> Result<Vec<Pinned>, Error> {
        let how = self.parsed.requirements;
        if how == Requirements::Ignore || !self.source.files.contains(LOCK_FILE) {
            return Ok(Vec::new());
        }
        let text = self.source.files.read(LOCK_FILE, MOST_LOCK_BYTES)?;
        let in_file = |error: PythonError| Error::from(error).with("file", LOCK_FILE);
        let pins = requirements::parse(&text).map_err(in_file)?;
        let (there, missing): (Vec<_>, Vec<_>) = pins.into_iter().partition(|pin| self.has(runtime, pin));
        let mut pinned: Vec<_> = there.into_iter().map(|pin| Pinned { pin, folder: None }).collect();
        if missing.is_empty() {
            return Ok(pinned);
        }
        let python = library::environment(&runtime.opened, runtime.executable().as_deref())?;
        let (cache, offline) = (requirements::cache_folder()?, how == Requirements::Offline);
        let folders = requirements::install(&python, &missing, &cache, offline).map_err(in_file)?;
        pinned.extend(
            missing.into_iter().zip(folders).map(|(pin, folder)| Pinned { pin, folder: Some(folder) }),
        );
        Ok(pinned)
    }

    /// Whether the environment has exactly that version.
    fn has(&self, runtime: &Runtime, pin: &requirements::Pin) -> bool {
        let gil = runtime.lock();
        let installed = || -> Result<String, Raised> {
            runtime.of_packages(&gil, "installed", [Object::text(&gil, &pin.name)?])?.to_text(&gil)
        };
        installed().is_ok_and(|version| version == pin.version)
    }

    fn open_package(
        &self,
        runtime: &'static Runtime,
        gil: &Gil,
        root: &Path,
        pins: &[Pinned],
    ) -> Result<Package, PythonError> {
        let folders = [root.join(CODE), root.join(OPS)];
        let roots = folders.iter().filter(|folder| folder.is_dir());
        let open = || -> Result<Object, Raised> {
            let roots: Vec<_> = roots.map(|root| Object::file_name(gil, root)).collect::<Result<_, _>>()?;
            let pins: Vec<_> = pins.iter().map(|pin| pin.to_python(gil)).collect::<Result<_, _>>()?;
            let arguments = [Object::tuple(gil, roots)?, Object::tuple(gil, pins)?];
            runtime.of_packages(gil, "open_package", arguments)
        };
        let failed = |raised| PythonError::Load(runtime.describe(gil, raised));
        let object = open().map_err(failed)?;
        match object.is_text() {
            true => Err(PythonError::Conflict(object.to_text(gil).map_err(failed)?)),
            false => {
                let aliases = object.attr(gil, "aliases").map_err(failed)?;
                Ok(Package { runtime, object, aliases, calls: AtomicUsize::new(0) })
            }
        }
    }

    /// Runs the entrypoint.
    fn start(&self, gil: &Gil, package: Package, config: &Config, data: &Path) -> Result<Loaded, Error> {
        let runtime = package.runtime;
        let failed = |raised: Raised| PythonError::Load(runtime.describe(gil, raised));
        let model = || -> Result<Object, Raised> {
            let names =
                [Object::text(gil, &config.entrypoint_package)?, Object::text(gil, &config.entrypoint)?];
            let entrypoint = package.object.attr(gil, "entrypoint")?.call(gil, names)?;
            package.object.attr(gil, "load")?.call(gil, [entrypoint, Object::file_name(gil, data)?])
        };
        let model = model().map_err(failed)?;
        let is_module = runtime.of_models(gil, "is_module", [model.clone_ref(gil)]).map_err(failed)?;
        let uses_torch = match self.parsed.inputs {
            "auto" => is_module.is_true(gil).map_err(failed)?,
            how => how == "torch",
        };
        let device = device::resolve(runtime, gil, self.options, uses_torch)?;
        let prepared = self.prepare(runtime, gil, model, &device.to_string()).map_err(failed)?;
        self.assemble(gil, package, prepared)
    }

    fn prepare(&self, runtime: &Runtime, gil: &Gil, model: Object, device: &str) -> Result<Object, Raised> {
        let specs = self.source.inputs.iter().map(|spec| {
            let moves = self.source.input_device(&spec.name) == DeviceType::Gpu;
            let parts = [
                Object::text(gil, &spec.name)?,
                Object::text(gil, spec.dtype.name())?,
                Object::bool(gil, moves)?,
            ];
            Object::tuple(gil, parts)
        });
        let specs: Vec<_> = specs.collect::<Result<_, _>>()?;
        let threads = self.parsed.threads.unwrap_or(0);
        let arguments = [
            model,
            Object::text(gil, self.parsed.inputs)?,
            Object::tuple(gil, specs)?,
            Object::text(gil, device)?,
            Object::bool(gil, self.parsed.copy_inputs)?,
            Object::int(gil, threads as i64)?,
        ];
        runtime.of_models(gil, "prepare", arguments)
    }

    /// Takes apart what `prepare` returned.
    fn assemble(&self, gil: &Gil, package: Package, prepared: Object) -> Result<Loaded, Error> {
        let runtime = package.runtime;
        let failed = |raised: Raised| PythonError::Load(runtime.describe(gil, raised));
        let Ok(callable) = prepared.tuple_item(gil, 0) else {
            let what = prepared.to_text(gil).map_err(failed)?;
            return Err(PythonError::InvalidPackage(what).into());
        };
        let texts = |index| -> Result<Vec<String>, Raised> {
            let items = prepared.tuple_item(gil, index)?.list_items(gil)?;
            items.iter().map(|item| item.to_text(gil)).collect()
        };
        let [required, unknown, known] = [1, 2, 4].map(texts);
        let (required, unknown) = (required.map_err(failed)?, unknown.map_err(failed)?);
        self.check_parameters(&required, &unknown, &known.map_err(failed)?)?;
        let adapters = prepared.tuple_item(gil, 3).and_then(|list| list.list_items(gil)).map_err(failed)?;
        let inputs = self.source.inputs.iter().zip(adapters).map(|(spec, adapter)| InputSlot {
            dtype: spec.dtype,
            is_required: required.iter().any(|name| **name == *spec.name),
            adapter: (!adapter.is_none()).then_some(adapter),
        });
        let outputs = self.source.outputs.iter().map(|spec| {
            let name = Object::name(gil, &spec.name).map_err(failed)?;
            Ok(OutputSlot { name, dtype: spec.dtype })
        });
        let names = self.source.inputs.iter().map(|spec| &*spec.name);
        Ok(Loaded {
            runtime,
            callable,
            arguments: Arguments::new(gil, names).map_err(failed)?,
            inputs: inputs.collect(),
            outputs: outputs.collect::<Result<_, PythonError>>()?,
            copy_inputs: self.parsed.copy_inputs,
            package,
        })
    }

    fn check_parameters(
        &self,
        required: &[String],
        unknown: &[String],
        known: &[String],
    ) -> Result<(), PythonError> {
        if let Some(name) = unknown.first() {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(PythonError::Spec(format!(
                "the model has no parameter for the input `{name}`; it has {known}"
            )));
        }
        let is_input = |name: &String| self.source.inputs.iter().any(|spec| *spec.name == **name);
        match required.iter().find(|name| !is_input(name)) {
            Some(name) => Err(PythonError::Spec(format!(
                "the model needs the parameter `{name}`, which is no input; give it a default value or make it one"
            ))),
            None => Ok(()),
        }
    }
}

impl Loaded {
    pub(crate) fn into_model(self, source: Arc<ModelSource>) -> PythonModel {
        PythonModel::new(
            self.runtime,
            source,
            self.package,
            self.callable,
            self.arguments,
            (self.inputs, self.outputs),
            self.copy_inputs,
        )
    }
}
