"""Calls what an entrypoint returned: its parameters, its device, PyTorch's tensors."""

import inspect
import sys
import warnings

import numpy


def prepare(model, how, specs, device, copies, threads):
    """What is called with arrays by the inputs' names, and what is known of its parameters.

    `how` is `auto`, `numpy` or `torch`; `specs` are `(name, dtype, on the device)`; `device` is the name of
    a device of PyTorch's, for modules. `copies` says that arrays can be written. The result is
    `(callable, required, unknown, adapters, known)`: the names of inputs that must be there, the names that it
    does not take, for each input a function that makes of the array what the model gets, or None, and the names
    that it takes. A text instead says what is wrong.
    """
    if not callable(model):
        return f"the entrypoint returned {type(model).__name__}, and a function or an nn.Module is needed"
    torch = _torch_of(model, how)
    required, unknown, known = _parameters(_called(model, torch), [name for name, _, _ in specs])
    if torch is None:
        adapters = [_adapter(dtype) for _, dtype, _ in specs]
        return model, required, unknown, adapters, known
    _warn_in_vain(torch)
    if threads:
        torch.set_num_threads(threads)
    if isinstance(model, torch.nn.Module):
        model.to(device)
    called = TorchModel(torch, model, specs, device, copies)
    return called, required, unknown, [None] * len(specs), known


def cuda_devices():
    """The number of CUDA devices that PyTorch can use; a text if PyTorch is not there."""
    try:
        import torch
    except ImportError as error:
        return f"PyTorch, which models use GPUs with, cannot be imported ({error})"
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def is_module(model):
    # Another thread may be importing PyTorch, whose parts come one by one.
    nn = getattr(sys.modules.get("torch"), "nn", None)
    return isinstance(model, getattr(nn, "Module", ()))


class TorchModel:
    """Hands tensors of PyTorch's to a model, over the arrays' own memory."""

    def __init__(self, torch, model, specs, device, copies):
        self._torch = torch
        self._model = model
        self._dtypes = {name: dtype for name, dtype, _ in specs}
        self._devices = {name: device if moves else "cpu" for name, _, moves in specs}
        self._copies = copies
        # PyTorch has no tensors that cannot be written. The first call gets copies, and shows whether the
        # model writes to its inputs; if so, it gets copies for ever.
        self._writes = True
        self._tried = False

    def __call__(self, /, **arrays):
        are_copies = self._writes  # another thread may change it meanwhile
        # Tensors that are made in inference mode count no writes.
        tensors = {name: self._tensor(name, array, are_copies) for name, array in arrays.items()}
        watched = [(name, t, t._version) for name, t in tensors.items() if self._is_watched(t)]
        with self._torch.inference_mode():
            outputs = self._model(**tensors)
        if not self._copies:
            self._note([name for name, tensor, version in watched if tensor._version != version], are_copies)
        return outputs

    def _note(self, written, were_copies):
        self._writes = bool(written) or (self._writes and self._tried)
        self._tried = True
        if written and not were_copies:
            raise RuntimeError(
                f"the model wrote to its input `{written[0]}`, which it had not done in its first call, and so "
                "changed the caller's tensor; set the option `python.copy_inputs` to `true`"
            )

    def _is_watched(self, tensor):
        # A caller of Python's may be in inference mode itself.
        return isinstance(tensor, self._torch.Tensor) and not tensor.is_inference()

    def _tensor(self, name, array, copied):
        if array.dtype.kind in "UO":
            return array.tolist()
        torch = self._torch
        if self._dtypes[name] == "bfloat16":
            tensor = torch.from_numpy(array.view(numpy.int16)).view(torch.bfloat16)
        else:
            tensor = torch.from_numpy(array)
        if copied and not self._copies:
            tensor = tensor.clone()
        device = self._devices[name]
        return tensor if device == "cpu" else tensor.to(device)


def _warn_in_vain(torch):
    """PyTorch warns once in a process of memory that cannot be written, which is looked after here."""
    array = numpy.zeros(1)
    array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        torch.from_numpy(array)


def _torch_of(model, how):
    """PyTorch, if the model gets its tensors."""
    if how == "torch" or (how == "auto" and is_module(model)):
        import torch

        return torch
    return None


def _called(model, torch):
    """Where the names of the parameters are."""
    if torch is not None and isinstance(model, torch.nn.Module):
        return model.forward
    return model


def _parameters(called, names):
    """The inputs that must be given, those that the model does not take, and those that it takes."""
    try:
        parameters = inspect.signature(called).parameters
    except (TypeError, ValueError):
        return [], [], []  # a callable without a signature takes what it takes
    kinds = {name: parameter.kind for name, parameter in parameters.items()}
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    takes_any = inspect.Parameter.VAR_KEYWORD in kinds.values()
    required = [
        name
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and parameter.kind not in several
    ]
    known = [name for name, kind in kinds.items() if kind in by_name]
    unknown = [] if takes_any else [name for name in names if name not in known]
    return required, unknown, known


def _adapter(dtype):
    """NumPy has no bfloat16: `ml_dtypes` adds one, and PyTorch has its own."""
    if dtype != "bfloat16":
        return None
    try:
        import ml_dtypes

        bfloat16 = numpy.dtype(ml_dtypes.bfloat16)
        return lambda array: array.view(bfloat16)
    except ImportError:
        pass
    try:
        import torch
    except ImportError:
        raise ImportError(
            "bfloat16 needs the distribution `ml_dtypes` or PyTorch: "
            f"`{sys.executable} -m pip install ml_dtypes`"
        ) from None
    return lambda array: torch.from_numpy(array.view(numpy.int16).copy()).view(torch.bfloat16)
