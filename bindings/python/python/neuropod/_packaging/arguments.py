"""The arguments that every packager takes."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, TypedDict

from neuropod._errors import NeuropodValueError

__all__ = ["Common", "CommonArguments", "Path", "Progress", "Spec", "packager"]

Path = str | os.PathLike[str]

# A list of dictionaries with `name`, `dtype` and `shape`.
Spec = Sequence[Mapping[str, Any]]

# What is told the bytes that have been written, and those that are to be written.
Progress = Callable[[int, int], object]

_Device = Literal["GPU", "CPU"]
_Compression = int | Literal["deflated", "stored"]
_Arguments = ParamSpec("_Arguments")


class CommonArguments(TypedDict, total=False):
    """The arguments of ``Common``, for type checkers and editors."""

    platform_version_semver: str
    custom_ops: Sequence[Path]
    input_tensor_device: Mapping[str, str] | None
    default_input_tensor_device: _Device
    package_as_zip: bool
    zip_compression: _Compression
    test_input_data: Mapping[str, Any] | None
    test_expected_out: Mapping[str, Any] | None
    persist_test_data: bool
    neuropod_load_args: Mapping[str, Any]
    test_in_process: bool
    progress: bool | Progress | None


@dataclasses.dataclass(frozen=True)
class Common:
    """The arguments with their defaults."""

    platform_version_semver: str = "*"
    custom_ops: Sequence[Path] = ()
    input_tensor_device: Mapping[str, str] | None = None
    default_input_tensor_device: _Device = "GPU"
    package_as_zip: bool = True
    zip_compression: _Compression = zipfile.ZIP_DEFLATED
    test_input_data: Mapping[str, Any] | None = None
    test_expected_out: Mapping[str, Any] | None = None
    persist_test_data: bool = True
    neuropod_load_args: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    test_in_process: bool = False
    progress: bool | Progress | None = None


_FIRST_ARGUMENTS = """neuropod_path: Where the package is written. There must be nothing yet.
model_name: The model's name.
input_spec: The inputs: a list of dictionaries such as
    ``{"name": "x", "dtype": "float32", "shape": ("batch", 3, None)}``. ``dtype`` is any of NumPy's spellings, or
    ``"string"`` or ``"bfloat16"``. ``shape`` has an entry for each axis: its size, a symbol that stands for the
    same size wherever it is in a call, or ``None`` for any size.
output_spec: The outputs, written alike."""

_COMMON_ARGUMENTS = """platform_version_semver: The versions of the framework that can run the model, as npm writes
    ranges: ``"2.13.0"``, ``"> 2.4"`` or ``"2.4.0 - 2.13.0"``. Any version by default.
custom_ops: Libraries with operators that the model uses, as paths. They tie the package to the platform that they
    were built for.
input_tensor_device: ``"GPU"`` or ``"CPU"`` for some inputs, by their names: where they are put if the model runs
    on a GPU. On the CPU, everything is there.
default_input_tensor_device: The same for all other inputs.
package_as_zip: Whether the package is one file, or a folder.
zip_compression: How the file is compressed: ``zipfile.ZIP_DEFLATED`` (or ``"deflated"``), or
    ``zipfile.ZIP_STORED`` (or ``"stored"``). Trained weights hardly shrink, and large models load faster from a
    stored package.
test_input_data: Sample inputs by their names: anything that ``infer`` takes. The package is loaded and run on
    them before it appears at its path; if that fails, nothing is written.
test_expected_out: What the model must return for them, by the names of outputs: floating-point numbers as
    ``numpy.allclose`` compares them, all else exactly. Numbers are compared in the dtype of the spec. What is not
    named is not looked at.
persist_test_data: Whether sample inputs and outputs are kept in the package.
neuropod_load_args: Arguments of ``load_neuropod`` for the test.
test_in_process: Whether the test runs in this process. By default a new one runs it, so that the package is shown
    to stand alone, and a model that crashes harms nobody.
progress: A bar on the standard error stream: ``True``, ``False``, or ``None`` for one if it is a terminal or a
    notebook and the package is large; or a function that is called with the bytes that have been written, and
    all."""

_FAILURES = """TypeError: An argument is unknown or missing.
NeuropodValueError: An argument is wrong, there is something at the path already, the model does not fit the specs,
    or the test failed. Nothing is left behind."""


def packager(function: Callable[_Arguments, None]) -> Callable[_Arguments, None]:
    """Completes a packager, whose last parameter stands for the common arguments.

    Unknown arguments are told with what may have been meant, and ``help`` shows all arguments.
    """
    signature = _full_signature(function)

    @functools.wraps(function)
    def checked(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
        _check_names(function.__name__, kwargs, list(signature.parameters))
        _check_absent(kwargs.get("neuropod_path", args[0] if args else ""))
        function(*args, **kwargs)

    checked.__signature__ = signature  # type: ignore[attr-defined]
    checked.__doc__ = _full_doc(function)
    return checked


def _check_absent(path: Any) -> None:
    """Tells early, before a model is exported, what the native module refuses."""
    if os.path.lexists(path):
        raise NeuropodValueError(
            f"The specified neuropod path ({path}) already exists! Remove what is there, or choose another path",
            "already exists",
            {"path": str(path)},
        )


def _full_signature(function: Callable[..., None]) -> inspect.Signature:
    signature = inspect.signature(function)
    own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    common = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(Common(), field.name),
            annotation=field.type,
        )
        for field in dataclasses.fields(Common)
    ]
    return signature.replace(parameters=own + common)


def _full_doc(function: Callable[..., None]) -> str | None:
    if function.__doc__ is None:  # Python runs without docstrings
        return None
    doc = inspect.cleandoc(function.__doc__)
    texts = {"first_arguments": _FIRST_ARGUMENTS, "common_arguments": _COMMON_ARGUMENTS, "failures": _FAILURES}
    for name, text in texts.items():
        doc = doc.replace("{" + name + "}", text.replace("\n", "\n    "))
    return doc


def _check_names(function: str, given: Mapping[str, object], known: list[str]) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; it takes {', '.join(known)}"
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'{hint}")
