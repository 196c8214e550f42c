"""Writes the TorchScript models that the benchmarks run into a folder.

    python make_models.py FOLDER
"""

import pathlib
import sys
from typing import Dict

import torch


class Addition(torch.nn.Module):
    """Two small tensors in, one out."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x + y}


class Identity(torch.nn.Module):
    """Returns its input: whatever a call costs on top of that is a copy."""

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x}


class Weights(torch.nn.Module):
    """256 MiB of weights, to be loaded."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ParameterList([torch.rand(1024, 1024) for _ in range(64)])

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x}


def main(folder):
    for module in (Addition(), Identity(), Weights()):
        path = pathlib.Path(folder) / f"{type(module).__name__.lower()}.pt"
        torch.jit.script(module).save(str(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
