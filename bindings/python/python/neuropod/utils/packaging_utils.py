"""For packagers of one's own: models of platforms that plugins bring."""

from __future__ import annotations

import functools
import inspect
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, TypeVar

from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Common
from neuropod._packaging.write import write

__all__ = ["COMMON_DOC_POST", "COMMON_DOC_PRE", "expand_default_kwargs", "packager", "set_packager_docstring"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

COMMON_DOC_PRE = """
    :param  neuropod_path:      Where the package is written. There must be nothing yet.

    :param  model_name:         The name of the model
"""

COMMON_DOC_POST = """
    :param  input_spec:         The inputs, a list of dicts: {"name": "x", "dtype": "float32", "shape": ("batch", 3)}

    :param  output_spec:        The outputs, written alike

    All other arguments are those of `neuropod.create_torchscript_neuropod`: `platform_version_semver`, `custom_ops`,
    `test_input_data` and more.
"""

# What a packager's function is not given: the package is no matter of its own.
_OURS = {"custom_ops", "package_as_zip", "persist_test_data", "progress", "test_expected_out", "test_in_process"}
_OURS |= {"test_input_data", "zip_compression"}


def set_packager_docstring(f: _Function) -> _Function:
    """Puts the documentation of all packagers' arguments in the place of ``{common_doc_pre}`` and
    ``{common_doc_post}`` in a function's own."""
    if f.__doc__ is not None:  # Python can run without
        doc = f.__doc__.replace("{common_doc_pre}", COMMON_DOC_PRE)
        f.__doc__ = doc.replace("{common_doc_post}", COMMON_DOC_POST)
    return f


def expand_default_kwargs(deps: Iterable[Callable[..., Any]]) -> Callable[[_Function], _Function]:
    """A decorator that notes which arguments a function with ``**kwargs`` takes, for tools that document it.

    Args:
        deps: The functions that the arguments are passed on to. Later ones win, and the function itself.

    Returns:
        The decorator, which sets ``neuropod_default_args``: the defaults by the names of the arguments.
    """
    passed_on: dict[str, Any] = {}
    for function in deps:
        passed_on.update(_defaults(function))

    def decorate(f: _Function) -> _Function:
        defaults = {**passed_on, **_defaults(f)}
        f.neuropod_default_args = defaults  # type: ignore[attr-defined]
        return f

    return decorate


def packager(platform: str) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """A decorator that makes a packager of a function that writes a model's files.

    The function is called with a folder as ``neuropod_path``, whose files become the package's: those in ``0/data``
    for instance. ``config.json``, the manifest, custom operators and test data are not its matter. It also gets
    ``platform``, ``model_name``, ``input_spec``, ``output_spec`` and what else the packager was given, as far as it
    has parameters for that. All arguments are named ones, as they are the packager's.

    >>> import os
    >>> from neuropod.utils.packaging_utils import packager
    >>> @packager(platform="mine")
    ... def create_my_neuropod(neuropod_path, weights, **kwargs):
    ...     os.makedirs(os.path.join(neuropod_path, "0", "data"))
    ...     with open(os.path.join(neuropod_path, "0", "data", "weights"), "wb") as file:
    ...         file.write(weights)
    >>> create_my_neuropod(
    ...     neuropod_path=os.path.join(folder, "mine.neuropod"),
    ...     model_name="mine",
    ...     weights=b"...",
    ...     input_spec=[{"name": "x", "dtype": "float32", "shape": (None,)}],
    ...     output_spec=[{"name": "out", "dtype": "float32", "shape": (None,)}],
    ... )

    Args:
        platform: The platform of the packages, which is that of the backend that runs them.
    """

    def decorate(f: Callable[..., Any]) -> Callable[..., None]:
        @functools.wraps(f)
        def create(**kwargs: Any) -> None:
            _create(f, platform, kwargs)

        del create.__wrapped__  # whose parameters are not all
        return expand_default_kwargs([Common, f])(set_packager_docstring(create))

    return decorate


def _create(f: Callable[..., Any], platform: str, kwargs: dict[str, Any]) -> None:
    missing = [name for name in ("neuropod_path", "model_name", "input_spec", "output_spec") if name not in kwargs]
    if missing:
        raise TypeError(f"{f.__name__}() is missing the arguments {', '.join(missing)}, which must be named")
    common = Common(**{field.name: kwargs[field.name] for field in fields(Common) if field.name in kwargs})
    path, name = kwargs["neuropod_path"], kwargs["model_name"]
    if os.path.lexists(path):
        raise NeuropodValueError(
            f"The specified neuropod path ({path}) already exists! Aborting...",
            "already exists",
            {"package": str(path)},
        )
    with tempfile.TemporaryDirectory(prefix="neuropod-") as folder:
        own = {name: value for name, value in kwargs.items() if name not in _OURS}
        _call(f, {**own, "neuropod_path": folder, "platform": platform})
        model = {"kind": "files", "platform": platform, "files": _files(folder)}
        write(path, name, platform, kwargs["input_spec"], kwargs["output_spec"], model, common)


def _call(f: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Calls a function with as much as it takes."""
    parameters = inspect.signature(f).parameters
    takes_all = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    f(**{name: value for name, value in arguments.items() if takes_all or name in parameters})


def _files(folder: str) -> list[tuple[str, str]]:
    """The files' paths in the package, and where they are."""
    files = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            files.append((os.path.relpath(path, folder).replace(os.sep, "/"), path))
    return sorted(files)


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    known: dict[str, Any] | None = getattr(function, "neuropod_default_args", None)
    if known is not None:
        return known
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
