"""Writes the addition model of the README as a TorchScript file.

    python make_addition_model.py addition.pt

Inputs: `x` and `y`, float32 tensors of one shape. Output: a dict with `out`, their sum.
"""

import sys
from typing import Dict

import torch


class Addition(torch.nn.Module):
    """Adds two tensors."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x + y}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.jit.script(Addition()).save(sys.argv[1])


if __name__ == "__main__":
    main()
