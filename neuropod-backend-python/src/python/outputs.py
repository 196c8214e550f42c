"""Makes arrays of what models return."""

import collections.abc
import re
import sys

import numpy

ARRAY, STRINGS, MISMATCH = 0, 1, 2

_MOST_AXES = 64  # of NumPy's arrays; a list can even hold itself
_KINDS = {bool: "b", int: "iuf", float: "f"}  # of the types that a scalar can become


def as_dict(values):
    """A dict of a mapping that is none, or a text that says what came instead."""
    if isinstance(values, collections.abc.Mapping):
        return dict(values)
    return (
        f"the model returned {_describe(values)}, and a dict of its outputs by their names is needed, "
        'for instance {"out": out}'
    )


def convert(value, name, dtype, alone):
    """`(ARRAY, array, free)`: a plain array in native byte order, of bfloat16's bits for that. `free` says
    whether its memory is the array's alone; None if its references tell. `(STRINGS, list, shape)`: texts or
    bytes. `(MISMATCH, text, None)`: the value is none of this. `alone` says whether nothing but the dict that
    was returned refers to the value."""
    if _is_torch(value):
        return _from_tensor(value, name, dtype, alone)
    if dtype == "string":
        return _strings(value, name)
    if isinstance(value, numpy.ndarray):
        return _from_array(value, name, dtype)
    if isinstance(value, numpy.generic):
        return _from_array(numpy.asarray(value), name, dtype)
    if type(value) in _KINDS:
        return _from_scalar(value, name, dtype)
    return _mismatch(value, name, dtype)


def _from_array(array, name, dtype):
    found = array.dtype
    if _name(found) != dtype:
        return _mismatch(array, name, dtype)
    if type(array) is not numpy.ndarray:
        array = array.view(numpy.ndarray)  # a matrix, or memory that is mapped
    if dtype == "bfloat16":
        array = array.view(numpy.uint16)
    if not array.dtype.isnative:
        return ARRAY, array.astype(array.dtype.newbyteorder("="), order="C"), None
    if not (array.flags.c_contiguous and array.flags.aligned):
        # `ascontiguousarray` makes scalars vectors.
        return ARRAY, array.copy(order="C"), None
    return ARRAY, array, None


def _from_scalar(value, name, dtype):
    wanted = _dtype(dtype)
    kind = "f" if dtype == "bfloat16" else wanted.kind
    if kind not in _KINDS[type(value)]:
        return _mismatch(value, name, dtype)
    # NumPy 1 would wrap it.
    if kind in "iu" and not numpy.iinfo(wanted).min <= value <= numpy.iinfo(wanted).max:
        return _mismatch(value, name, dtype)
    try:
        array = numpy.array(value, dtype=wanted)
    except OverflowError:
        return _mismatch(value, name, dtype)
    return ARRAY, array.view(numpy.uint16) if dtype == "bfloat16" else array, None


def _strings(value, name):
    if isinstance(value, (str, bytes)):
        return STRINGS, [value], []
    array = value
    if isinstance(value, (list, tuple)):
        array = _array_of_texts(value)
    if not isinstance(array, (numpy.ndarray, numpy.generic)):
        return _mismatch(value, name, "string")
    array = numpy.asarray(array)
    if array.dtype.kind == "U":
        array = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        return ARRAY, array if array.flags.c_contiguous and array.flags.aligned else array.copy(order="C"), None
    if array.dtype.kind not in "SOT":
        return _mismatch(value, name, "string")
    texts = array.ravel().tolist()
    for text in texts:
        if not isinstance(text, (str, bytes)):
            return MISMATCH, f"the output `{name}` should hold strings, and holds {_describe(text)}", None
    return STRINGS, texts, list(array.shape)


def _array_of_texts(values):
    """An array of objects, which keeps every text as it is."""
    shape, level = [], values
    while isinstance(level, (list, tuple)) and len(shape) <= _MOST_AXES:
        shape.append(len(level))
        level = level[0] if level else None
    try:
        array = numpy.empty(shape, dtype=object)
        array[...] = values if values else array
    except ValueError:
        return None  # lists of different lengths, or too deep
    return array


def _is_torch(value):
    # Another thread may be importing PyTorch, whose parts come one by one.
    return isinstance(value, getattr(sys.modules.get("torch"), "Tensor", ()))


def _from_tensor(tensor, name, dtype, alone):
    import torch

    if tensor.layout is not torch.strided or tensor.is_quantized:
        return (
            MISMATCH,
            f"the output `{name}` is {_describe(tensor)}, and a dense tensor is needed: `to_dense()` or "
            "`dequantize()` gives one",
            None,
        )
    if str(tensor.dtype) != f"torch.{dtype}":
        return _mismatch(tensor, name, dtype)
    free = alone and _is_only_use(torch, tensor)
    dense = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    free = free or dense.data_ptr() != tensor.data_ptr()
    if dtype == "bfloat16":
        dense = dense.view(torch.int16)
    return ARRAY, dense.numpy(), free


def _is_only_use(torch, tensor):
    """Whether a tensor that nothing else in Python refers to is alone with its memory. If this PyTorch does
    not tell, it is not."""
    storage = tensor.untyped_storage()
    # Memory that is not PyTorch's own, as that of an array of NumPy's, cannot grow.
    try:
        if not storage.resizable() or tensor._use_count() != 1:
            return False
        return torch._C._storage_Use_Count(storage._cdata) == 2  # `storage` is one
    except AttributeError:
        return False


def _mismatch(value, name, dtype):
    text = f"the output `{name}` should be {dtype}, and the model returned {_describe(value)}"
    return MISMATCH, text + _hint(value, dtype), None


def _hint(value, dtype):
    """How the value would become what it should be."""
    if dtype == "string":
        return ""
    if _is_torch(value):
        return f": convert it with `.to(torch.{dtype})`"
    if dtype == "bfloat16":
        return ""
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return f': convert it with `.astype("{dtype}")`'
    if isinstance(value, (list, tuple)):
        return f': make an array of it with `numpy.array(..., dtype="{dtype}")`'
    return ""


def _describe(value):
    """What a value is, for an error."""
    if isinstance(value, numpy.ndarray):
        return f"an array of {_name(value.dtype)} with the shape {list(value.shape)}"
    if _is_torch(value):
        return f"a tensor of {str(value.dtype).removeprefix('torch.')} with the shape {list(value.shape)}"
    if value is None:
        return "None"
    try:
        text = re.sub(r"_neuropod_package_\d+\.", "", repr(value))
    except Exception:
        return f"a value of type {type(value).__name__}"
    return f"a value of type {type(value).__name__} ({text if len(text) <= 60 else text[:57] + '...'})"


def _name(dtype):
    return {"U": "text", "T": "text", "S": "bytes"}.get(dtype.kind, dtype.name)


def _dtype(name):
    if name != "bfloat16":
        return numpy.dtype(name)
    import ml_dtypes

    return numpy.dtype(ml_dtypes.bfloat16)
