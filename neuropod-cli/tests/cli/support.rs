//! What the tests share.

use std::env::{self, consts};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

/// A folder with the plugin for Python.
static PLUGINS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("python");
    fs::create_dir(&plugin).unwrap();
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/python/plugin.json");
    fs::copy(description, plugin.join("plugin.json")).unwrap();
    let library = format!("{}neuropod_plugin_python{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    let built = env::current_exe().unwrap().with_file_name(&library);
    fs::copy(&built, plugin.join(&library)).unwrap_or_else(|error| {
        panic!("{}, which cargo builds before the tests, cannot be copied: {error}", built.display())
    });
    folder
});

/// Adds two arrays, and greets whoever loads it.
pub(crate) const ADDITION: &str = r#"
def get_model(data_root):
    print("a greeting from the model")
    return lambda x, y: {"out": x + y}
"#;

/// Returns what it is given, of every element type that numpy has.
pub(crate) const IDENTITY: &str = r#"
def get_model(data_root):
    return lambda **inputs: inputs
"#;

/// A folder in which commands run; it goes when the test ends.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    /// With the package `addition.neuropod`, which adds two vectors of one length and was tested.
    pub(crate) fn with_addition() -> Self {
        let folder = Folder::new();
        folder.write("addition.py", ADDITION);
        folder.run(&[PACK_ADDITION, TESTED, &["addition.neuropod"]].concat()).assert_success();
        folder
    }

    /// With the same package, which was not run: no Python is needed.
    pub(crate) fn with_untested_addition() -> Self {
        let folder = Folder::new();
        folder.write("addition.py", ADDITION);
        folder.run(&[PACK_ADDITION, &["addition.neuropod"]].concat()).assert_success();
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs `neuropod` in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs `neuropod` with this standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that fails before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neuropod"));
        command.args(arguments).current_dir(self.0.path()).env("NEUROPOD_PLUGIN_PATH", PLUGINS.path());
        command
    }

    /// Runs Python code in the folder, in the active environment.
    pub(crate) fn python(&self, code: &str) {
        let status = Command::new("python").args(["-c", code]).current_dir(self.0.path()).status().unwrap();
        assert!(status.success());
    }
}

/// Packages `addition.py`.
pub(crate) const PACK_ADDITION: &[&str] = &[
    "pack",
    "python",
    "--name=addition",
    "--entrypoint=addition:get_model",
    "--module=addition.py",
    "--input=x:float32:n",
    "--input=y:float32:n",
    "--output=out:float32:n",
];

pub(crate) const TESTED: &[&str] =
    &["--test-input=x=[1,2]", "--test-input=y=[3,4]", "--test-output=out=[4,6]"];

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// That it succeeded; gives what it wrote to the standard output.
    #[track_caller]
    pub(crate) fn assert_success(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// That it failed with this exit code, wrote no result, and told all of this.
    #[track_caller]
    pub(crate) fn assert_failure(&self, code: i32, told: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "");
        for told in told {
            assert!(self.stderr.contains(told), "`{told}` is not in {}", self.stderr);
        }
    }
}

/// Changes the content of a file in a package that is a directory.
pub(crate) fn append(path: &Path, content: &str) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(content.as_bytes()).unwrap();
}
