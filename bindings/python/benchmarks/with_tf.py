"""TensorFlow's graphs, called with TensorFlow alone."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf  # type: ignore[import-untyped]
from inputs import Inputs
from tensorflow.core.protobuf import config_pb2  # type: ignore[import-untyped]
from turns import Call

v1 = tf.compat.v1


def references(folder: Path, case: str, inputs: Inputs) -> dict[str, Call]:
    """The graph called as TensorFlow's documentation does, with NumPy in and out."""
    if case == "basic-pitch":
        model = tf.saved_model.load(os.environ["NEUROPOD_BASIC_PITCH_MODEL"])
        return {"SavedModel signature": partial(_call_signature, model, inputs)}
    graph = _graph(folder / f"{case}.pb")
    session = v1.Session(graph=graph)
    out = {"out": graph.get_tensor_by_name("out:0")}
    feeds = {graph.get_tensor_by_name(f"{name}:0"): array for name, array in inputs.items()}
    calls = {"Session.run": lambda: session.run(out, feeds)}
    return {**calls, **_callables(graph, inputs)} if case == "small" else calls


def _graph(file: Path) -> Any:
    definition = v1.GraphDef.FromString(file.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    return graph


def _call_signature(model: Any, inputs: Inputs) -> dict[str, Any]:
    outputs = model.signatures["serving_default"](**{name: tf.constant(array) for name, array in inputs.items()})
    return {name: tensor.numpy() for name, tensor in outputs.items()}


def _callables(graph: Any, inputs: Inputs) -> dict[str, Call]:
    """What TensorFlow has but does not document: calls that are prepared once, the second one with no threads."""
    feeds = config_pb2.CallableOptions(feed=[f"{name}:0" for name in inputs], fetch=["out:0"])
    inline = v1.ConfigProto(inter_op_parallelism_threads=-1)
    inline.experimental.executor_type = "SINGLE_THREADED_EXECUTOR"
    pooled, fastest = (
        v1.Session(graph=graph, config=config)._make_callable_from_options(feeds) for config in (None, inline)
    )
    arrays = [*inputs.values()]
    return {
        "private callable": lambda: {"out": pooled(*arrays)[0]},
        "private callable, single-threaded executor": lambda: {"out": fastest(*arrays)[0]},
    }
