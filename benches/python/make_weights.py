"""Writes `weights.pt`, 64 MiB of weights of PyTorch's, into a folder.

    python make_weights.py FOLDER
"""

import pathlib
import sys

import torch


def main(folder):
    weights = {str(index): torch.rand(1024, 1024) for index in range(16)}
    torch.save(weights, str(pathlib.Path(folder) / "weights.pt"))


if __name__ == "__main__":
    main(*sys.argv[1:])
