"""Prints basic-pitch's contour, note and onset posteriors as raw float32, from TensorFlow run directly.

    python basic_pitch_outputs.py SAVED_MODEL WINDOWS

WINDOWS is a file of windows of 43844 samples as raw float32. Each output follows whole on the one before.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

WINDOW = 43844


def main(directory, file):
    windows = np.fromfile(file, dtype="<f4").reshape(-1, WINDOW, 1)
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        # Keras 3 lacks the optimizer that the file names, so `tf.saved_model.load` refuses it.
        signature = v1.saved_model.load(session, ["serve"], directory).signature_def["serving_default"]
        outputs = [signature.outputs[name].name for name in ("contour", "note", "onset")]
        for output in session.run(outputs, {signature.inputs["input_2"].name: windows}):
            sys.stdout.buffer.write(output.astype("<f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
