"""How programs use the package, for the type checker alone: this is not run."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import assert_type

import neuropod
from neuropod import NeuropodError, NeuropodValueError, load_neuropod
from neuropod.loader import Neuropod, TensorSpec
from neuropod.packagers import create_python_neuropod, create_torchscript_neuropod
from neuropod.registry import register_backend

with load_neuropod(Path("model.neuropod"), visible_gpu=None, intra_op_threads=1, output_type="torch") as model:
    assert_type(model, Neuropod)
    assert_type(model.infer({"x": np.zeros(2), "y": [1.0, 2.0]}), dict[str, Any])
    model.infer({"x": 1}, ["out"], output_type="numpy")
    assert_type(model.inputs, list[TensorSpec])
    assert_type(model.inputs[0]["shape"], list[int | str | None])
    assert_type(model.name, str)
    pickle.dumps(model)

try:
    neuropod.load_neuropod("model.neuropod")
except NeuropodValueError as error:
    assert_type(error.context, dict[str, str])
except NeuropodError as error:
    assert_type(error.kind, str)

create_torchscript_neuropod(
    neuropod_path="addition.neuropod",
    model_name="addition",
    input_spec=[{"name": "x", "dtype": np.float32, "shape": ("n", None, 3)}],
    output_spec=[{"name": "out", "dtype": "float32", "shape": ["n"]}],
    module_path="addition.pt",
    test_input_data={"x": np.zeros(2)},
    package_as_zip=False,
)
create_python_neuropod(
    neuropod_path=Path("python.neuropod"),
    model_name="addition",
    data_paths=[],
    code_path_spec=[{"python_root": "code", "dirs_to_package": ["addition"]}],
    entrypoint_package="addition.model",
    entrypoint="get_model",
    input_spec=[],
    output_spec=[{"name": "out", "dtype": "float32", "shape": ()}],
)
register_backend("torchscript", "2.13.0", "/opt/backends/libneuropod_torch.so")

load_neuropod("model.neuropod", output_type="jax")  # type: ignore[arg-type]
load_neuropod("model.neuropod", visible_gpus=0)  # type: ignore[call-arg]
model.infer([1])  # type: ignore[arg-type]
