"""What the models are called with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Inputs = dict[str, NDArray[Any]]


def inputs_of(case: str) -> Inputs:
    """A case's inputs, in the order of the model's own."""
    if case == "small":
        return {"x": np.array([1, 2, 3, 4], np.float32), "y": np.array([5, 6, 7, 8], np.float32)}
    if case == "many":
        return {f"x{index}": _wave(10, 5) for index in range(100)}
    if case == "image":
        return {"image": np.arange(1200 * 1920 * 3).astype(np.uint8).reshape(1200, 1920, 3)}
    if case == "strings":
        return {"x": np.array([f"word {index}" for index in range(1000)])}
    if case == "silero-vad":
        return {"x": _wave(1, 512), "sr": np.array(16000)}
    if case == "basic-pitch":
        return {"input_2": _wave(1, 43844, 1)}
    if case == "speaker-encoder":
        return {"mels": _wave(1, 160, 40)}
    return {"x": _wave(16 << 20)}


def aligned(count: int) -> NDArray[np.float32]:
    """So many zeros in memory that is aligned to 64 bytes, which TensorFlow takes without a copy: NumPy's is to 16."""
    memory = np.zeros(4 * count + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start:][: 4 * count].view(np.float32)


def _wave(*shape: int) -> NDArray[np.float32]:
    """Sound of sorts."""
    return np.resize(np.sin(np.arange(1024) * 0.05), shape).astype(np.float32)
