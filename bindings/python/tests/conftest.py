"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

import neuropod


@pytest.fixture
def addition() -> dict[str, Any]:
    """What packagers need to know of a model that adds two vectors, with test data."""
    vectors = {name: {"name": name, "dtype": "float32", "shape": ("batch_size",)} for name in ("x", "y", "out")}
    return {
        "model_name": "addition",
        "input_spec": [vectors["x"], vectors["y"]],
        "output_spec": [vectors["out"]],
        "test_input_data": {"x": np.arange(5, dtype=np.float32), "y": np.arange(5, dtype=np.float32)},
        # Not of the spec's dtype, as those of the original's tests.
        "test_expected_out": {"out": np.arange(5) + np.arange(5)},
    }


@pytest.fixture
def python_model(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Makes the arguments of `create_python_neuropod` for the source of a module."""

    def arguments(source: str) -> dict[str, Any]:
        code = tmp_path.parent / f"{tmp_path.name}_code"
        (code / "packaged").mkdir(parents=True, exist_ok=True)
        (code / "packaged" / "model.py").write_text(source)
        return {
            "data_paths": [],
            "code_path_spec": [{"python_root": code, "dirs_to_package": ["packaged"]}],
            "entrypoint_package": "packaged.model",
            "entrypoint": "get_model",
        }

    return arguments


@pytest.fixture
def adder(python_model: Callable[[str], dict[str, Any]], addition: dict[str, Any]) -> dict[str, Any]:
    """All arguments of `create_python_neuropod` but the path."""
    return {**addition, **python_model("def get_model(_):\n    return lambda x, y: {'out': x + y}\n")}


def check_addition(path: str | Path) -> None:
    """Loads a package and holds it against the specs of `addition`."""
    with neuropod.load_neuropod(path) as model:
        specs = {name: {"name": name, "dtype": "float32", "shape": ["batch_size"]} for name in ("x", "y", "out")}
        assert (model.name, model.inputs, model.outputs) == ("addition", [specs["x"], specs["y"]], [specs["out"]])
        outputs = model.infer({"x": np.float32([1, 2]), "y": np.float32([3, 4])})
        np.testing.assert_array_equal(outputs["out"], np.float32([4, 6]))
