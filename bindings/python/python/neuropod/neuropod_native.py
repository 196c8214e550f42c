"""What the original Neuropod's native module has: tensors as bytes, and models without ``load_neuropod``.

>>> import numpy as np
>>> from neuropod import neuropod_native
>>> data = neuropod_native.serialize(np.float32([1, 2]))
>>> neuropod_native.deserialize(data)
array([1., 2.], dtype=float32)
"""

from __future__ import annotations

import dataclasses
import enum
import os
from typing import TYPE_CHECKING, Any

from neuropod import _native
from neuropod.loader import load_neuropod

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from neuropod import loader

__all__ = [
    "BackendLoadSpec",
    "Dimension",
    "Neuropod",
    "TensorSpec",
    "TensorType",
    "deserialize",
    "deserialize_dict",
    "serialize",
]

_ANY = -1
_SYMBOL = -2


def serialize(value: Any) -> bytes:
    """An array, or a dictionary of arrays by their names, as bytes, for files, queues and other processes.

    The format is documented, and the same on every machine. The original Neuropod cannot read it.

    Args:
        value: What ``infer`` takes as an input, or a dictionary of that.

    Raises:
        NeuropodValueError: A value cannot be a tensor.
    """
    return _native.serialize(value)


def deserialize(data: Any) -> Any:
    """The array that ``serialize`` made these bytes of, in new memory. Strings are text, as from ``infer``.

    Nothing in the bytes is run or trusted, so they may come from anywhere.

    Args:
        data: ``bytes``, or any other object with memory: a ``bytearray``, a ``memoryview``, an array of bytes.

    Raises:
        TypeError: This is no object with memory.
        NeuropodValueError: These bytes are no serialized array: the message says where. Those of the original
            Neuropod are told, and cannot be read.
    """
    return _native.deserialize(data)


def deserialize_dict(data: Any) -> dict[str, Any]:
    """The arrays that ``serialize`` made of a dictionary, by their names and in their order.

    Args:
        data: As for ``deserialize``.

    Raises:
        TypeError: This is no object with memory.
        NeuropodValueError: These bytes are no serialized dictionary.
    """
    return _native.deserialize_dict(data)


class TensorType(enum.IntEnum):
    """Element types, with the original Neuropod's numbers as far as it has them."""

    float32 = 0
    float64 = 1
    string = 2
    int8 = 3
    int16 = 4
    int32 = 5
    int64 = 6
    uint8 = 7
    uint16 = 8
    uint32 = 9
    uint64 = 10
    bool = 11
    float16 = 12
    bfloat16 = 13


@dataclasses.dataclass(frozen=True)
class Dimension:
    """The size of one axis.

    Attributes:
        value: The size; -1 stands for any size, -2 for that of the symbol.
        symbol: The symbol, or an empty string.
    """

    value: int
    symbol: str = ""


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """One input or output of a model.

    Attributes:
        name: Its name.
        type: The type of its elements.
        dims: The sizes of its axes, outermost first.
    """

    name: str
    type: TensorType
    dims: list[Dimension]


@dataclasses.dataclass(frozen=True)
class BackendLoadSpec:
    """A plugin: a backend as a shared library.

    Attributes:
        platform: The platform of the packages that it is for.
        version: The version of its framework.
        path: Where the library is, or the folder with its ``plugin.json``.
    """

    platform: str
    version: str
    path: str


class Neuropod:
    """A loaded model. New code uses ``neuropod.load_neuropod``, which does the same.

    Args:
        path: The package, a folder or a zip file.
        default_backend_overrides: Plugins that are looked at before others.
        kwargs: The options of ``load_neuropod``. ``use_ope`` is accepted and ignored: models run in this process.

    Raises:
        NeuropodError: The package or its model cannot be loaded.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        default_backend_overrides: Sequence[BackendLoadSpec] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.pop("use_ope", None)
        plugins = [backend.path for backend in default_backend_overrides]
        plugins += kwargs.pop("plugin_paths", ())
        self._model = load_neuropod(path, plugin_paths=plugins, **kwargs)

    def infer(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Runs the model on arrays by their names, and returns arrays. Strings are text.

        Raises:
            NeuropodValueError: The inputs do not fit the spec.
            NeuropodError: The model failed.
        """
        return self._model.infer(inputs)

    def get_inputs(self) -> list[TensorSpec]:
        """The specs of the inputs."""
        return [_spec(spec) for spec in self._model.inputs]

    def get_outputs(self) -> list[TensorSpec]:
        """The specs of the outputs."""
        return [_spec(spec) for spec in self._model.outputs]

    def get_name(self) -> str:
        """The model's name."""
        return self._model.name

    def get_platform(self) -> str:
        """What it was packaged for."""
        return self._model.platform


def _spec(spec: loader.TensorSpec) -> TensorSpec:
    return TensorSpec(spec["name"], TensorType[spec["dtype"]], [_dimension(size) for size in spec["shape"]])


def _dimension(size: int | str | None) -> Dimension:
    if size is None:
        return Dimension(_ANY)
    return Dimension(_SYMBOL, size) if isinstance(size, str) else Dimension(size)
