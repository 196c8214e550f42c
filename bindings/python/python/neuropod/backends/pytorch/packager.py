"""Packaging modules of PyTorch as Python code."""

from neuropod.backends.python.packager import create_python_neuropod

__all__ = ["create_pytorch_neuropod"]

create_pytorch_neuropod = create_python_neuropod
