"""Packaging Python code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Common, CommonArguments, Path, Spec, packager
from neuropod._packaging.write import write

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["create_python_neuropod"]


@packager
def create_python_neuropod(
    neuropod_path: Path,
    model_name: str,
    data_paths: Sequence[Mapping[str, Path]],
    code_path_spec: Sequence[Mapping[str, Any]],
    entrypoint_package: str,
    entrypoint: str,
    input_spec: Spec,
    output_spec: Spec,
    requirements: str | Sequence[str] | None = None,
    **common: Unpack[CommonArguments],
) -> None:
    """Packages a model in Python: a PyTorch module, or any other callable.

    The model is what a function of the packaged code returns, the entrypoint. That is called when the package is
    loaded, with the path of the folder that holds the packaged data. The model takes the inputs by their names and
    returns a dictionary of the outputs::

        # src/addition/model.py
        def get_model(data_path):
            return lambda x, y: {"out": x + y}

    is packaged by ``code_path_spec=[{"python_root": "src", "dirs_to_package": ["addition"]}]``,
    ``entrypoint_package="addition.model"`` and ``entrypoint="get_model"``.

    Args:
        {first_arguments}
        data_paths: Files or folders with data, weights for instance:
            ``[{"path": "trained/weights.pt", "packaged_name": "weights.pt"}]``.
        code_path_spec: Folders of code, as paths from a folder where imports start:
            ``[{"python_root": "src", "dirs_to_package": ["addition"]}]``. Compiled and hidden files are left out.
        entrypoint_package: The module that holds the entrypoint.
        entrypoint: The name of the function.
        requirements: The distributions that the model needs, as pip writes requirements, one a line. They are
            compiled to exact versions, for which pip may ask its package index.
        {common_arguments}

    Raises:
        {failures}
    """
    code = [_code(item) for item in _list(code_path_spec, "code_path_spec")]
    _check_outside(neuropod_path, code)
    model = {
        "kind": "python",
        "entrypoint_package": _text(entrypoint_package, "entrypoint_package"),
        "entrypoint": _text(entrypoint, "entrypoint"),
        "code": code,
        "data": [_data(item) for item in _list(data_paths, "data_paths")],
        "requirements": _requirements(requirements),
        "interpreter": sys.executable or None,
    }
    write(neuropod_path, model_name, "python", input_spec, output_spec, model, Common(**common))


def _code(item: Any) -> tuple[str, list[str]]:
    root, folders = _fields(item, "code_path_spec", "python_root", "dirs_to_package")
    if isinstance(folders, (str, os.PathLike)):
        raise NeuropodValueError("`dirs_to_package` is one path: expected a list, also of one folder")
    return os.fspath(root), [os.fspath(folder) for folder in folders]


def _data(item: Any) -> tuple[str, str]:
    path, name = _fields(item, "data_paths", "path", "packaged_name")
    return os.fspath(name), os.fspath(path)


def _fields(item: Any, argument: str, first: str, second: str) -> tuple[Any, Any]:
    if not isinstance(item, Mapping) or set(item) != {first, second}:
        raise NeuropodValueError(f"`{argument}` has {item!r}: expected a dictionary with '{first}' and '{second}'")
    return item[first], item[second]


def _list(values: Any, argument: str) -> list[Any]:
    if isinstance(values, (str, Mapping)):
        found = type(values).__name__
        raise NeuropodValueError(f"`{argument}` is of type {found}: expected a list of dictionaries, also of one")
    return list(values or ())


def _text(value: Any, argument: str) -> str:
    if isinstance(value, str):
        return value
    raise NeuropodValueError(f"`{argument}` is {value!r} of type {type(value).__name__}: expected a string")


def _requirements(requirements: str | Sequence[str] | None) -> list[str]:
    """Each requirement, without comments."""
    lines = requirements.splitlines() if isinstance(requirements, str) else list(requirements or ())
    stripped = [line.partition(" #")[0].strip() for line in lines]
    return [line for line in stripped if line and not line.startswith("#")]


def _check_outside(neuropod_path: Path, code: list[tuple[str, list[str]]]) -> None:
    """Or else the package would be part of the next one."""
    path = os.path.realpath(neuropod_path)
    for root, folders in code:
        for folder in folders:
            packaged = os.path.realpath(os.path.join(root, folder))
            if path.startswith(packaged.rstrip(os.sep) + os.sep):
                raise NeuropodValueError(
                    "`neuropod_path` cannot be a subdirectory of `python_root` that is packaged: the package would be "
                    "part of the next one; write it elsewhere",
                    "invalid argument",
                    {"path": path, "folder": packaged},
                )
