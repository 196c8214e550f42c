"""The inputs and outputs of Keras models."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from neuropod._errors import NeuropodValueError

__all__ = ["Tensor", "structures_of", "tensors_of"]


@dataclass(frozen=True)
class Tensor:
    """One input or output of a model.

    Attributes:
        name: Keras's name for it: that of the layer that makes it.
        aliases: Other names that it goes by.
        shape: The sizes of its axes; ``None`` for any size.
        dtype: The name of its element type.
        tensor: What Keras has for it.
    """

    name: str
    aliases: tuple[str, ...]
    shape: tuple[int | None, ...]
    dtype: str
    tensor: Any


def tensors_of(model: Any) -> tuple[list[Tensor], list[Tensor]]:
    """The inputs and the outputs of a model, in Keras's order."""
    _check(model)
    if hasattr(model, "input_names"):  # of Keras 2
        return (
            [_tensor(tensor, name) for name, tensor in zip(model.input_names, model.inputs, strict=True)],
            [_tensor(tensor, name) for name, tensor in zip(model.output_names, model.outputs, strict=True)],
        )
    inputs, outputs = structures_of(model)
    return _of_keras_3(model.inputs, inputs), _of_keras_3(model.outputs, outputs)


def structures_of(model: Any) -> tuple[Any, Any]:
    """The inputs and the outputs as the model takes and returns them: one, or nested lists and dictionaries."""
    if any(kind.__name__ == "Sequential" for kind in type(model).__mro__):
        # Whose `input` is that of another model which it is part of.
        return model.inputs[0], model.outputs[0]
    return model.input, model.output


def _check(model: Any) -> None:
    roots = {kind.__module__.partition(".")[0] for kind in type(model).__mro__ if kind.__name__ == "Model"}
    if not roots & {"keras", "tf_keras", "tensorflow"}:
        raise NeuropodValueError(f"`model` is of type {type(model).__name__}: expected a Keras model")
    keras = sys.modules.get("keras")
    config = getattr(keras, "config", None)  # of Keras 3
    if "keras" in roots and config is not None and config.backend() != "tensorflow":
        raise NeuropodValueError(
            f"Keras uses the backend {config.backend()!r}: models are packaged for TensorFlow; save the model, set the "
            "variable KERAS_BACKEND to 'tensorflow', and load it again"
        )
    try:
        is_known = bool(model.inputs) and bool(model.outputs)
    except (AttributeError, ValueError):  # a sequential model that has seen no inputs
        is_known = False
    if not is_known:
        raise NeuropodValueError(
            f"the model {getattr(model, 'name', '')!r} has no inputs and outputs that Keras knows: a sequential model "
            "needs an Input layer or a call of build; export one that is a class of its own with "
            'model.export("folder"), and package that with create_tensorflow_neuropod(saved_model_dir="folder")'
        )


def _of_keras_3(tensors: list[Any], structure: Any) -> list[Tensor]:
    keys = dict(_keys(structure))
    layers = _distinct([tensor._keras_history.operation.name for tensor in tensors])
    return [
        _tensor(tensor, layer, *(name for name in (keys.get(id(tensor)), tensor.name) if name and name != layer))
        for layer, tensor in zip(layers, tensors, strict=True)
    ]


def _keys(structure: Any) -> Iterator[tuple[int, str]]:
    """The identities of tensors in dictionaries, with their keys."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield id(value), key
            yield from _keys(value)
    elif isinstance(structure, (list, tuple)):
        for value in structure:
            yield from _keys(value)


def _distinct(names: list[str]) -> list[str]:
    """The names, numbered from the second time that a layer makes an output."""
    distinct: list[str] = []
    for index, name in enumerate(names):
        earlier = names[:index].count(name)
        distinct.append(f"{name}_{earlier}" if earlier else name)
    return distinct


def _tensor(tensor: Any, name: str, *aliases: str) -> Tensor:
    if getattr(tensor, "sparse", False) or getattr(tensor, "ragged", False):
        raise NeuropodValueError(
            "sparse and ragged tensors cannot be packaged: expected dense ones", "unsupported", {"tensor": name}
        )
    shape = tuple(getattr(size, "value", size) for size in tensor.shape)
    dtype = getattr(tensor.dtype, "name", tensor.dtype)
    return Tensor(name, aliases, shape, dtype, tensor)
