"""Packaging Keras models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neuropod._packaging.arguments import Common, CommonArguments, Path, Spec, packager
from neuropod._packaging.write import write
from neuropod.backends.keras._names import Names
from neuropod.backends.keras._tensors import Tensor, tensors_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["create_keras_neuropod", "infer_keras_input_spec", "infer_keras_output_spec"]


@packager
def create_keras_neuropod(
    neuropod_path: Path,
    model_name: str,
    model: Any,
    node_name_mapping: Mapping[str, str] | None = None,
    input_spec: Spec | None = None,
    output_spec: Spec | None = None,
    sess: Any = None,
    **common: Unpack[CommonArguments],
) -> None:
    """Packages a functional or sequential Keras model: one of Keras 3 with TensorFlow as its backend, which is also
    ``tf.keras``, or one of the legacy ``tf_keras``. The package runs in TensorFlow, without Keras.

    Args:
        {first_arguments}
            Without specs, those of ``infer_keras_input_spec`` and ``infer_keras_output_spec`` are taken.
        model: The model.
        node_name_mapping: Which input or output of the model, or which layer that makes one, the package's are:
            ``{"x": "input_1", "out": "fc1000"}``. It names all inputs. By default Keras's names are the package's.
        sess: The session that holds the weights of a model that was built in a graph of TensorFlow 1. Not for others.
        {common_arguments}

    Raises:
        {failures}
    """
    inputs, outputs = tensors_of(model)
    names = Names(inputs, outputs, node_name_mapping)
    input_spec = _infer(inputs, names.of_inputs) if input_spec is None else names.checked_inputs(input_spec)
    output_spec = _infer(outputs, names.of_outputs) if output_spec is None else names.checked_outputs(output_spec)
    with tempfile.TemporaryDirectory(prefix="neuropod-") as folder:
        if _is_of_graph(model):
            from neuropod.backends.keras._graph import freeze

            packaged = freeze(model, names, [item["name"] for item in (*input_spec, *output_spec)], sess)
        else:
            from neuropod.backends.keras._export import export

            saved = os.path.join(folder, "saved_model")
            export(model, names, sess, saved)
            packaged = {"kind": "saved_model", "folder": saved, "init_ops": []}
        write(neuropod_path, model_name, "tensorflow", input_spec, output_spec, packaged, Common(**common))


def infer_keras_input_spec(model: Any, node_name_mapping: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The inputs of a model as a packager's ``input_spec``. The first axis has the symbol ``"batch_size"``.

    Args:
        model: A functional or sequential Keras model.
        node_name_mapping: Keras's names by those of the package, as for ``create_keras_neuropod``.

    Raises:
        NeuropodValueError: It is no such model, or the mapping does not cover its inputs.
    """
    inputs, outputs = tensors_of(model)
    return _infer(inputs, Names(inputs, outputs, node_name_mapping).of_inputs)


def infer_keras_output_spec(model: Any, node_name_mapping: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The outputs of a model as a packager's ``output_spec``; the rest as for ``infer_keras_input_spec``."""
    inputs, outputs = tensors_of(model)
    return _infer(outputs, Names(inputs, outputs, node_name_mapping).of_outputs)


def _infer(tensors: list[Tensor], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": names[tensor.name], "dtype": tensor.dtype, "shape": ("batch_size", *tensor.shape[1:])}
        for tensor in tensors
    ]


def _is_of_graph(model: Any) -> bool:
    """Whether its outputs are tensors in a graph, as those of models that TensorFlow 1 built."""
    return hasattr(model.outputs[0], "graph")
