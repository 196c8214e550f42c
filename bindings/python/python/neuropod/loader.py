"""Loading packages and running their models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from neuropod import _native
from neuropod._errors import NeuropodValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["NativeNeuropodExecutor", "Neuropod", "TensorSpec", "load_neuropod"]

OutputType = Literal["numpy", "torch", "dlpack"]


class TensorSpec(TypedDict):
    """One input or output of a model.

    ``shape`` has an entry for each axis: its size, a symbol that stands for the same size wherever it is in a call, or
    ``None`` for any size.
    """

    name: str
    dtype: str
    shape: list[int | str | None]


class _GpuIfThere:
    """The default of ``visible_gpu``."""

    def __repr__(self) -> str:
        return "the first, if there is one"


_GPU_IF_THERE = _GpuIfThere()


class Neuropod(_native.Model):
    """A model with its problem definition: loaded once, run from any thread.

    ``load_neuropod`` makes it. As a context manager it does nothing but look tidy: memory is given back when the
    last reference is gone. Pickling keeps the package's path and the options, and loads it again elsewhere.

    Attributes:
        name: The model's name.
        platform: What it was packaged for: ``"torchscript"``, ``"tensorflow"`` or ``"python"`` for instance.
        backend: The name and version of the backend that runs it.
        inputs: The specs of the inputs, as ``TensorSpec`` says.
        outputs: The specs of the outputs.
        path: The package's path.
    """

    path: str
    _options: dict[str, Any]
    _output_type: OutputType

    def __new__(cls, path: str, options: dict[str, Any], output_type: OutputType) -> Self:
        """Used by ``load_neuropod``."""
        self = super().__new__(cls, path, options, output_type)
        self.path = path
        self._options = options
        self._output_type = output_type
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        return _load_again, (type(self), os.path.abspath(self.path), self._options, self._output_type)

    def __repr__(self) -> str:
        from neuropod._display import text

        return text(self)

    def _repr_html_(self) -> str:
        from neuropod._display import html

        return html(self)



# The original Neuropod's name for it.
NativeNeuropodExecutor = Neuropod


def _load_again(kind: type[Neuropod], path: str, options: dict[str, Any], output_type: OutputType) -> Neuropod:
    return kind(path, options, output_type)


def load_neuropod(
    neuropod_path: str | os.PathLike[str],
    _always_use_native: bool = True,
    *,
    visible_gpu: int | None | _GpuIfThere = _GPU_IF_THERE,
    device: str | None = None,
    load_custom_ops: bool = True,
    intra_op_threads: int | None = None,
    inter_op_threads: int | None = None,
    validate: bool = True,
    separate_symbols: bool = False,
    integrity: Literal["verify", "require", "skip"] = "verify",
    lazy: bool = False,
    version_range: str | None = None,
    backend_options: Mapping[str, str] | None = None,
    plugin_paths: Iterable[str | os.PathLike[str]] = (),
    output_type: OutputType = "numpy",
) -> Neuropod:
    """Loads a package, a directory or a zip file.

    Args:
        neuropod_path: Where the package is.
        visible_gpu: The GPU that the model runs on, counted from 0, if that is there and the framework can use it;
            otherwise it runs on the CPU. ``None`` is the CPU.
        device: A device that is required: ``"cpu"``, ``"cuda"`` or ``"cuda:1"``. If it is not there, that is an
            error. Not together with ``visible_gpu``.
        load_custom_ops: Whether a package may bring operators of its own, which are native code. If not, such a
            package is refused.
        intra_op_threads: The number of threads within one operator; the framework chooses by default.
        inter_op_threads: The number of threads for independent operators; the framework chooses by default.
        validate: Whether inputs and outputs are held against the spec.
        separate_symbols: Whether a symbol may have one size among the inputs and another among the outputs, as in the
            original Neuropod.
        integrity: Whether the files are held against the package's manifest if it has one (``"verify"``), must have
            one (``"require"``), or are taken as they are (``"skip"``).
        lazy: Whether the model is loaded with the first call, or by ``load_model``, instead of now.
        version_range: Takes a framework in these versions, as npm writes ranges, instead of in the package's.
        backend_options: Options of the backend, by the names in its documentation.
        plugin_paths: Plugins that are looked at before others: folders, or libraries.
        output_type: What outputs are returned as: ``"numpy"``, ``"torch"``, or ``"dlpack"`` for objects that
            ``from_dlpack`` of any library takes. Strings are always arrays of NumPy.

    Raises:
        NeuropodError: The package or its model cannot be loaded; ``kind`` and ``context`` say why and where.
        NeuropodValueError: An argument is wrong.

    >>> from neuropod.loader import load_neuropod
    >>> with load_neuropod(addition_path) as model:
    ...     print(model.name, model.platform)
    ...     outputs = model.infer({"x": [1.0, 2.0], "y": [3.0, 4.0]})
    addition python
    >>> outputs["out"]
    array([4., 6.], dtype=float32)
    """
    if not _always_use_native:
        raise ValueError("_always_use_native=False has been removed: there is one implementation; leave it out")
    if device is not None and not isinstance(visible_gpu, _GpuIfThere):
        raise NeuropodValueError("`device` and `visible_gpu` say the same: give one of them")
    options: dict[str, Any] = {
        "device": device,
        "visible_gpu": None if device is not None else _gpu(visible_gpu),
        "intra_op_threads": intra_op_threads,
        "inter_op_threads": inter_op_threads,
        "load_custom_ops": load_custom_ops,
        "validate": validate,
        "separate_symbols": separate_symbols,
        "integrity": integrity,
        "lazy": lazy,
        "version_range": version_range,
        "backend_options": dict(backend_options or {}),
        "plugin_paths": [os.fspath(path) for path in plugin_paths],
    }
    return Neuropod(os.fspath(neuropod_path), options, output_type)


def _gpu(visible_gpu: int | None | _GpuIfThere) -> int:
    """The number of a GPU, or -1 for the CPU."""
    if isinstance(visible_gpu, _GpuIfThere):
        return 0
    if visible_gpu is None:
        return -1
    if isinstance(visible_gpu, bool) or visible_gpu < 0:
        raise NeuropodValueError(f"visible_gpu is {visible_gpu!r}: expected a number from 0, or None for the CPU")
    return visible_gpu


if __name__ == "__main__":
    import sys

    sys.exit(
        "`python -m neuropod.loader` has been replaced by the command `neuropod infer`, which takes arrays of NumPy "
        "instead of pickles:\n  neuropod infer model.neuropod x=@x.npy y=@y.npy --output outputs.npz\n"
        "`neuropod infer --help` has the rest."
    )
