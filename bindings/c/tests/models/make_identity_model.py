"""Writes the model of the package `identity-torchscript.neuropod` of the tests as a TorchScript file.

    python make_identity_model.py identity.pt

Input: `x`, a tensor. Output: a dict with `out`, the same tensor, not a copy of it.
"""

import sys
from typing import Dict

import torch


class Identity(torch.nn.Module):
    """Returns what it is given."""

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"out": x}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.jit.script(Identity()).save(sys.argv[1])


if __name__ == "__main__":
    main()
