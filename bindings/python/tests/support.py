"""Packages for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import neuropod

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Spec = dict[str, Any]

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
]


def spec(name: str, dtype: str = "float32", shape: Sequence[int | str | None] = ("length",)) -> Spec:
    """A spec of a vector, unless another shape is given."""
    return {"name": name, "dtype": dtype, "shape": tuple(shape)}


def python_package(
    folder: Path, body: str, inputs: list[Spec], outputs: list[Spec], name: str = "model", **arguments: Any
) -> str:
    """A package of Python code: `body` is the source of `model(...)`, and may use NumPy as `np`."""
    code = folder / f"{name}_code"
    package = code / f"{name}_package"
    package.mkdir(parents=True)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    names = ", ".join(item["name"] for item in inputs)
    source = f"import numpy as np\n\ndef model({names}):\n{lines}\n\ndef get_model(data_root):\n    return model\n"
    (package / "main.py").write_text(source)
    path = str(folder / f"{name}.neuropod")
    neuropod.create_python_neuropod(
        neuropod_path=path,
        model_name=name,
        data_paths=[],
        code_path_spec=[{"python_root": str(code), "dirs_to_package": [f"{name}_package"]}],
        entrypoint_package=f"{name}_package.main",
        entrypoint="get_model",
        input_spec=inputs,
        output_spec=outputs,
        **arguments,
    )
    return path


def identity(folder: Path, dtype: str, shape: Sequence[int | str | None] = ("length",)) -> neuropod.Neuropod:
    """A model that returns its input."""
    path = python_package(folder, "return {'y': x}", [spec("x", dtype, shape)], [spec("y", dtype, shape)])
    return neuropod.load_neuropod(path)


def torch_package(folder: Path, module: Any, inputs: list[Spec], outputs: list[Spec], **arguments: Any) -> str:
    """A package of a module of PyTorch, compiled to TorchScript."""
    import torch

    path = str(folder / "torchscript.neuropod")
    neuropod.create_torchscript_neuropod(
        neuropod_path=path,
        model_name="torchscript",
        module=torch.jit.script(module),
        input_spec=inputs,
        output_spec=outputs,
        **arguments,
    )
    return path
