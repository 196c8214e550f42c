"""Three layers for digits of 28 × 28 pixels."""

import numpy as np

SIZES = [784, 256, 256, 10]


def get_model(data):
    random = np.random.default_rng(0)
    layers = [
        random.normal(0.0, inward**-0.5, (inward, outward)).astype(np.float32)
        for inward, outward in zip(SIZES, SIZES[1:])
    ]

    def perceptron(x):
        for layer in layers[:-1]:
            x = np.maximum(x @ layer, 0.0)
        return {"out": x @ layers[-1]}

    return perceptron
