"""Names of element types."""

from __future__ import annotations

from typing import Any

import numpy as np

from neuropod._errors import NeuropodValueError

__all__ = ["get_dtype", "get_dtype_name"]

# All lengths of text and bytes are one type of ours.
_STRING_KINDS = "SUT"


def get_dtype(arg: Any) -> np.dtype[Any]:
    """NumPy's dtype for a name of ours, or for anything that ``numpy.dtype`` takes.

    ``"string"`` is NumPy's text, ``"bfloat16"`` is that of the package ``ml_dtypes``.

    Raises:
        NeuropodValueError: There is no such dtype, or ``ml_dtypes`` is not installed.
    """
    if isinstance(arg, str) and arg == "string":
        arg = "str"
    if isinstance(arg, str) and arg == "bfloat16":
        from neuropod._convert import bfloat16

        arg = bfloat16()
    if arg is None:  # which NumPy takes for float64
        raise _unknown(arg)
    try:
        dtype: np.dtype[Any] = np.dtype(arg)
    except TypeError:
        raise _unknown(arg) from None
    return dtype


def get_dtype_name(arg: Any) -> str:
    """The name of an element type in a problem definition, for any of NumPy's spellings.

    Raises:
        NeuropodValueError: There is no such dtype.

    >>> from neuropod.utils.dtype_utils import get_dtype_name
    >>> get_dtype_name("double"), get_dtype_name("<i4"), get_dtype_name(str)
    ('float64', 'int32', 'string')
    """
    if isinstance(arg, str) and arg == "bfloat16":  # which NumPy knows only with another package
        return arg
    dtype = get_dtype(arg)
    return "string" if dtype.kind in _STRING_KINDS else dtype.name


def _unknown(arg: Any) -> NeuropodValueError:
    return NeuropodValueError(
        f"{arg!r} is not an allowed data type! Expected a name such as 'float32', 'int64', 'bool' or 'string', or what "
        "numpy.dtype takes for it",
        "invalid spec",
    )
