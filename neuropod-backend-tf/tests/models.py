"""Writes the GraphDefs and SavedModels that the tests load, and builds a custom operator.

usage: models.py DIRECTORY

A GraphDef is NAME.pb beside NAME.json, the 0/config.json of its package. A SavedModel is a folder.
"""

import json
import os
import subprocess
import sys
import tempfile

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


# What this crate's own tests ask for.


@graph("AdditionBareNames")
def addition_bare_names():
    addition()
    return {"x": "x", "y": "y", "out": "out"}


@graph("TwoOutputs")
def two_outputs():
    x = vector("x")
    values, indices = tf.unique(x, name="unique")
    return {"x": x, "values": values, "indices": indices}


@graph("SameTwice")
def same_twice():
    x = vector("x")
    double = tf.multiply(x, 2.0)
    return {"x": x, "one": tf.identity(double, "one"), "two": tf.identity(double, "two")}


@graph("MappedConstant")
def mapped_constant():
    # Any file that stays where it is holds numbers.
    path = os.path.join(HERE, "models.py")
    out = tf.raw_ops.ImmutableConst(dtype=tf.float32, shape=[4], memory_region_name=path, name="out")
    return {"out": out}


@graph("Passthrough")
def passthrough():
    x = vector("x")
    return {"x": x, "out": x}


@graph("Unfed")
def unfed():
    x, y = vector("x"), vector("y")
    return {
        "x": x,
        "y": y,
        "double": tf.multiply(x, 2.0, "double"),
        "ratio": tf.divide(x, y, "ratio"),
    }


@graph("ExpensiveBranch")
def expensive_branch():
    x = vector("x")
    ran = tf.raw_ops.Assert(condition=False, data=["the branch that nobody asked for ran"])
    with tf.control_dependencies([ran]):
        expensive = tf.identity(x, "expensive")
    return {"x": x, "cheap": tf.add(x, 1.0, "cheap"), "expensive": expensive}


@graph("Variables")
def variables():
    x = vector("x")
    weight = v1.Variable([1.0, 2.0, 3.0], use_resource=True, name="weight")
    out = tf.multiply(weight, x, "out")
    return {"x": x, "out": out}, [tf.group(weight.initializer, name="init")]


@graph("InitOrder")
def init_order():
    x = vector("x")
    factor = v1.Variable(0.0, use_resource=True, name="factor")
    first = tf.group(factor.assign(1.0), name="first")
    second = tf.group(factor.assign(factor * 10.0), name="second")
    return {"x": x, "out": tf.multiply(factor, x, "out")}, [first, second]


@graph("Counter")
def counter():
    x = vector("x")
    total = v1.Variable([0.0, 0.0], use_resource=True, name="total")
    out = tf.identity(total.assign_add(x), "out")
    return {"x": x, "out": out}, [tf.group(total.initializer, name="init")]


@graph("RefCounter")
def ref_counter():
    x = vector("x")
    total = v1.Variable([0.0, 0.0], use_resource=False, name="total")
    # The output is a reference to the variable: a data type of its own, and memory that the next
    # call writes to.
    out = v1.assign_add(total, x, name="out")
    return {"x": x, "out": out}, [tf.group(total.initializer, name="init")]


@graph("StoresThenAdds")
def stores_then_adds():
    x = vector("x")
    stored = v1.Variable(tf.zeros([0]), use_resource=True, name="stored", shape=[None])
    return {
        "x": x,
        "store": tf.identity(stored.assign(x), "store"),
        "bump": tf.identity(stored.assign_add(tf.ones_like(stored)), "bump"),
    }


@graph("RefStoresThenAdds")
def ref_stores_then_adds():
    x = vector("x")
    stored = v1.Variable(tf.zeros([0]), use_resource=False, name="stored", validate_shape=False)
    return {
        "x": x,
        "store": tf.identity(v1.assign(stored, x, validate_shape=False), "store"),
        "bump": tf.identity(v1.assign_add(stored, tf.ones_like(stored)), "bump"),
    }


def loop():
    """Doubles `x` `times` times."""
    x, times = vector("x"), scalar("times", tf.int32)
    _, out = tf.while_loop(
        lambda done, _: done < times,
        lambda done, value: (done + 1, value * 2.0),
        (tf.constant(0), x),
    )
    return {"x": x, "times": times, "out": tf.identity(out, "out")}


def cond():
    """Doubles `x` if that is asked for, and negates it otherwise."""
    x, double = vector("x"), scalar("double", tf.bool)
    out = tf.cond(double, lambda: x * 2.0, lambda: -x)
    return {"x": x, "double": double, "out": tf.identity(out, "out")}


def in_dataflow(build):
    """Builds control flow of switches and merges, as TensorFlow 1 did, rather than of functions."""
    v1.disable_control_flow_v2()
    try:
        return build()
    finally:
        v1.enable_control_flow_v2()


graph("V1Loop")(lambda: in_dataflow(loop))
graph("V1Cond")(lambda: in_dataflow(cond))
graph("V2Loop")(loop)
graph("V2Cond")(cond)


def matrix_chains(count):
    """`x: [?, 256]` through chains of six products that do not depend on each other, summed."""
    random = np.random.default_rng(0)
    x = v1.placeholder(tf.float32, [None, 256], "x")
    chains = [x] * count
    for index in range(count):
        # A deviation of 1/16 keeps the products of 256 terms at the size of x.
        weight = tf.constant(random.normal(0.0, 1.0 / 16.0, (256, 256)), tf.float32)
        for _ in range(6):
            chains[index] = tf.matmul(chains[index], weight)
    return {"x": x, "out": tf.add_n(chains, "out")}


graph("MatrixChain")(lambda: matrix_chains(1))
graph("MatrixChains")(lambda: matrix_chains(8))


@graph("Strings")
def strings():
    x, suffix = vector("x", tf.string), scalar("suffix", tf.string)
    return {"x": x, "suffix": suffix, "out": tf.strings.join([x, suffix], name="out")}


@graph("StringsJoinRows")
def strings_join_rows():
    x = v1.placeholder(tf.string, [None, None], "x")
    return {"x": x, "out": tf.strings.reduce_join(x, axis=1, separator=" ", name="out")}


@graph("UnsupportedOutput")
def unsupported_output():
    x = vector("x")
    return {"x": x, "out": tf.complex(x, x, "out")}


@graph("Weights")
def weights():
    x = vector("x")
    weight = tf.constant(np.ones(1 << 20, np.float32))
    return {"x": x, "out": tf.multiply(weight[:4], x, "out")}


@graph("Count")
def count():
    x = vector("x")
    return {"x": x, "count": tf.size(x, name="count")}


# SavedModels.


def signature(**inputs):
    """Makes a method a function of these inputs, by name, dtype and shape."""
    specs = [tf.TensorSpec(shape, dtype, name) for name, (dtype, shape) in inputs.items()]
    return tf.function(input_signature=specs)


F32S = (tf.float32, [None])
WORDS = (tf.string, [None])


class Addition(tf.Module):
    @signature(x=F32S, y=F32S)
    def serve(self, x, y):
        return {"out": x + y}


class TwoSignatures(tf.Module):
    @signature(x=F32S)
    def serve(self, x):
        return {"double": x * 2.0}

    @signature(x=F32S)
    def triple(self, x):
        return {"triple": x * 3.0}


class SameName(tf.Module):
    @signature(x=F32S)
    def serve(self, x):
        return {"x": x * 2.0}


class Variables(tf.Module):
    def __init__(self):
        self.weight = tf.Variable([1.0, 2.0, 3.0])

    @signature(x=F32S)
    def serve(self, x):
        return {"out": self.weight * x}


class Counter(tf.Module):
    def __init__(self):
        self.total = tf.Variable([0.0, 0.0])

    @signature(x=F32S)
    def serve(self, x):
        return {"out": self.total.assign_add(x)}


class Strings(tf.Module):
    @signature(x=WORDS, suffix=(tf.string, []))
    def serve(self, x, suffix):
        return {"out": tf.strings.join([x, suffix])}


class Table(tf.Module):
    """The line of each word in a file, which becomes an asset of the model."""

    def __init__(self, vocabulary):
        lines = tf.lookup.TextFileInitializer(
            vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER,
        )
        self.table = tf.lookup.StaticHashTable(lines, -1)

    @signature(x=WORDS)
    def serve(self, x):
        return {"out": self.table.lookup(x)}


def save(module, folder, **others):
    tf.saved_model.save(module, folder, {"serving_default": module.serve, **others})


saved_model("AdditionSaved")(lambda folder: save(Addition(), folder))
saved_model("SameNameSaved")(lambda folder: save(SameName(), folder))
saved_model("VariablesSaved")(lambda folder: save(Variables(), folder))
saved_model("CounterSaved")(lambda folder: save(Counter(), folder))
saved_model("StringsSaved")(lambda folder: save(Strings(), folder))


@saved_model("TwoSignatures")
def two_signatures(folder):
    module = TwoSignatures()
    save(module, folder, triple=module.triple)


@saved_model("TableSaved")
def table_saved(folder):
    with tempfile.TemporaryDirectory() as temporary:
        vocabulary = os.path.join(temporary, "words.txt")
        with open(vocabulary, "w") as file:
            file.write("zero\none\ntwo\n")
        save(Table(vocabulary), folder)


@saved_model("OtherTags")
def other_tags(folder):
    """Triples under the tags `serve` and `special`, and has no graph under `serve` alone."""
    save_v1(folder, {("serve", "special"): 3.0})


@saved_model("TwoTagSets")
def two_tag_sets(folder):
    """Doubles under the tag `serve`, and triples under the tags `serve` and `special`."""
    save_v1(folder, {("serve",): 2.0, ("serve", "special"): 3.0})


def save_v1(folder, factors):
    builder = v1.saved_model.Builder(folder)
    for index, (tags, factor) in enumerate(factors.items()):
        with tf.Graph().as_default(), v1.Session() as session:
            x = vector("x")
            signatures = {"serving_default": predict(x=x, out=x * factor)}
            if index == 0:
                builder.add_meta_graph_and_variables(session, tags, signatures)
            else:
                builder.add_meta_graph(tags, signatures)
    builder.save()


def predict(out, **inputs):
    return v1.saved_model.predict_signature_def(inputs, {"out": out})


@saved_model("V1Saved")
def v1_saved(folder):
    """`x * 2 + 10`: the 2 is restored, the 10 is set by what runs after that."""
    with tf.Graph().as_default(), v1.Session() as session:
        x = vector("x")
        weight = v1.Variable(0.0, use_resource=False, name="weight")
        offset = v1.Variable(
            10.0, use_resource=False, name="offset", collections=[v1.GraphKeys.LOCAL_VARIABLES]
        )
        session.run(weight.assign(2.0))
        builder = v1.saved_model.Builder(folder)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {"serving_default": predict(x=x, out=weight * x + offset)},
            main_op=tf.group(offset.initializer, name="after_restore"),
        )
        builder.save()


@saved_model("KerasSaved")
def keras_saved(folder):
    """`[[1, 2], [3, 4], [5, 6]]` times the rows of x, plus `[10, 20]`."""
    dense = tf.keras.layers.Dense(2)
    model = tf.keras.Sequential([tf.keras.Input((3,), name="x"), dense])
    dense.set_weights([np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([10.0, 20.0])])
    model.export(folder, verbose=False)


# A custom operator.


def custom_op(library):
    operators = tf.load_op_library(library)

    def build():
        a, b = vector("a"), vector("b")
        return {"a": a, "b": b, "sum": operators.neuropod_test_fancy_add(a, b, name="sum")}

    return build


def start_compiler(library):
    # The headers use what they deprecate: as those of a system they do so in silence.
    flags = [flag.replace("-I", "-isystem", 1) for flag in tf.sysconfig.get_compile_flags()]
    command = [os.environ.get("CXX", "c++"), *flags, "-O1", "-shared", "-fPIC"]
    source = os.path.join(HERE, "custom_op.cc")
    return subprocess.Popen([*command, source, "-o", library, *tf.sysconfig.get_link_flags()])


def write_graph(name, build):
    with tf.Graph().as_default() as built:
        result = build()
        mapping, init = result if isinstance(result, tuple) else (result, [])
        config = {
            "node_name_mapping": {key: node_name(value) for key, value in mapping.items()},
            "init_op_names": [operation.name for operation in init],
        }
        content = built.as_graph_def().SerializeToString()
    with open(os.path.join(DIRECTORY, name + ".pb"), "wb") as file:
        file.write(content)
    with open(os.path.join(DIRECTORY, name + ".json"), "w") as file:
        json.dump(config, file)


def node_name(value):
    """A text is a name as the package's author wrote it."""
    return value if isinstance(value, str) else value.name


def main():
    tf.get_logger().setLevel("ERROR")
    library = os.path.join(DIRECTORY, "libfancy_add.so")
    compiler = start_compiler(library)
    for name, build in GRAPHS.items():
        write_graph(name, build)
    for name, write in SAVED_MODELS.items():
        write(os.path.join(DIRECTORY, name))
    if compiler.wait() != 0:
        sys.exit("the custom operator does not compile")
    write_graph("CustomOp", custom_op(library))


main()
