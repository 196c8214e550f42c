"""Models in Python, called with nothing in between."""

from __future__ import annotations

import importlib.util
import os
import zipimport
from pathlib import Path
from typing import Any

import torch
from inputs import Inputs
from turns import Call


def references(folder: Path, case: str, inputs: Inputs) -> dict[str, Call]:
    """The package's own function, or its module of PyTorch's with NumPy in and out."""
    model = _model(folder / f"{case}.neuropod", case.replace("-", "_"))
    if not isinstance(model, torch.nn.Module):
        return {"the function itself": lambda: model(**inputs)}

    def call() -> dict[str, Any]:
        with torch.inference_mode():
            outputs = model(**{name: torch.from_numpy(array) for name, array in inputs.items()})
            return {name: tensor.numpy() for name, tensor in outputs.items()}

    return {"the module itself": call}


def _model(package: Path, name: str) -> Any:
    """What the entrypoint in the package returns."""
    spec = zipimport.zipimporter(f"{package}/0/code").find_spec(name)
    assert spec and spec.loader, f"{package} has no code"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    weights = os.environ.get("NEUROPOD_SPEAKER_ENCODER", "")
    return module.get_model(os.path.dirname(weights))
