"""Packaging models.

>>> from neuropod.packagers import create_torchscript_neuropod
>>> create_torchscript_neuropod(  # doctest: +SKIP
...     neuropod_path="addition.neuropod",
...     model_name="addition",
...     input_spec=[
...         {"name": "x", "dtype": "float32", "shape": ("n",)},
...         {"name": "y", "dtype": "float32", "shape": ("n",)},
...     ],
...     output_spec=[{"name": "out", "dtype": "float32", "shape": ("n",)}],
...     module=torch.jit.script(Addition()),
...     test_input_data={"x": [1.0, 2.0], "y": [3.0, 4.0]},
...     test_expected_out={"out": [4.0, 6.0]},
... )
"""

from neuropod.backends.keras.packager import create_keras_neuropod, infer_keras_input_spec, infer_keras_output_spec
from neuropod.backends.python.packager import create_python_neuropod
from neuropod.backends.pytorch.packager import create_pytorch_neuropod
from neuropod.backends.tensorflow.packager import create_tensorflow_neuropod
from neuropod.backends.torchscript.packager import create_torchscript_neuropod

__all__ = [
    "create_keras_neuropod",
    "create_python_neuropod",
    "create_pytorch_neuropod",
    "create_tensorflow_neuropod",
    "create_torchscript_neuropod",
    "infer_keras_input_spec",
    "infer_keras_output_spec",
]
