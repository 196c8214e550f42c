"""Packaging TensorFlow's graphs and SavedModels."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neuropod import _native
from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Common, CommonArguments, Path, Spec, packager
from neuropod._packaging.write import write

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["create_tensorflow_neuropod"]


@packager
def create_tensorflow_neuropod(
    neuropod_path: Path,
    model_name: str,
    input_spec: Spec | None = None,
    output_spec: Spec | None = None,
    node_name_mapping: Mapping[str, str] | None = None,
    frozen_graph_path: Path | None = None,
    graph_def: Any = None,
    saved_model_dir: Path | None = None,
    trackable_obj: Any = None,
    init_op_names: Sequence[str] | str = (),
    **common: Unpack[CommonArguments],
) -> None:
    """Packages a TensorFlow model: a graph, or a SavedModel with the signature ``serving_default``.

    Exactly one of ``frozen_graph_path``, ``graph_def``, ``saved_model_dir`` and ``trackable_obj`` is given. The specs
    of a SavedModel are held against its signature. They may be in another order, give open sizes a symbol, and leave
    outputs out; without them, the signature's are taken.

    Args:
        {first_arguments}
        node_name_mapping: Which node of a graph an input or output is:
            ``{"x": "some_namespace/in_x:0", "out": "some_namespace/out"}``. Without ``:1`` or the like it is the
            node's first output. Not for SavedModels.
        frozen_graph_path: A file that holds a ``GraphDef`` in binary form.
        graph_def: A ``tf.compat.v1.GraphDef``.
        saved_model_dir: A folder that ``tf.saved_model.save`` or a Keras model's ``export`` wrote.
        trackable_obj: What ``tf.saved_model.save`` takes: a ``tf.Module`` for instance.
        init_op_names: Operations that are run once, in their order, after the model was loaded; or the name of one.
        {common_arguments}

    Raises:
        {failures}
    """
    sources = (frozen_graph_path, graph_def, saved_model_dir, trackable_obj)
    if sum(source is not None for source in sources) != 1:
        raise NeuropodValueError(
            "Exactly one of `frozen_graph_path`, `graph_def`, `saved_model_dir` and `trackable_obj` must be provided."
        )
    init_ops = [init_op_names] if isinstance(init_op_names, str) else list(init_op_names)
    rest = Common(**common)
    if frozen_graph_path is not None or graph_def is not None:
        graph = _serialized(graph_def) if frozen_graph_path is None else os.fspath(frozen_graph_path)
        nodes = _nodes(node_name_mapping, input_spec, output_spec)
        model = {"kind": "graph", "graph": graph, "nodes": nodes, "init_ops": init_ops}
        write(neuropod_path, model_name, "tensorflow", input_spec or [], output_spec or [], model, rest)
        return
    if node_name_mapping is not None:
        raise NeuropodValueError(
            "`node_name_mapping` is for graphs: a SavedModel's signature names its tensors; leave it out"
        )
    with tempfile.TemporaryDirectory(prefix="neuropod-") as folder:
        saved = _save(trackable_obj, folder) if saved_model_dir is None else os.fspath(saved_model_dir)
        inputs, outputs = _specs(saved, input_spec, output_spec)
        model = {"kind": "saved_model", "folder": saved, "init_ops": init_ops}
        write(neuropod_path, model_name, "tensorflow", inputs, outputs, model, rest)


def _serialized(graph_def: Any) -> bytes:
    if not hasattr(graph_def, "SerializeToString"):
        raise NeuropodValueError(
            f"`graph_def` is of type {type(graph_def).__name__}: expected a tf.compat.v1.GraphDef, such as a graph's "
            "as_graph_def() returns"
        )
    content: bytes = graph_def.SerializeToString()
    return content


def _nodes(mapping: Mapping[str, str] | None, inputs: Spec | None, outputs: Spec | None) -> list[tuple[str, str]]:
    """The nodes of what the specs name; other entries do not matter."""
    if mapping is None:
        raise NeuropodValueError("node_name_mapping is required when using `frozen_graph_path` or `graph_def`")
    if inputs is None or outputs is None:
        raise NeuropodValueError(
            "`input_spec` and `output_spec` are required when using `frozen_graph_path` or `graph_def`"
        )
    names = [item["name"] for spec in (inputs, outputs) for item in spec]
    missing = sorted({str(name) for name in names if name not in mapping})
    if missing:
        raise NeuropodValueError(
            "Expected an item in `node_name_mapping` for every tensor in input_spec and output_spec. Missing: "
            f"{', '.join(missing)}",
            "invalid spec",
        )
    return [(name, mapping[name]) for name in dict.fromkeys(names)]


def _save(trackable: Any, folder: str) -> str:
    import tensorflow as tf  # type: ignore[import-untyped]

    saved = os.path.join(folder, "saved_model")
    try:
        tf.saved_model.save(trackable, saved)
    except Exception as error:
        raise NeuropodValueError(f"TensorFlow cannot save `trackable_obj`: {error}") from error
    return saved


def _specs(saved: str, inputs: Spec | None, outputs: Spec | None) -> tuple[Spec, Spec]:
    if inputs is not None and outputs is not None:
        return inputs, outputs
    all_inputs, all_outputs = _native.saved_model_specs(saved)
    return all_inputs if inputs is None else inputs, all_outputs if outputs is None else outputs
