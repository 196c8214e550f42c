"""Writes TorchScript models of the benchmarks into a folder, a file for each name.

    python make_torch_models.py FOLDER NAME...

`tensors-100` has a hundred inputs, and `weights-256` has 256 MiB of weights.
"""

import importlib.util
import pathlib
import sys
import tempfile
from typing import Dict, List

import torch


class Small(torch.nn.Module):
    """Two small tensors in, one out."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x + y}


class Image(torch.nn.Module):
    """The mean colour of one pixel in ten thousand: nearly all of the time goes into passing the image."""

    def forward(self, image: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": image[::100, ::100].to(torch.float32).mean([0, 1])}


class Large(torch.nn.Module):
    """Returns its input: whatever a call costs on top of that is a copy."""

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x}


class Strings(torch.nn.Module):
    """Returns its input."""

    def forward(self, x: List[str]) -> Dict[str, List[str]]:
        return {"out": x}


class Perceptron(torch.nn.Module):
    """Three layers for digits of 28 × 28 pixels."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(784, 256),
            torch.nn.ReLU(),
            torch.nn.Linear(256, 256),
            torch.nn.ReLU(),
            torch.nn.Linear(256, 10),
        )

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": self.layers(x)}


class Weights(torch.nn.Module):
    """Weights of so many MiB, to be loaded."""

    def __init__(self, mebibytes: int):
        super().__init__()
        self.layers = torch.nn.ParameterList([torch.rand(1024, 1024) for _ in range(mebibytes // 4)])

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x}


MODULE_WITH_INPUTS = """
from typing import Dict

import torch


class Tensors(torch.nn.Module):
    def forward(self, {arguments}) -> Dict[str, torch.Tensor]:
        return {{"out": {first} + {last}}}
"""


def tensors(count):
    """A model with so many inputs, which adds the first and the last: nearly all of the time goes into passing them."""
    names = [f"x{index}" for index in range(count)]
    arguments = ", ".join(f"{name}: torch.Tensor" for name in names)
    # TorchScript reads a module's source, which must be in a file.
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"tensors_{count}.py"
        path.write_text(MODULE_WITH_INPUTS.format(arguments=arguments, first=names[0], last=names[-1]))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return torch.jit.script(module.Tensors())


def make(name):
    kind, _, number = name.partition("-")
    if kind == "many":
        return tensors(100)
    if kind == "tensors":
        return tensors(int(number))
    modules = {"small": Small, "image": Image, "large": Large, "strings": Strings, "perceptron": Perceptron}
    return torch.jit.script(Weights(int(number)) if kind == "weights" else modules[kind]())


def main(folder, *names):
    for name in names:
        make(name).save(str(pathlib.Path(folder) / f"{name}.pt"))


if __name__ == "__main__":
    main(*sys.argv[1:])
