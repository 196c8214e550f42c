"""The mean colour of one pixel in ten thousand: nearly all of the time goes into passing the image."""

import numpy as np


def get_model(data):
    def mean_colour(image):
        return {"out": image[::100, ::100].mean(axis=(0, 1), dtype=np.float32)}

    return mean_colour
