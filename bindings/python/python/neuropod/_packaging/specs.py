"""Problem definitions as packagers take them."""

from __future__ import annotations

from typing import Any

from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Common, Spec
from neuropod.utils.config_utils import canonicalize_tensor_spec, validate_neuropod_config

__all__ = ["SpecTuple", "canonical", "check", "devices", "tuples"]

# A spec as the native module takes it: name, dtype and shape.
SpecTuple = tuple[str, str, list[int | str | None]]


def canonical(spec: Spec, argument: str) -> list[dict[str, Any]]:
    """The specs with canonical names of dtypes.

    Args:
        spec: What the caller gave.
        argument: The argument's name.
    """
    if isinstance(spec, (str, dict)) or not hasattr(spec, "__iter__"):
        raise NeuropodValueError(
            f"`{argument}` is of type {type(spec).__name__}: expected a list of dictionaries such as "
            '{"name": "x", "dtype": "float32", "shape": ("batch", 3)}',
            "invalid spec",
        )
    specs = canonicalize_tensor_spec(list(spec))
    for item in specs:
        if item["shape"] is None:
            raise NeuropodValueError(
                f"the shape in `{argument}` is None: expected an entry for each axis; write (None, None) for two axes "
                "of any size, and () for a scalar",
                "invalid spec",
                {"tensor": str(item["name"])},
            )
    return specs


def check(
    name: str, platform: str, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], common: Common
) -> None:
    """Holds a problem definition against the rules."""
    config = {
        "name": name,
        "platform": platform,
        "input_spec": inputs,
        "output_spec": outputs,
        "input_tensor_device": devices(inputs, common),
    }
    validate_neuropod_config(config)


def devices(inputs: list[dict[str, Any]], common: Common) -> dict[str, str]:
    """Where the inputs are put, by their names."""
    default = {item["name"]: common.default_input_tensor_device for item in inputs}
    return {**default, **(common.input_tensor_device or {})}


def tuples(specs: list[dict[str, Any]]) -> list[SpecTuple]:
    """The specs as the native module takes them."""
    return [(item["name"], item["dtype"], list(item["shape"])) for item in specs]
