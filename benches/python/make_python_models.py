"""Writes what the benchmarks' models in Python load into a folder.

    python make_python_models.py FOLDER NAME...

The models themselves are the modules in `models`. `weights-64` loads 64 MiB of weights of PyTorch's; the others load
nothing.
"""

import pathlib
import sys

import torch


def main(folder, *names):
    for name in names:
        kind, _, mebibytes = name.partition("-")
        if kind == "weights":
            weights = {str(index): torch.rand(1024, 1024) for index in range(int(mebibytes) // 4)}
            torch.save(weights, str(pathlib.Path(folder) / f"{name}.pt"))


if __name__ == "__main__":
    main(*sys.argv[1:])
