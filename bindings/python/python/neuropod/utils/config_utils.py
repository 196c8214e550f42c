"""Problem definitions: what a package's ``config.json`` says of its model."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Mapping, Sequence
from typing import Any

from neuropod import _native
from neuropod._errors import NeuropodValueError
from neuropod.utils.dtype_utils import get_dtype_name

__all__ = [
    "ALLOWED_DTYPES",
    "canonicalize_tensor_spec",
    "read_neuropod_config",
    "validate_neuropod_config",
    "validate_tensor_spec",
    "write_neuropod_config",
]

ALLOWED_DTYPES = [
    "float32",
    "float64",
    "string",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "float16",
    "bfloat16",
]
"""The names of all element types; the last three are not the original Neuropod's."""

_DEVICES = ("GPU", "CPU")


def validate_tensor_spec(spec: Sequence[Mapping[str, Any]]) -> None:
    """Checks a list of inputs or outputs: ``[{"name": "x", "dtype": "float32", "shape": (None, 3, "symbol")}]``.

    Raises:
        NeuropodValueError: An entry is no such dictionary, or its dtype is not one of ``ALLOWED_DTYPES``.
    """
    for item in spec:
        name, dtype, shape = _fields(item)
        if dtype not in ALLOWED_DTYPES:
            expected = ", ".join(ALLOWED_DTYPES)
            raise _wrong(f"{dtype} is not an allowed data type! Expected one of {expected}", tensor=name)
        if not isinstance(name, str):
            raise _wrong(f"Field 'name' must be a string! Got value {name} of type {type(name)}.")
        if not isinstance(shape, (list, tuple)):
            raise _wrong(f"Field 'shape' must be a tuple! Got value {shape} of type {type(shape)}.", tensor=name)
        for size in shape:
            if not _is_size(size):
                raise _wrong(
                    f"All items in 'shape' must either be None, a string, or a positive integer! Got {size}",
                    tensor=name,
                )


def canonicalize_tensor_spec(spec: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same list with the names of ``ALLOWED_DTYPES`` for any of NumPy's spellings, and with plain integers.

    Raises:
        NeuropodValueError: An entry is no dictionary of name, dtype and shape, or there is no such dtype.
    """
    canonical = []
    for item in spec:
        name, dtype, shape = _fields(item)
        try:
            dtype_name = get_dtype_name(dtype)
        except NeuropodValueError as error:
            error.context["tensor"] = str(name)
            raise
        canonical.append({"name": name, "dtype": dtype_name, "shape": _plain_shape(shape)})
    return canonical


def validate_neuropod_config(config: Mapping[str, Any]) -> None:
    """Checks the dictionary that a ``config.json`` holds.

    Raises:
        NeuropodValueError: A field is missing or wrong.
    """
    for field in ("name", "platform"):
        value = _field(config, field, "the config")
        if not isinstance(value, str):
            raise _wrong(f"Field '{field}' in config must be a string! Got value {value} of type {type(value)}.")
    for field in ("input_spec", "output_spec"):
        validate_tensor_spec(_field(config, field, "the config"))
    if "custom_ops" in config:
        _validate_custom_ops(config["custom_ops"])
    names = {item["name"] for item in config["input_spec"]}
    _validate_devices(_field(config, "input_tensor_device", "the config"), names)


def write_neuropod_config(
    neuropod_path: str | os.PathLike[str],
    model_name: str,
    platform: str,
    input_spec: Sequence[Mapping[str, Any]],
    output_spec: Sequence[Mapping[str, Any]],
    platform_version_semver: str = "*",
    custom_ops: Sequence[str] | None = None,
    input_tensor_device: Mapping[str, str] | None = None,
    default_input_tensor_device: str = "GPU",
    **kwargs: Any,
) -> None:
    """Writes ``config.json`` into a folder, if everything in it is right.

    Args:
        neuropod_path: The folder, which must be there.
        model_name: The model's name.
        platform: What runs it: ``"python"``, ``"torchscript"``, ``"tensorflow"`` or what a plugin brings.
        input_spec: The inputs: ``[{"name": "x", "dtype": "float32", "shape": (None,)}]``. A size is a number, a symbol
            that stands for the same size wherever it is in a call, or ``None`` for any size.
        output_spec: The outputs, written alike.
        platform_version_semver: The versions of the framework that can run it, as npm writes ranges.
        custom_ops: The base names of libraries with operators.
        input_tensor_device: ``"GPU"`` or ``"CPU"`` for some inputs: where they are put if the model runs on a GPU.
        default_input_tensor_device: The same for all others.
        kwargs: Ignored: packagers pass on all that they were given.

    Raises:
        NeuropodValueError: A field is wrong.
        OSError: The file cannot be written.
    """
    inputs = canonicalize_tensor_spec(input_spec)
    devices = {str(item["name"]): default_input_tensor_device for item in inputs}
    config = {
        "name": model_name,
        "platform": platform,
        "platform_version_semver": platform_version_semver,
        "input_spec": inputs,
        "output_spec": canonicalize_tensor_spec(output_spec),
        "custom_ops": list(custom_ops or ()),
        "input_tensor_device": {**devices, **(input_tensor_device or {})},
    }
    validate_neuropod_config(config)
    text = _native.canonical_config(json.dumps(config))
    with open(os.path.join(neuropod_path, "config.json"), "w", encoding="utf-8") as file:
        file.write(text)


def read_neuropod_config(neuropod_path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a package's ``config.json``, with all fields. The package is a folder or a zip file.

    Raises:
        NeuropodError: The package cannot be read, or its ``config.json`` is wrong.
    """
    config: dict[str, Any] = json.loads(_native.read_config(os.fspath(neuropod_path)))
    return config


def _fields(item: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return _field(item, "name"), _field(item, "dtype"), _field(item, "shape")


def _field(item: Any, field: str, where: str = "an entry of the spec") -> Any:
    if not isinstance(item, Mapping):
        raise _wrong(f"Expected {where} to be a dict, got value {item!r} of type {type(item)}.")
    if field not in item:
        raise _wrong(f"Field '{field}' is missing in {where}: {dict(item)}")
    return item[field]


def _is_size(size: Any) -> bool:
    # A bool is an int as well.
    return size is None or isinstance(size, str) or (isinstance(size, int) and not isinstance(size, bool) and size > 0)


def _plain_shape(shape: Any) -> Any:
    if not isinstance(shape, (list, tuple)):
        return shape  # which `validate_tensor_spec` refuses
    sizes = [_plain_size(size) for size in shape]
    return sizes if isinstance(shape, list) else tuple(sizes)


def _plain_size(size: Any) -> Any:
    """Integers of NumPy as those of Python, all else as it is."""
    if isinstance(size, (bool, str)) or size is None:
        return size
    try:
        return operator.index(size)
    except TypeError:
        return size


def _validate_custom_ops(custom_ops: Any) -> None:
    if not isinstance(custom_ops, list):
        raise _wrong(f"Optional field 'custom_ops' must be a list! Got value {custom_ops} of type {type(custom_ops)}")
    for op in custom_ops:
        if not isinstance(op, str):
            raise _wrong(f"All items in 'custom_ops' must be strings! Got value {op} of type {type(op)}.")


def _validate_devices(devices: Mapping[str, Any], inputs: set[str]) -> None:
    if not isinstance(devices, Mapping):
        raise _wrong(f"Field 'input_tensor_device' must be a dict! Got value {devices} of type {type(devices)}.")
    if without_device := inputs - set(devices):
        raise _wrong(f"Some input tensors do not have devices specified: {without_device}")
    if without_input := set(devices) - inputs:
        raise _wrong(f"Devices were specified for some tensors not in the `input_spec`: {without_input}")
    for name, device in devices.items():
        if device not in _DEVICES:
            raise _wrong(f"Device must either be 'GPU' or 'CPU'! Got value '{device}' for tensor named '{name}'.")


def _wrong(message: str, tensor: object = None) -> NeuropodValueError:
    context = {} if tensor is None else {"tensor": str(tensor)}
    return NeuropodValueError(message, "invalid spec", context)
