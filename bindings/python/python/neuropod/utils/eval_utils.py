"""Test data of packages, and what models make of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from neuropod import _native
from neuropod._errors import NeuropodValueError
from neuropod.loader import load_neuropod

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "TEST_DATA_FILENAME",
    "SampleData",
    "check_output_matches_expected",
    "load_and_test_neuropod",
    "load_test_data",
    "print_output_summary",
    "save_test_data",
]

TEST_DATA_FILENAME = "test_data.npz"
_ORIGINAL_TEST_DATA = "test_data.pkl"

_STRING_KINDS = "SUOT"

logger = logging.getLogger(__name__)


class SampleData(TypedDict):
    """Sample inputs and expected outputs, by their names."""

    test_input: dict[str, Any]
    test_output: dict[str, Any] | None


def check_output_matches_expected(out: Mapping[str, Any], expected_out: Mapping[str, Any]) -> None:
    """Holds outputs against those that are expected.

    Shapes must be equal. Floating-point numbers are compared as by ``numpy.allclose``, but a NaN equals a NaN; all else
    exactly. Outputs that are not named in ``expected_out`` are not looked at.

    Raises:
        NeuropodValueError: An output is missing or differs.
    """
    for name, expected in expected_out.items():
        if name not in out:
            raise _mismatch(name, f"the model has no such output; it has {', '.join(out) or 'none'}")
        found = np.asarray(out[name])
        difference = _difference(np.asarray(expected), found)
        if difference is not None:
            logger.info(
                "Output for key '%s' does not match expected\nExpected:\n%s\nActual\n%s\n", name, expected, found
            )
            raise _mismatch(name, difference)


def print_output_summary(out: Mapping[str, Any]) -> None:
    """Logs the shapes and dtypes of outputs.

    Raises:
        NeuropodValueError: A value is no array.
    """
    logger.info("No expected test output specified; printing summary to stdout")
    for name, value in out.items():
        if not isinstance(value, np.ndarray):
            raise NeuropodValueError(
                f"All outputs must be numpy arrays! Output `{name}` was of type `{type(value)}`", "invalid output"
            )
        logger.info("\t%s: np.array with shape %s and dtype %s", name, value.shape, value.dtype)


def load_and_test_neuropod(
    neuropod_path: str | os.PathLike[str],
    test_input_data: Mapping[str, Any],
    test_expected_out: Mapping[str, Any] | None = None,
    neuropod_load_args: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> None:
    """Loads a package in this process, runs it on sample inputs, and holds its outputs against those that are expected.

    Args:
        neuropod_path: The package.
        test_input_data: The inputs by their names.
        test_expected_out: The outputs that the model must return. Without them, it must only run.
        neuropod_load_args: Arguments of ``load_neuropod``.
        kwargs: Ignored: packagers pass on all that they were given.

    Raises:
        NeuropodValueError: An output is missing or differs, or the inputs do not fit the spec.
        NeuropodError: The package cannot be loaded, or the model failed.
    """
    model = load_neuropod(neuropod_path, **(neuropod_load_args or {}))
    out = model.infer(test_input_data)
    if test_expected_out is not None:
        check_output_matches_expected(out, test_expected_out)


def save_test_data(
    neuropod_path: str | os.PathLike[str],
    test_input_data: Mapping[str, Any],
    test_expected_out: Mapping[str, Any] | None,
) -> None:
    """Writes test data into the folder of a package, as ``test_data.npz``.

    Args:
        neuropod_path: The folder. If the package has a manifest already, that does not know the new file.
        test_input_data: Inputs by their names: anything that ``infer`` takes.
        test_expected_out: Outputs by their names, or ``None``.

    Raises:
        NeuropodValueError: A value cannot be stored.
        OSError: The file cannot be written.
    """
    npz = _native.test_data_to_npz(test_input_data, test_expected_out or {})
    with open(os.path.join(neuropod_path, TEST_DATA_FILENAME), "wb") as file:
        file.write(npz)


def load_test_data(neuropod_path: str | os.PathLike[str]) -> SampleData | None:
    """The test data of a package, a folder or a zip file; ``None`` if it has none.

    The original Neuropod's ``test_data.pkl`` is never opened, as reading a pickle runs what it says: a package that has
    nothing else gives ``None`` and a warning in the log.

    Raises:
        NeuropodError: The package or the test data are damaged.
    """
    path = os.fspath(neuropod_path)
    data = _native.read_test_data(path)
    if data is None:
        if os.path.exists(os.path.join(path, _ORIGINAL_TEST_DATA)):
            logger.warning(
                "%s has test data of the original Neuropod, a pickle, which is not read because that could run any "
                "code; package the model again to keep them as %s",
                path,
                TEST_DATA_FILENAME,
            )
        return None
    inputs, outputs = data
    return {"test_input": inputs, "test_output": outputs or None}


def _difference(expected: NDArray[Any], found: NDArray[Any]) -> str | None:
    """How they differ, if they do."""
    if expected.shape != found.shape:
        return f"expected the shape {expected.shape}, found {found.shape}"
    if expected.dtype.kind in _STRING_KINDS or found.dtype.kind in _STRING_KINDS:
        is_same = [_text(item) for item in expected.ravel()] == [_text(item) for item in found.ravel()]
    else:
        expected, found = _plain_numbers(expected), _plain_numbers(found)
        is_float = "f" in (expected.dtype.kind, found.dtype.kind)
        is_same = np.allclose(found, expected, equal_nan=True) if is_float else np.array_equal(expected, found)
    return None if is_same else f"expected {expected}, found {found}"


def _text(item: object) -> object:
    return item.encode() if isinstance(item, str) else item


def _plain_numbers(array: NDArray[Any]) -> NDArray[Any]:
    """bfloat16 and float16 as what NumPy computes with."""
    return array.astype(np.float64) if array.dtype.name in ("bfloat16", "float16") else array


def _mismatch(name: str, difference: str) -> NeuropodValueError:
    message = f"{name} does not match expected value! {difference[:1].upper()}{difference[1:]}"
    return NeuropodValueError(message, "self-test failed", {"output": name})
