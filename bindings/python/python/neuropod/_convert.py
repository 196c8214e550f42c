"""Conversions that need no speed. The native module calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neuropod._errors import NeuropodValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    AnyArray = NDArray[Any]

_NUMBERS = "iufb"


def plain(array: AnyArray) -> AnyArray:
    """A copy that is contiguous and in the machine's order of bytes."""
    if type(array.dtype).__name__ == "StringDType":
        return array.astype(object)
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", subok=False)


def prepare(value: Any, dtype: str | None) -> Any:
    """An array of what is none, or an object whose ``__dlpack__`` gives memory of the CPU.

    Args:
        value: What a caller gave.
        dtype: The name of the element type that is wanted, for lists and numbers.
    """
    detach = getattr(value, "detach", None)
    if detach is not None:  # a tensor of PyTorch
        return detach().cpu().contiguous()  # what is on the CPU and contiguous is not copied
    if isinstance(value, np.generic):
        return np.asarray(value)
    if hasattr(value, "__array__"):  # TensorFlow, JAX, pandas
        return np.asarray(value)
    if hasattr(value, "__dlpack__"):
        return value
    return _from_python(value, dtype)


def _from_python(value: Any, dtype: str | None) -> AnyArray:
    """An array of numbers, strings, or nested lists of these, of the wanted type if their values allow it."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise NeuropodValueError(f"the nested lists do not have the shape of a tensor: {error}") from None
    if dtype == "string" and not array.size:
        return array.astype(str)
    if dtype is None or dtype == "string" or array.dtype.kind not in _NUMBERS:
        return _check(value, array)
    wanted: Any = bfloat16() if dtype == "bfloat16" else np.dtype(dtype)
    is_wanted_float = dtype == "bfloat16" or wanted.kind == "f"
    if array.size and array.dtype.kind == "f" and not is_wanted_float:
        return array  # the check against the spec says what is wrong
    if array.size and (array.dtype.kind == "b") != (dtype == "bool"):
        return array
    try:
        return np.asarray(value, dtype=wanted)
    except OverflowError as error:
        raise NeuropodValueError(f"a number does not fit {dtype}: {error}") from None


def _check(value: Any, array: AnyArray) -> AnyArray:
    if array.dtype.kind == "O" and array.ndim == 0:
        raise NeuropodValueError(
            f"a value of type {type(value).__name__} cannot be a tensor: expected an array, a tensor of PyTorch or "
            "TensorFlow, an object with __dlpack__ or __array__, a number, a string, or nested lists of these"
        )
    return array


def bfloat16() -> Any:
    """NumPy's dtype for bfloat16."""
    try:
        import ml_dtypes
    except ImportError:
        raise NeuropodValueError(
            "NumPy has no bfloat16 of its own: install the package that adds it (`pip install ml_dtypes`), or take "
            'such outputs as tensors of PyTorch (`output_type="torch"`)'
        ) from None
    return np.dtype(ml_dtypes.bfloat16)


def empty_texts(width: int, shape: Sequence[int]) -> AnyArray:
    """An array of text of up to `width` characters, whose code points are still to be written."""
    return np.empty(shape, dtype=f"=U{width}")


def objects(elements: list[Any], shape: Sequence[int]) -> AnyArray:
    """An array of objects."""
    array = np.empty(len(elements), dtype=object)
    array[:] = elements
    return array.reshape(shape)

