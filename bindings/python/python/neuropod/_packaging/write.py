"""Writing a package."""

from __future__ import annotations

import functools
import os
import zipfile
from collections.abc import Mapping
from typing import Any

from neuropod import _native
from neuropod._errors import NeuropodValueError
from neuropod._packaging import specs
from neuropod._packaging.arguments import Common, Path, Spec
from neuropod._packaging.expected import in_dtypes_of
from neuropod._packaging.progress import reporter
from neuropod._packaging.self_test import Tester

__all__ = ["write"]

# The values are those of `zipfile`'s constants and their names.
_DEFLATE = {zipfile.ZIP_DEFLATED: True, "deflated": True, zipfile.ZIP_STORED: False, "stored": False}


def write(
    neuropod_path: Path,
    model_name: str,
    platform: str,
    input_spec: Spec,
    output_spec: Spec,
    model: Mapping[str, Any],
    common: Common,
) -> None:
    """Writes a package of a model, as the native module takes it, and tests it."""
    path = _path(neuropod_path)
    inputs, outputs = specs.canonical(input_spec, "input_spec"), specs.canonical(output_spec, "output_spec")
    specs.check(model_name, platform, inputs, outputs, common)
    description = {
        "path": path,
        "name": model_name,
        "inputs": specs.tuples(inputs),
        "outputs": specs.tuples(outputs),
        "platform_version": _text(common.platform_version_semver, "platform_version_semver"),
        "cpu_inputs": [name for name, device in specs.devices(inputs, common).items() if device == "CPU"],
        "custom_ops": _custom_ops(common.custom_ops),
        "as_zip": bool(common.package_as_zip),
        "deflate": _deflate(common.zip_compression),
        "persist_test_data": bool(common.persist_test_data),
    }
    test_inputs, test_outputs = _test_data(common)
    expected = in_dtypes_of(outputs, test_outputs)
    tester = Tester(path, dict(common.neuropod_load_args), common.test_in_process)
    with reporter(common.progress, os.path.basename(path)) as progress:
        write_package = functools.partial(_native.write_package, description, dict(model))
        write_package(test_inputs, expected, tester, progress)


def _path(neuropod_path: Path) -> str:
    path = os.fspath(neuropod_path)
    if not isinstance(path, str) or not path:
        raise NeuropodValueError(f"`neuropod_path` is {path!r}: expected a path as text")
    # What ends in a separator names a folder.
    return path.rstrip("/" + os.sep) or path


def _text(value: object, argument: str) -> str:
    if isinstance(value, str):
        return value
    raise NeuropodValueError(f"`{argument}` is {value!r} of type {type(value).__name__}: expected a string")


def _custom_ops(custom_ops: Any) -> list[str]:
    if isinstance(custom_ops, (str, os.PathLike)):
        raise NeuropodValueError("`custom_ops` is one path: expected a list, also of one library")
    return [os.fspath(path) for path in custom_ops or ()]


def _deflate(zip_compression: object) -> bool:
    for known, deflate in _DEFLATE.items():
        if zip_compression == known and not isinstance(zip_compression, bool):
            return deflate
    raise NeuropodValueError(
        f"`zip_compression` is {zip_compression!r}: expected zipfile.ZIP_DEFLATED or 'deflated', or zipfile.ZIP_STORED "
        "or 'stored'"
    )


def _test_data(common: Common) -> tuple[dict[str, Any], dict[str, Any]]:
    inputs, outputs = common.test_input_data, common.test_expected_out
    if outputs is not None and inputs is None:
        raise NeuropodValueError("`test_expected_out` needs `test_input_data`: the inputs that it is expected for")
    for argument, values in (("test_input_data", inputs), ("test_expected_out", outputs)):
        if values is not None and not isinstance(values, Mapping):
            found = type(values).__name__
            raise NeuropodValueError(f"`{argument}` is of type {found}: expected a dictionary of values by their names")
    return dict(inputs or {}), dict(outputs or {})
