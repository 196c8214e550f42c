"""Writes the TensorFlow graphs that the benchmark of executors runs into a folder.

    python make_tf_graphs.py FOLDER

Each is a frozen GraphDef whose inputs and output are the nodes of those names.
"""

import os
import pathlib
import sys

# TensorFlow prints a line about oneDNN, whatever the log level.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1

GRAPHS = {}
RANDOM = np.random.default_rng(0)


def graph(build):
    """Registers what builds a graph in the default graph and returns what becomes `out`."""
    return GRAPHS.setdefault(build.__name__, build)


def weights(*shape):
    """A deviation that keeps sums of products at the size of what is multiplied."""
    deviation = np.prod(shape[:-1]) ** -0.5
    return tf.constant(RANDOM.normal(0.0, deviation, shape), tf.float32)


def rows(columns, name="x"):
    return v1.placeholder(tf.float32, [None, columns], name)


def dense(x, units):
    return tf.matmul(x, weights(x.shape[-1], units)) + tf.zeros([units])


@graph
def addition():
    x, y = (v1.placeholder(tf.float32, [None], name) for name in "xy")
    return tf.add(x, y, "out")


@graph
def identity():
    """Returns its input: whatever a call costs on top of that is a copy."""
    return tf.identity(v1.placeholder(tf.float32, [None], "x"), "out")


def chains(count):
    """Chains of six products that do not depend on each other, summed."""
    x = rows(256)
    ends = [x] * count
    for _ in range(6):
        ends = [tf.matmul(end, weights(256, 256)) for end in ends]
    return tf.add_n(ends)


@graph
def narrow():
    return chains(1)


@graph
def wide():
    return chains(8)


@graph
def perceptron():
    """Three layers for digits of 28 × 28 pixels."""
    return dense(tf.nn.relu(dense(tf.nn.relu(dense(rows(784), 256)), 256)), 10)


@graph
def towers():
    """Two small towers whose ends are multiplied, as recommenders have them."""
    x = rows(32)
    user, item = (dense(tf.nn.relu(dense(x, 64)), 32) for _ in range(2))
    return tf.reduce_sum(user * item, axis=1)


@graph
def lstm():
    """Sixteen steps of a cell of 128 units, its gates in one product."""
    x = v1.placeholder(tf.float32, [None, 16, 64], "x")
    kernel = weights(64 + 128, 4 * 128)
    state = output = tf.zeros([tf.shape(x)[0], 128])
    for step in range(16):
        gates = tf.split(tf.matmul(tf.concat([x[:, step], output], 1), kernel), 4, axis=1)
        inward, forget, outward = (tf.sigmoid(gate) for gate in gates[:3])
        state = forget * state + inward * tf.tanh(gates[3])
        output = outward * tf.tanh(state)
    return output


@graph
def lstm_of_gates():
    """The same with a product for each gate, and for the input and the state."""
    x = v1.placeholder(tf.float32, [None, 16, 64], "x")
    kernels = [(weights(64, 128), weights(128, 128)) for _ in range(4)]
    state = output = tf.zeros([tf.shape(x)[0], 128])
    for step in range(16):
        gates = [tf.matmul(x[:, step], inner) + tf.matmul(output, outer) for inner, outer in kernels]
        inward, forget, outward = (tf.sigmoid(gate) for gate in gates[:3])
        state = forget * state + inward * tf.tanh(gates[3])
        output = outward * tf.tanh(state)
    return output


@graph
def attention():
    """Self-attention of one head of 64, over 16 words."""
    x = v1.placeholder(tf.float32, [None, 16, 64], "x")
    query, key, value = (tf.einsum("bij,jk->bik", x, weights(64, 64)) for _ in range(3))
    return tf.matmul(tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / 8.0), value)


@graph
def residual():
    """A block of a residual network: three convolutions, and one around them."""
    x = v1.placeholder(tf.float32, [None, 28, 28, 128], "x")
    y = tf.nn.relu(tf.nn.conv2d(x, weights(1, 1, 128, 64), 1, "SAME"))
    y = tf.nn.relu(tf.nn.conv2d(y, weights(3, 3, 64, 64), 2, "SAME"))
    y = tf.nn.conv2d(y, weights(1, 1, 64, 256), 1, "SAME")
    return tf.nn.relu(y + tf.nn.conv2d(x, weights(1, 1, 128, 256), 2, "SAME"))


@graph
def product():
    """One product that is worth several threads."""
    return tf.matmul(rows(1024), weights(1024, 1024))


def main(folder):
    for name, build in GRAPHS.items():
        with tf.Graph().as_default() as built:
            end = build()
            if end.op.name != "out":
                tf.identity(end, "out")
        (pathlib.Path(folder) / f"{name}.pb").write_bytes(built.as_graph_def().SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])
