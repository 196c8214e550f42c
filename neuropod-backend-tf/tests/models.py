"""Writes the GraphDefs and SavedModels that the tests load, and builds a custom operator.

usage: models.py DIRECTORY

A GraphDef is NAME.pb beside NAME.json, the 0/config.json of its package. A SavedModel is a folder.
"""

import json
import os
import sys

# TensorFlow prints a line about oneDNN, whatever the log level.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORY = sys.argv[1]
DTYPES = [
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "string",
]
GRAPHS = {}
SAVED_MODELS = {}


def graph(name):
    """Registers what builds a graph in the default graph.

    It returns the tensors by their names in the package, or these and the list of operations to run
    after load.
    """
    return lambda build: GRAPHS.setdefault(name, build)


def saved_model(name):
    """Registers what writes a SavedModel to the folder given."""
    return lambda write: SAVED_MODELS.setdefault(name, write)


def vector(name, dtype=tf.float32):
    return v1.placeholder(dtype, [None], name)


def scalar(name, dtype=tf.float32):
    return v1.placeholder(dtype, [], name)


# What the conformance kit asks for.


def identity(dtype):
    x = v1.placeholder(dtype, None, "x")
    return {"x": x, "y": tf.identity(x, "y")}


@graph("Addition")
def addition():
    x, y = vector("x"), vector("y")
    return {"x": x, "y": y, "out": tf.add(x, y, "out")}


@graph("Arithmetic")
def arithmetic():
    x, y = vector("x"), vector("y")
    return {
        "x": x,
        "y": y,
        "sum": tf.add(x, y, "sum"),
        "difference": tf.subtract(x, y, "difference"),
        "product": tf.multiply(x, y, "product"),
    }


@graph("Constant")
def constant():
    return {"out": tf.constant([1.0, 2.5, -3.0], name="out")}


@graph("Transpose")
def transpose():
    x = v1.placeholder(tf.float32, [None, None], "x")
    return {"x": x, "y": tf.transpose(x, name="y")}


@graph("Tail")
def tail():
    x = vector("x")
    return {"x": x, "y": tf.identity(x[1:], "y")}


@graph("OptionalInput")
def optional_input():
    x = vector("x")
    y = v1.placeholder_with_default(tf.constant(0.0), None, "y")
    return {"x": x, "y": y, "out": tf.add(x, y, "out")}


@graph("FailsIfNegative")
def fails_if_negative():
    x = vector("x")
    check = tf.debugging.Assert(x[0] >= 0, ["the first element is negative"])
    with tf.control_dependencies([check]):
        return {"x": x, "out": tf.identity(x, "out")}


@graph("MisnamedOutput")
def misnamed_output():
    x = vector("x")
    return {"x": x, "other": tf.identity(x, "other")}


@graph("MistypedOutput")
def mistyped_output():
    x = vector("x")
    return {"x": x, "out": tf.cast(x, tf.int64, "out")}


@graph("KeepsInput")
def keeps_input():
    x = vector("x")
    last = tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[None], shared_name="last")
    previous = tf.cond(
        tf.raw_ops.VarIsInitializedOp(resource=last),
        lambda: tf.raw_ops.ReadVariableOp(resource=last, dtype=tf.float32),
        lambda: tf.identity(x),
    )
    with tf.control_dependencies([previous]):
        keep = tf.raw_ops.AssignVariableOp(resource=last, value=x)
    with tf.control_dependencies([keep]):
        return {"x": x, "previous": tf.identity(previous, "previous")}


@graph("ManyInputs")
def many_inputs():
    inputs = {f"x{index}": vector(f"x{index}") for index in range(100)}
    terms = [(index + 1.0) * x for index, x in enumerate(inputs.values())]
    return {**inputs, "out": tf.add_n(terms, "out")}


@graph("OddNames")
def odd_names():
    x = vector("x")
    return {"größe in/m² (α.β)": x, "résultat:0 - final": tf.identity(x, "out")}


for dtype in DTYPES:
    graph(f"Identity_{dtype}")(lambda dtype=dtype: identity(dtype))


# SavedModels.


def signature(**inputs):
    """Makes a method a function of these inputs, by name, dtype and shape."""
    specs = [tf.TensorSpec(shape, dtype, name) for name, (dtype, shape) in inputs.items()]
    return tf.function(input_signature=specs)


class Addition(tf.Module):
    @signature(x=(tf.float32, [None]), y=(tf.float32, [None]))
    def __call__(self, x, y):
        return {"out": x + y}


@saved_model("AdditionSaved")
def addition_saved(folder):
    module = Addition()
    tf.saved_model.save(module, folder, module.__call__)


def write_graph(name, build):
    with tf.Graph().as_default() as built:
        result = build()
        mapping, init = result if isinstance(result, tuple) else (result, [])
        config = {
            # A text is a name as the package's author wrote it.
            "node_name_mapping": {
                key: value if isinstance(value, str) else value.name for key, value in mapping.items()
            },
            "init_op_names": [operation.name for operation in init],
        }
        content = built.as_graph_def().SerializeToString()
    with open(os.path.join(DIRECTORY, name + ".pb"), "wb") as file:
        file.write(content)
    with open(os.path.join(DIRECTORY, name + ".json"), "w") as file:
        json.dump(config, file)


def main():
    tf.get_logger().setLevel("ERROR")
    for name, build in GRAPHS.items():
        write_graph(name, build)
    for name, write in SAVED_MODELS.items():
        write(os.path.join(DIRECTORY, name))


main()
