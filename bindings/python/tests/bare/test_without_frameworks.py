"""In an environment that has NumPy and no framework."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuropod

FRAMEWORKS = ("keras", "tensorflow", "torch")


def package(folder: Path, platform: str, config: dict[str, Any], files: dict[str, str]) -> str:
    """A package that another machine may have written."""
    vector = {"dtype": "float32", "shape": ["length"]}
    description = {
        "name": "addition",
        "platform": platform,
        "input_spec": [{"name": "x", **vector}, {"name": "y", **vector}],
        "output_spec": [{"name": "out", **vector}],
    }
    for path, text in {"config.json": json.dumps(description), "0/config.json": json.dumps(config), **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return str(folder)


def test_the_environment_has_no_framework():
    assert [name for name in FRAMEWORKS if importlib.util.find_spec(name)] == []


def test_importing_needs_nothing_but_numpy():
    program = f"import neuropod, sys; print([name for name in {FRAMEWORKS} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


def test_plain_python_runs(tmp_path):
    config = {"entrypoint_package": "addition.model", "entrypoint": "get_model"}
    source = "def get_model(data_root):\n    return lambda x, y: {'out': x + y}\n"
    path = package(tmp_path, "python", config, {"0/code/addition/__init__.py": "", "0/code/addition/model.py": source})
    with neuropod.load_neuropod(path) as model:
        assert model.infer({"x": np.float32([1]), "y": [2]})["out"].tolist() == [3]


def test_python_is_packaged_and_tested(tmp_path):
    (tmp_path / "code/addition").mkdir(parents=True)
    (tmp_path / "code/addition/model.py").write_text("def get_model(_):\n    return lambda x: {'y': x * 2}\n")
    neuropod.create_python_neuropod(
        neuropod_path=str(tmp_path / "double.neuropod"),
        model_name="double",
        data_paths=[],
        code_path_spec=[{"python_root": str(tmp_path / "code"), "dirs_to_package": ["addition"]}],
        entrypoint_package="addition.model",
        entrypoint="get_model",
        input_spec=[{"name": "x", "dtype": "float32", "shape": ("n",)}],
        output_spec=[{"name": "y", "dtype": "float32", "shape": ("n",)}],
        test_input_data={"x": np.float32([1, 2])},
        test_expected_out={"y": np.float32([2, 4])},
    )
    assert (tmp_path / "double.neuropod").is_file()


@pytest.mark.parametrize(
    ("platform", "config", "files", "told"),
    [
        ("torchscript", {}, {"0/data/model.pt": "weights"}, "pip install torch==2.13.0"),
        (
            "tensorflow",
            {"node_name_mapping": {"x": "x:0", "y": "y:0", "out": "out:0"}, "init_op_names": []},
            {"0/data/model.pb": ""},
            "pip install tensorflow",
        ),
    ],
)
def test_a_missing_framework_says_what_to_install(tmp_path, platform, config, files, told, monkeypatch):
    # Nothing of another environment is taken for this one's.
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "LIBTORCH", "TENSORFLOW_DIR", "LD_LIBRARY_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    with pytest.raises(neuropod.NeuropodError) as caught:
        neuropod.load_neuropod(package(tmp_path, platform, config, files))
    assert told in str(caught.value)
