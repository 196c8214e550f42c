"""Keras models as SavedModels."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterator
from typing import Any

from neuropod._errors import NeuropodValueError
from neuropod.backends.keras._names import Names
from neuropod.backends.keras._tensors import structures_of

__all__ = ["export"]

# The only signature, and what `tf.saved_model.load` and servers look for.
_SIGNATURE = "serving_default"


def export(model: Any, names: Names, sess: Any, folder: str) -> None:
    """Writes a SavedModel whose signature has the package's names.

    Args:
        model: A model of Keras 2 or 3 whose backend is TensorFlow.
        names: The names of its inputs and outputs.
        sess: The packager's argument.
        folder: Where the SavedModel is written.
    """
    if sess is not None:
        raise NeuropodValueError(
            "`sess` is for models that were built in a graph of TensorFlow 1: this one holds its weights itself; leave "
            "it out"
        )
    import tensorflow as tf  # type: ignore[import-untyped]

    inputs = [(_parameter(name, index), name) for index, name in enumerate(names.of_inputs.values())]
    specs = {
        parameter: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, parameter)
        for (parameter, _), tensor in zip(inputs, names.inputs, strict=True)
    }
    input_structure, output_structure = structures_of(model)

    def serve(**values: Any) -> dict[str, Any]:
        by_tensor = {
            id(tensor.tensor): values[parameter] for (parameter, _), tensor in zip(inputs, names.inputs, strict=True)
        }
        returned = model(_filled(input_structure, by_tensor), training=False)
        results = dict(_paired(output_structure, returned))
        # An output that is an input as it is needs a node of its own.
        return {name: tf.identity(results[id(output.tensor)]) for name, output in names.named_outputs.items()}

    module = tf.Module()
    module.model = model  # has lookup tables saved
    try:
        function = tf.function(serve).get_concrete_function(**specs)
        module.weights = list(function.variables)
        tf.saved_model.save(module, folder, signatures={_SIGNATURE: function})
    except Exception as error:
        raise NeuropodValueError(f"TensorFlow cannot save the Keras model: {error}") from error
    _rename(folder, {parameter: name for parameter, name in inputs if parameter != name})


def _parameter(name: str, index: int) -> str:
    """The name of an input, if a parameter of a function can have it."""
    can_be_parameter = re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) and not keyword.iskeyword(name)
    return name if can_be_parameter else f"neuropod_input_{index}"


def _filled(structure: Any, values: dict[int, Any]) -> Any:
    """The structure with values in place of the tensors of these identities."""
    if isinstance(structure, dict):
        return {key: _filled(value, values) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_filled(value, values) for value in structure]
    return values[id(structure)]


def _paired(structure: Any, returned: Any) -> Iterator[tuple[int, Any]]:
    """The identities of a structure's tensors with the values at their places."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from _paired(value, returned[key])
    elif isinstance(structure, (list, tuple)):
        # Keras 2 returns the one tensor of a list as it is.
        values = returned if isinstance(returned, (list, tuple)) else [returned]
        for part, value in zip(structure, values, strict=True):
            yield from _paired(part, value)
    else:
        yield id(structure), returned


def _rename(folder: str, names: dict[str, str]) -> None:
    """Gives inputs of the signature names that no parameter can have."""
    if not names:
        return
    from tensorflow.core.protobuf import saved_model_pb2  # type: ignore[import-untyped]

    path = os.path.join(folder, "saved_model.pb")
    with open(path, "rb") as file:
        saved = saved_model_pb2.SavedModel.FromString(file.read())
    for graph in saved.meta_graphs:
        inputs = graph.signature_def[_SIGNATURE].inputs
        for parameter, name in names.items():
            inputs[name].CopyFrom(inputs[parameter])
            del inputs[parameter]
    with open(path, "wb") as file:
        file.write(saved.SerializeToString())
