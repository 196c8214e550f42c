"""That two calls return the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def check_equal(case: str, ours: Mapping[str, Any], reference: Mapping[str, Any]) -> None:
    """Raises `AssertionError` unless two calls returned the same, but for the last digits."""
    assert ours.keys() == reference.keys(), f"the outputs of {case} are {[*ours]} and {[*reference]}"
    for name in ours:
        a, b = (_comparable(outputs[name]) for outputs in (ours, reference))
        is_text = a.dtype.kind == "U"
        same = np.array_equal(a, b) if is_text else np.allclose(a, b, rtol=1e-4, atol=1e-5)
        assert same, f"the results of {case} differ in {name}"


def _comparable(array: NDArray[Any]) -> NDArray[Any]:
    """Text instead of the bytes that TensorFlow returns."""
    return array.astype("S").astype("U") if array.dtype.kind == "O" else array
