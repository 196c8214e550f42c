//! Packages as the original Neuropod 0.3 wrote them, built by hand.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use crate::support::{Folders, assert_adds, options};

const CONFIG: &str = r#"{
    "custom_ops": [],
    "input_spec": [
        {
            "dtype": "float32",
            "name": "x",
            "shape": [
                "num_inputs"
            ]
        },
        {
            "dtype": "float32",
            "name": "y",
            "shape": [
                "num_inputs"
            ]
        }
    ],
    "input_tensor_device": {
        "x": "GPU",
        "y": "GPU"
    },
    "name": "addition_model",
    "output_spec": [
        {
            "dtype": "float32",
            "name": "out",
            "shape": [
                null
            ]
        }
    ],
    "platform": "python",
    "platform_version_semver": "*"
}"#;

const FILES: [(&str, &str); 8] = [
    ("config.json", CONFIG),
    ("0/config.json", r#"{"entrypoint": "get_model", "entrypoint_package": "some.package.addition_model"}"#),
    ("0/code/__init__.py", ""),
    ("0/code/some/__init__.py", ""),
    ("0/code/some/package/__init__.py", ""),
    (
        "0/code/some/package/addition_model.py",
        r#"
import os
from .helper import add

def get_model(data_root):
    with open(os.path.join(data_root, "offset.txt")) as file:
        offset = float(file.read())

    def addition_model(x, y):
        return {"out": (add(x, y) + offset).astype("float32")}

    return addition_model
"#,
    ),
    ("0/code/some/package/helper.py", "def add(x, y):\n    return x + y\n"),
    ("0/data/offset.txt", "0"),
];

fn write_dir(path: PathBuf) -> PathBuf {
    for (file, content) in FILES {
        let file = path.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    fs::create_dir_all(path.join("0/ops")).unwrap(); // made by the packager whatever is in it
    path
}

fn write_zip(path: PathBuf) -> PathBuf {
    let mut files = FILES;
    files.sort_unstable();
    let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
    for (file, content) in files {
        writer.start_file(file, SimpleFileOptions::default().unix_permissions(0o600)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn assert_loads(path: &Path) {
    let model = options().load(path).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((model.name(), model.platform()), ("addition_model", "python"));
    assert_adds(&model);
}

#[test]
fn a_package_without_a_manifest_runs() {
    let folders = Folders::with(&[]);
    assert_loads(&write_dir(folders.package("folder")));
    assert_loads(&write_zip(folders.package("file.zip")));
}
