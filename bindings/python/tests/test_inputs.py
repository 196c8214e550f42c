"""What a caller may give."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from support import DTYPES, identity, python_package, spec

import neuropod


def values(dtype: str) -> np.ndarray[Any, Any]:
    if dtype == "bool":
        return np.array([True, False, True])
    info: Any = np.finfo(dtype) if dtype.startswith("float") else np.iinfo(dtype)
    return np.array([info.min, 0, info.max], dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_comes_back_as_it_was(tmp_path, dtype):
    model = identity(tmp_path, dtype)
    returned = model.infer({"x": values(dtype)})["y"]
    assert returned.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(returned, values(dtype))


@pytest.mark.parametrize("dtype", ["int16", "uint32", "float16", "float64"])
def test_arrays_that_are_not_plain_are_copied_once(tmp_path, dtype):
    model = identity(tmp_path, dtype)
    wide = np.arange(20).astype(dtype)
    swapped = wide.astype(wide.dtype.newbyteorder())
    unaligned = np.frombuffer(b"\0" + wide.tobytes(), dtype=dtype, offset=1)
    for given in (wide[::2], wide[::-1], swapped, swapped[::3], unaligned):
        before = given.copy()
        returned = model.infer({"x": given})["y"]
        np.testing.assert_array_equal(returned, given)
        np.testing.assert_array_equal(given, before)
        assert not np.shares_memory(returned, given)
        assert returned.dtype.isnative


def test_axes_keep_their_order(tmp_path):
    model = identity(tmp_path, "float32", ("a", "b", None))
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    for given in (array, array.transpose(2, 0, 1), np.asfortranarray(array), array[:, ::2]):
        np.testing.assert_array_equal(model.infer({"x": given})["y"], given)


def test_empty_arrays_and_scalars(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert identity(tmp_path / "a", "int64", (None, 3)).infer({"x": np.empty((0, 3), np.int64)})["y"].shape == (0, 3)
    scalar = identity(tmp_path / "b", "float32", ())
    for given in (np.float32(2.5), np.array(2.5, np.float32), 2.5, 2):
        returned = scalar.infer({"x": given})["y"]
        assert (returned.shape, returned.dtype, returned) == ((), np.float32, given)


@pytest.mark.parametrize(
    ("dtype", "given"),
    [
        ("float32", [1, 2.5]),
        ("float32", (1, 2)),
        ("float64", [np.float32(1.5), 2]),
        ("uint8", [0, 255]),
        ("int64", range(3)),
        ("bool", [True, False]),
        ("float32", []),
        ("string", ["a", "é"]),
        ("string", []),
    ],
)
def test_lists_get_the_dtype_of_the_spec(tmp_path, dtype, given):
    returned = identity(tmp_path, dtype).infer({"x": given})["y"]
    assert list(returned) == list(given)
    assert returned.dtype.kind == "U" if dtype == "string" else returned.dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("dtype", "given", "told"),
    [
        ("uint8", [256], "uint8"),
        ("uint8", [-1], "uint8"),
        ("int32", [1.5], "expected to be of type int32, but was of type float64"),
        ("float32", [True], "expected to be of type float32, but was of type bool"),
        ("float32", [[1, 2], [3]], "do not have the shape of a tensor"),
        ("float32", ["1"], "expected to be of type float32, but was of type string"),
        ("string", [1], "expected to be of type string, but was of type int64"),
        ("float32", None, "a value of type NoneType cannot be a tensor"),
        ("float32", {"a": 1}, "a value of type dict cannot be a tensor"),
        ("float32", np.array([1 + 2j]), "arrays of dtype complex128 cannot be tensors"),
        ("float32", np.array(["2020-01-01"], "M8[D]"), "arrays of dtype datetime64"),
        ("string", np.array(["a", 1], object), "expected strings, found an element of type int"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, dtype, given, told):
    model = identity(tmp_path, dtype)
    with pytest.raises(neuropod.NeuropodValueError) as caught:
        model.infer({"x": given})
    assert told in str(caught.value)
    assert caught.value.context["tensor"] == "x"
    assert isinstance(caught.value, RuntimeError) and isinstance(caught.value, ValueError)


TEXTS = ["", "a", "naïve", "日本語", "🦀 crab", "line\nbreak", "x" * 300]


@pytest.mark.parametrize(
    "given",
    [
        np.array(TEXTS),
        np.array(TEXTS).astype(object),
        np.array(TEXTS)[::2],
        np.array([text.encode() for text in TEXTS]),
        np.array([text.encode() for text in TEXTS], dtype=object),
        np.array(TEXTS).astype(np.array(TEXTS).dtype.newbyteorder()),
    ],
    ids=["text", "objects", "strided", "bytes", "bytes objects", "swapped"],
)
def test_strings_of_every_kind(tmp_path, given):
    expected = [item.decode() if isinstance(item, bytes) else str(item) for item in given.tolist()]
    returned = identity(tmp_path, "string").infer({"x": given})["y"]
    assert returned.dtype.kind == "U"
    assert returned.tolist() == expected


def test_plain_letters_are_padded_with_zeros(tmp_path):
    given = np.array(["", "a", "abc", "abcdefgh"] * 100)
    returned = identity(tmp_path, "string").infer({"x": given})["y"]
    assert (returned.dtype, returned.tobytes()) == (given.dtype, given.tobytes())


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="NumPy 1 has no strings of variable length")
def test_strings_of_variable_length(tmp_path):
    given = np.array(TEXTS, dtype=np.dtypes.StringDType())
    assert identity(tmp_path, "string").infer({"x": given})["y"].tolist() == TEXTS


def test_strings_keep_what_arrays_of_text_would_lose(tmp_path):
    model = identity(tmp_path, "string")
    for given in (["ends with\0", "b"], [b"\xff\xfe", b"\x80\0"]):
        returned = model.infer({"x": np.array(given, dtype=object)})["y"]
        assert returned.dtype == object
        assert returned.tolist() == given


def test_one_long_string_does_not_blow_up_all_others(tmp_path):
    given = ["long" * 100_000] + ["short"] * 1000
    returned = identity(tmp_path, "string").infer({"x": np.array(given, dtype=object)})["y"]
    assert returned.dtype == object  # as an array of text it would have 1.6 GB
    assert returned.tolist() == given


def test_text_that_is_not_unicode_is_refused(tmp_path):
    with pytest.raises(neuropod.NeuropodValueError, match="code point 0xd800"):
        identity(tmp_path, "string").infer({"x": np.array(["\ud800"])})


def test_tensors_of_pytorch(tmp_path):
    import torch

    model = identity(tmp_path, "float32", (None, None))
    tensor = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    for given in (tensor, tensor.t(), tensor[:, ::2], tensor.clone().requires_grad_(), torch.nn.Parameter(tensor)):
        np.testing.assert_array_equal(model.infer({"x": given})["y"], given.detach().numpy())
    sparse = tensor.to_sparse()
    with pytest.raises(Exception, match=r"(?i)sparse|layout|memory format"):
        model.infer({"x": sparse})


@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
def test_tensors_of_pytorch_of_every_dtype(tmp_path, dtype):
    import torch

    if dtype in ("uint16", "uint32", "uint64") and not hasattr(torch, dtype):
        pytest.skip("this PyTorch has no such dtype")
    model = identity(tmp_path, dtype)
    tensor = torch.tensor([1, 0, 1]).to(getattr(torch, dtype))
    returned = model.infer({"x": tensor}, output_type="torch")["y"]
    assert returned.dtype == tensor.dtype
    assert torch.equal(returned, tensor)


def test_bfloat16_of_numpy(tmp_path):
    import ml_dtypes

    given = np.array([1.5, -2.0, 3.0], dtype=ml_dtypes.bfloat16)
    model = identity(tmp_path, "bfloat16")
    for array in (given, given[::2]):
        returned = model.infer({"x": array})["y"]
        assert returned.dtype == ml_dtypes.bfloat16
        np.testing.assert_array_equal(returned, array)
    assert model.infer({"x": [0.5, 1]})["y"].tolist() == [0.5, 1]


def test_tensors_of_tensorflow(tmp_path):
    import tensorflow as tf

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    returned = identity(tmp_path / "a", "float32").infer({"x": tf.constant([1.0, 2.0])})["y"]
    np.testing.assert_array_equal(returned, [1, 2])
    returned = identity(tmp_path / "b", "string").infer({"x": tf.constant(["a", "é"])})["y"]
    assert returned.tolist() == ["a", "é"]


class OnlyDlpack:
    """An array of another library."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __dlpack__(self, **arguments: Any) -> Any:
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()


def test_anything_with_dlpack(tmp_path):
    model = identity(tmp_path, "int64")
    array = np.arange(5000)
    returned = model.infer({"x": OnlyDlpack(array)})["y"]
    np.testing.assert_array_equal(returned, array)
    with pytest.raises(neuropod.NeuropodValueError, match="not contiguous"):
        model.infer({"x": OnlyDlpack(array[::2])})
    with pytest.raises(neuropod.NeuropodValueError, match="DLPack's type 5"):
        model.infer({"x": OnlyDlpack(array.astype(complex))})


def test_a_wrong_dlpack_is_refused(tmp_path):
    class Wrong:
        def __dlpack__(self) -> Any:
            return "a capsule"

    class Raises:
        def __dlpack__(self) -> Any:
            raise KeyError("mine")

    model = identity(tmp_path, "int64")
    with pytest.raises(neuropod.NeuropodValueError, match="no new capsule"):
        model.infer({"x": Wrong()})
    with pytest.raises(KeyError, match="mine"):
        model.infer({"x": Raises()})


@pytest.fixture
def addition(tmp_path):
    body = "return {'out': x + y}"
    path = python_package(tmp_path, body, [spec("x"), spec("y")], [spec("out")])
    return neuropod.load_neuropod(path)


def test_the_callers_dictionary_is_not_changed(tmp_path):
    model = identity(tmp_path, "string")
    text = np.array(["a", "b"])
    inputs = {"x": text}
    model.infer(inputs)
    assert list(inputs) == ["x"] and inputs["x"] is text and text.dtype.kind == "U"


def test_mappings_and_wrong_containers(addition):
    inputs = {"x": [1.0], "y": [2.0]}
    assert addition.infer(MappingProxyType(inputs))["out"] == 3
    for wrong in ([("x", 1)], None, 3, "x"):
        with pytest.raises(neuropod.NeuropodValueError, match="expected a dictionary of inputs"):
            addition.infer(wrong)
    with pytest.raises(neuropod.NeuropodValueError, match="names of inputs are strings"):
        addition.infer({1: [1.0]})


@pytest.mark.parametrize(
    ("inputs", "phrase"),
    [
        ({"x": np.ones(2, "f4"), "z": np.ones(2, "f4")}, "are not found in the input spec"),
        (
            {"x": np.ones((2, 2), "f4"), "y": np.ones(2, "f4")},
            "Tensor 'x' in the input spec is expected to have 1 dimensions, but had 2",
        ),
        (
            {"x": np.ones(2, "f8"), "y": np.ones(2, "f4")},
            "Tensor 'x' in the input spec is expected to be of type float32, but was of type float64",
        ),
        (
            {"x": np.ones(2, "f4"), "y": np.ones(3, "f4")},
            "All dims with symbol 'length' should be the same size. Dim 0 of tensor 'y' in the input spec was expected "
            "to be of size 2, but was of size 3",
        ),
    ],
)
def test_violations_of_the_spec_use_the_originals_words(addition, inputs, phrase):
    with pytest.raises(RuntimeError) as caught:
        addition.infer(inputs)
    assert phrase in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert caught.value.context["model"] == "model"


def test_a_dictionary_that_changes_meanwhile_is_taken_as_it_was(addition):
    inputs: dict[str, Any] = {}

    class Changes:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            inputs.clear()
            inputs.update((str(index), 1) for index in range(100))
            return np.ones(2, "f4")

    inputs.update(x=Changes(), y=np.ones(2, "f4"))
    assert addition.infer(inputs)["out"].tolist() == [2, 2]
