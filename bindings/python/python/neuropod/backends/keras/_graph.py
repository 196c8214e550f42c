"""Keras models in graphs of TensorFlow 1, frozen."""

from __future__ import annotations

from typing import Any

from neuropod._errors import NeuropodValueError
from neuropod.backends.keras._names import Names

__all__ = ["freeze"]


def freeze(model: Any, names: Names, wanted: list[str], sess: Any) -> dict[str, Any]:
    """The model as the native module takes graphs, with its weights as constants.

    Args:
        model: A model whose outputs are tensors in a graph.
        names: The names of its inputs and outputs.
        wanted: The names of those that the package has.
        sess: The session that holds the weights.
    """
    if sess is None:
        raise NeuropodValueError(
            "the model was built in a graph of TensorFlow 1: `sess` is needed, the session that holds its weights, "
            "such as keras.backend.get_session() returns"
        )
    import tensorflow as tf  # type: ignore[import-untyped]

    inputs = {name: tensor for name, tensor in names.named_inputs.items() if name in wanted}
    outputs = {name: tensor for name, tensor in names.named_outputs.items() if name in wanted}
    graph_def = model.outputs[0].graph.as_graph_def()
    frozen = tf.compat.v1.graph_util.convert_variables_to_constants(
        sess, graph_def, [output.tensor.op.name for output in outputs.values()]
    )
    nodes = [(name, tensor.tensor.name) for name, tensor in {**inputs, **outputs}.items()]
    return {"kind": "graph", "graph": frozen.SerializeToString(), "nodes": nodes, "init_ops": []}
