//! `plugin.json`: what a plugin is, without loading it.

mod fields;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};
use node_semver::{Range, Version};

use self::fields::Fields;
use crate::abi::NEUROPOD_PLUGIN_ABI;

/// The file's name.
pub(crate) const FILE: &str = "plugin.json";

/// The largest file that is read, in bytes.
const LIMIT: u64 = 64 << 10;

/// What a plugin's `plugin.json` says of it. `docs/searching.md` explains the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginDescription {
    /// The version of the C interface that the plugin is built for.
    pub abi: u32,
    /// The backend's name, `torch` for instance.
    pub name: String,
    /// The platform of the packages that it loads, `torchscript` for instance.
    pub platform: String,
    /// The framework's version that it is built for, a semantic version. `None`: known only when it is
    /// loaded.
    pub version: Option<String>,
    /// The library's base name, without the system's prefix and ending.
    pub library: String,
    /// What must be opened before the plugin.
    pub framework: Option<FrameworkDescription>,
    /// The Python environment to look in if none is active.
    pub environment: Option<PathBuf>,
}

/// The framework that a plugin needs: shared libraries that are opened before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameworkDescription {
    /// Its name, for messages.
    pub name: String,
    /// The environment variable that names its folder.
    pub variable: Option<String>,
    /// The name of its folder in a Python environment's `site-packages`.
    pub python_package: Option<String>,
    /// A command that installs it, for messages.
    pub install: Option<String>,
    /// The range, as npm writes them, that its version must be in. `None`: any version.
    pub version: Option<String>,
    /// Where its libraries are within its folder.
    pub folder: PathBuf,
    /// The libraries' base names, in the order in which they are opened.
    pub libraries: Vec<String>,
}

impl PluginDescription {
    /// Reads `plugin.json` in a plugin's folder. Nothing is loaded.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such file, [`ErrorKind::Io`] if it cannot be read,
    /// [`ErrorKind::Load`] if it is not as described, naming the key, and [`ErrorKind::Unsupported`] if
    /// the plugin is built for another version of the interface.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join(FILE);
        let read = read(&file).and_then(|content| {
            let description = Self::parse(&content, folder)?;
            description.check_abi().map(|()| description)
        });
        read.map_err(|error| error.with("file", file.display().to_string()))
    }

    /// As [`PluginDescription::read`], whatever version of the interface the plugin is built for.
    pub(crate) fn read_any_abi(folder: &Path) -> Result<Self> {
        let file = folder.join(FILE);
        let description = read(&file).and_then(|content| Self::parse(&content, folder));
        description.map_err(|error| error.with("file", file.display().to_string()))
    }

    /// Whether this program can load the plugin.
    pub(crate) fn check_abi(&self) -> Result<()> {
        if self.abi == NEUROPOD_PLUGIN_ABI { Ok(()) } else { Err(other_abi(self.abi)) }
    }

    /// The version, read.
    pub(crate) fn parsed_version(&self) -> Option<Version> {
        self.version.as_ref().and_then(|version| Version::parse(version).ok())
    }

    fn parse(content: &[u8], folder: &Path) -> Result<Self> {
        let value = serde_json::from_slice(content)
            .map_err(|error| Error::new(ErrorKind::Load, format!("the file is not JSON: {error}")))?;
        let fields = Fields::of_file(&value)?;
        let abi = fields.number("abi")?;
        let description = Self::parse_fields(&fields, abi, folder);
        // Another version may want other keys: that it is another is the thing to say.
        if abi == NEUROPOD_PLUGIN_ABI { description } else { description.map_err(|_| other_abi(abi)) }
    }

    fn parse_fields(fields: &Fields<'_>, abi: u32, folder: &Path) -> Result<Self> {
        Ok(PluginDescription {
            abi,
            name: fields.text("name")?,
            platform: fields.text("platform")?,
            version: fields.optional("version", |fields, key| {
                fields.checked(key, "a semantic version such as \"2.13.0\"", |text| {
                    Version::parse(text).is_ok()
                })
            })?,
            library: fields.base_name("library")?,
            framework: fields
                .object("framework")?
                .map(|fields| FrameworkDescription::parse(&fields))
                .transpose()?,
            environment: fields.optional("environment", Fields::text)?.map(|path| folder.join(path)),
        })
    }
}

impl fmt::Display for PluginDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version.as_deref().unwrap_or("of a version not known before it is loaded");
        write!(f, "`{}` {version} for platform `{}`", self.name, self.platform)
    }
}

impl FrameworkDescription {
    /// The libraries' file names.
    pub(crate) fn files(&self) -> Vec<String> {
        self.libraries.iter().map(|name| library_file_name(name)).collect()
    }

    fn parse(fields: &Fields<'_>) -> Result<Self> {
        Ok(FrameworkDescription {
            name: fields.text("name")?,
            variable: fields.optional("variable", Fields::identifier)?,
            python_package: fields.optional("python_package", Fields::identifier)?,
            install: fields.optional("install", Fields::text)?,
            version: fields.optional("version", |fields, key| {
                let is_range = |text: &str| Range::parse(text).is_ok();
                fields.checked(key, "a version range as npm writes them, such as \"~2.13.0\"", is_range)
            })?,
            folder: fields.optional("folder", Fields::folder)?.unwrap_or_default(),
            libraries: fields.base_names("libraries")?,
        })
    }
}

/// The file name of a library: `libc10.so` for `c10` on Linux. A name with a dot is one already.
pub(crate) fn library_file_name(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("{DLL_PREFIX}{name}{DLL_SUFFIX}") }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    // A pipe would be waited for.
    if !fs::metadata(file)?.is_file() {
        return Err(Error::new(ErrorKind::Io, "expected a file, found something else"));
    }
    let mut content = Vec::new();
    File::open(file)?.take(LIMIT + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LIMIT {
        return Err(Error::new(ErrorKind::Load, format!("the file is larger than {LIMIT} bytes")));
    }
    Ok(content)
}

#[cold]
fn other_abi(found: u32) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "the plugin is built for version {found} of the plugin interface, and this program knows version \
             {NEUROPOD_PLUGIN_ABI}: install the plugin that belongs to this version of Neuropod"
        ),
    )
}
