"""Writes the addition model as a TensorFlow graph.

    python make_addition_graph.py addition.pb

Nodes: the placeholders `x` and `y`, float32 vectors of one length, and `out`, their sum.
"""

import os
import sys

# TensorFlow prints a line about oneDNN, whatever the log level.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import tensorflow as tf


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None], name="x")
        y = tf.compat.v1.placeholder(tf.float32, [None], name="y")
        tf.add(x, y, name="out")
    with open(sys.argv[1], "wb") as file:
        file.write(graph.as_graph_def().SerializeToString())


if __name__ == "__main__":
    main()
