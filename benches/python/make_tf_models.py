"""Writes TensorFlow graphs of the benchmarks into a folder, a file for each name.

    python make_tf_models.py FOLDER NAME...

Each is a frozen `GraphDef` whose inputs and output are the nodes of those names. `tensors-100` has a hundred inputs, and
`weights-256` has 256 MiB of weights.
"""

import os
import pathlib
import sys

# TensorFlow prints a line about oneDNN, whatever the log level.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def small():
    """Two small tensors in, one out."""
    x, y = (v1.placeholder(tf.float32, [None], name) for name in "xy")
    tf.add(x, y, "out")


def image():
    """The mean colour of one pixel in ten thousand: nearly all of the time goes into passing the image."""
    pixels = v1.placeholder(tf.uint8, [1200, 1920, 3], "image")
    tf.reduce_mean(tf.cast(pixels[::100, ::100], tf.float32), [0, 1], name="out")


def large():
    """Returns its input: whatever a call costs on top of that is a copy."""
    tf.identity(v1.placeholder(tf.float32, [None], "x"), "out")


def strings():
    """Returns its input."""
    tf.identity(v1.placeholder(tf.string, [None], "x"), "out")


def tensors(count):
    """So many inputs, of which the first and the last are added: nearly all of the time goes into passing them."""
    inputs = [v1.placeholder(tf.float32, [10, 5], f"x{index}") for index in range(count)]
    tf.add(inputs[0], inputs[-1], "out")


def perceptron():
    """Three layers for digits of 28 × 28 pixels."""
    layer = v1.placeholder(tf.float32, [None, 784], "x")
    for units in [256, 256]:
        layer = tf.nn.relu(dense(layer, units))
    tf.identity(dense(layer, 10), "out")


def dense(x, units):
    deviation = int(x.shape[-1]) ** -0.5
    weights = np.random.normal(0.0, deviation, (x.shape[-1], units))
    return tf.matmul(x, tf.constant(weights, tf.float32)) + tf.zeros([units])


def weights(mebibytes):
    """Weights of so many MiB, to be loaded."""
    x = v1.placeholder(tf.float32, [None], "x")
    random = np.random.default_rng(0)
    layers = [tf.constant(random.random((1024, 1024), np.float32)) for _ in range(mebibytes // 4)]
    tf.identity(x + 0.0 * tf.add_n([layer[0, 0] for layer in layers]), "out")


def build(name):
    kind, _, number = name.partition("-")
    if kind == "many":
        tensors(100)
    elif kind == "tensors":
        tensors(int(number))
    elif kind == "weights":
        weights(int(number))
    else:
        models = {"small": small, "image": image, "large": large, "strings": strings, "perceptron": perceptron}
        models[kind]()


def main(folder, *names):
    for name in names:
        with tf.Graph().as_default() as graph:
            build(name)
        (pathlib.Path(folder) / f"{name}.pb").write_bytes(graph.as_graph_def().SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])
