"""Packaging TorchScript modules."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Common, CommonArguments, Path, Spec, packager
from neuropod._packaging.write import write

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["create_torchscript_neuropod"]


@packager
def create_torchscript_neuropod(
    neuropod_path: Path,
    model_name: str,
    input_spec: Spec,
    output_spec: Spec,
    module: Any = None,
    module_path: Path | None = None,
    **common: Unpack[CommonArguments],
) -> None:
    """Packages a TorchScript module, which takes its inputs by their names and returns a dictionary of the outputs.

    Args:
        {first_arguments}
        module: What ``torch.jit.script`` or ``torch.jit.trace`` returned. Either this or ``module_path`` is given.
        module_path: A file that ``torch.jit.save`` wrote.
        {common_arguments}

    Raises:
        {failures}
    """
    if (module is None) == (module_path is None):
        raise NeuropodValueError("Exactly one of 'module' and 'module_path' must be provided.")
    with tempfile.TemporaryDirectory(prefix="neuropod-") as folder:
        file = _save(module, folder) if module_path is None else os.fspath(module_path)
        model = {"kind": "torchscript", "file": file}
        write(neuropod_path, model_name, "torchscript", input_spec, output_spec, model, Common(**common))


def _save(module: Any, folder: str) -> str:
    import torch

    if not isinstance(module, torch.jit.ScriptModule):
        raise NeuropodValueError(
            f"`module` is of type {type(module).__name__}: expected what torch.jit.script or torch.jit.trace returns; "
            "other modules of PyTorch are packaged by create_pytorch_neuropod"
        )
    file = os.path.join(folder, "model.pt")
    torch.jit.save(module, file)
    return file
