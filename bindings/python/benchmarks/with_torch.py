"""TorchScript, called with PyTorch alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from inputs import Inputs
from turns import Call


def references(folder: Path, case: str, inputs: Inputs) -> dict[str, Call]:
    """The compiled module called as PyTorch's documentation does, with NumPy in and out."""
    file = os.environ["NEUROPOD_SILERO_MODEL"] if case == "silero-vad" else folder / f"{case}.pt"
    module: Any = torch.jit.load(file, map_location="cpu").eval()  # type: ignore[no-untyped-call]
    plain = _call(module, case, [*inputs.values()])

    def in_inference_mode() -> Any:
        with torch.inference_mode():
            return plain()

    calls = {"torch.jit in inference_mode": in_inference_mode}
    return {**calls, "torch.jit": plain} if case == "small" else calls


def _call(module: Any, case: str, arrays: list[Any]) -> Call:
    first, *others = arrays
    if case == "small":
        second = others[0]
        return lambda: {"out": module(torch.from_numpy(first), torch.from_numpy(second))["out"].numpy()}
    if case == "many":
        return lambda: {"out": module(*[torch.from_numpy(array) for array in arrays])["out"].numpy()}
    if case == "strings":
        return lambda: {"out": np.array(module(first.tolist())["out"])}
    if case == "silero-vad":
        rate = int(others[0])
        return lambda: {"probability": module(torch.from_numpy(first), rate).numpy()}
    return lambda: {"out": module(torch.from_numpy(first))["out"].numpy()}
