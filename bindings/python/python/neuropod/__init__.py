"""Package a deep-learning model once, and run it through one API whatever framework it was built in.

>>> import neuropod, numpy as np
>>> model = neuropod.load_neuropod("addition.neuropod")  # doctest: +SKIP
>>> model.infer({"x": np.float32([1, 2]), "y": np.float32([3, 4])})["out"]  # doctest: +SKIP
array([4., 6.], dtype=float32)
"""

from neuropod._errors import NeuropodError, NeuropodValueError
from neuropod._native import __version__
from neuropod.loader import Neuropod, load_neuropod
from neuropod.packagers import (
    create_keras_neuropod,
    create_python_neuropod,
    create_pytorch_neuropod,
    create_tensorflow_neuropod,
    create_torchscript_neuropod,
    infer_keras_input_spec,
    infer_keras_output_spec,
)

__all__ = [
    "Neuropod",
    "NeuropodError",
    "NeuropodValueError",
    "__version__",
    "create_keras_neuropod",
    "create_python_neuropod",
    "create_pytorch_neuropod",
    "create_tensorflow_neuropod",
    "create_torchscript_neuropod",
    "infer_keras_input_spec",
    "infer_keras_output_spec",
    "load_neuropod",
]
