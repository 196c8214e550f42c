"""Expected outputs in the dtypes that the model returns."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from neuropod._convert import bfloat16, prepare
from neuropod._errors import NeuropodValueError

__all__ = ["in_dtypes_of"]

_NUMBERS = "biuf"


def in_dtypes_of(specs: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, in the dtypes of their specs: ``numpy.arange(5)`` is what a model of float32 may be expected to
    return.

    Raises:
        NeuropodValueError: A name is in no spec, or a value changes in the spec's dtype.
    """
    dtypes = {item["name"]: item["dtype"] for item in specs}
    return {name: _convert(name, value, _dtype_of(name, dtypes)) for name, value in values.items()}


def _dtype_of(name: str, dtypes: Mapping[str, str]) -> str:
    if name in dtypes:
        return dtypes[name]
    near = difflib.get_close_matches(str(name), dtypes, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"the outputs are {', '.join(dtypes)}"
    raise NeuropodValueError(
        f"`test_expected_out` has {name!r}, which is no output in `output_spec`; {hint}",
        "unknown name",
        {"tensor": str(name)},
    )


def _convert(name: str, value: Any, dtype: str) -> Any:
    array = value if isinstance(value, np.ndarray) else prepare(value, dtype)
    if not isinstance(array, np.ndarray):
        array = np.asarray(array) if hasattr(array, "__array__") else np.from_dlpack(array)
    wanted: Any = bfloat16() if dtype == "bfloat16" else np.dtype("str" if dtype == "string" else dtype)
    is_number = array.dtype.kind in _NUMBERS or array.dtype.name == "bfloat16"
    if dtype == "string" or not is_number or array.dtype == wanted:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        converted = array.astype(wanted)
    if wanted.kind in "biu" and not np.array_equal(converted.astype(array.dtype), array):
        raise NeuropodValueError(
            f"{name} does not match expected value: `test_expected_out` has numbers that {dtype}, the dtype in "
            "`output_spec`, cannot hold",
            "self-test failed",
            {"output": name},
        )
    return converted
