"""Arrays as bytes and back."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from support import DTYPES

from neuropod import NeuropodValueError, neuropod_native

SHAPES: list[tuple[int, ...]] = [(), (0,), (1,), (3,), (2, 3), (2, 0, 4), (2, 3, 4)]


def sample(dtype: str, shape: tuple[int, ...]) -> Any:
    return (np.random.default_rng(7).random(shape) * 100).astype(dtype)


@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    if dtype == "bfloat16":
        dtype = pytest.importorskip("ml_dtypes").bfloat16
    expected = sample(dtype, shape)
    actual = neuropod_native.deserialize(neuropod_native.serialize(expected))
    assert actual.dtype == expected.dtype
    assert actual.shape == shape
    assert actual.tobytes() == expected.tobytes()
    assert actual.flags.writeable


@pytest.mark.parametrize("shape", SHAPES)
def test_strings_come_back_as_text(shape: tuple[int, ...]) -> None:
    numbers = sample("float64", shape)
    for array in (numbers.astype(str), numbers.astype(bytes), numbers.astype(str).astype(object)):
        actual = neuropod_native.deserialize(neuropod_native.serialize(array))
        assert actual.shape == shape
        assert actual.dtype.kind == "U"
        np.testing.assert_array_equal(actual, numbers.astype(str))


def test_strings_that_numpy_would_change_come_back() -> None:
    texts = np.array(["a\0", "", "é日本", "x" * 1000], dtype=object)
    np.testing.assert_array_equal(neuropod_native.deserialize(neuropod_native.serialize(texts)), texts)
    binary = np.array([b"\xff\xfe", b"ok\0"], dtype=object)
    np.testing.assert_array_equal(neuropod_native.deserialize(neuropod_native.serialize(binary)), binary)


def test_what_is_no_plain_array_is_taken_as_by_infer() -> None:
    matrix = sample("float32", (3, 4))
    for value in (matrix.T, matrix[::2, 1::2], matrix.astype(">f4"), np.asfortranarray(matrix)):
        np.testing.assert_array_equal(neuropod_native.deserialize(neuropod_native.serialize(value)), value)
    np.testing.assert_array_equal(
        neuropod_native.deserialize(neuropod_native.serialize([[1, 2], [3, 4]])), [[1, 2], [3, 4]]
    )
    assert neuropod_native.deserialize(neuropod_native.serialize("text")) == "text"
    with pytest.raises(NeuropodValueError, match="complex128"):
        neuropod_native.serialize(np.zeros(2, dtype=complex))
    with pytest.raises(NeuropodValueError, match="object"):
        neuropod_native.serialize(object())


def test_dictionaries_come_back_in_their_order() -> None:
    expected = {f"{dtype}{shape}": sample(dtype, shape) for dtype in DTYPES for shape in SHAPES}
    expected["é, a name"] = np.array(["a", "b"])
    actual = neuropod_native.deserialize_dict(neuropod_native.serialize(expected))
    assert list(actual) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array)
        assert actual[name].shape == array.shape
    assert neuropod_native.deserialize_dict(neuropod_native.serialize({})) == {}


def test_errors_name_the_entry() -> None:
    with pytest.raises(NeuropodValueError, match=r"\(tensor: wrong\)") as raised:
        neuropod_native.serialize({"right": np.zeros(1), "wrong": np.zeros(1, dtype=complex)})
    assert raised.value.context == {"tensor": "wrong"}
    with pytest.raises(NeuropodValueError, match="the names of tensors are strings, found 3"):
        neuropod_native.serialize({3: np.zeros(1)})


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: np.frombuffer(data, dtype=np.uint8)])
def test_any_object_with_memory_is_read(kind: Any) -> None:
    for size in (3, 100_000):
        expected = sample("float32", (size,))
        np.testing.assert_array_equal(neuropod_native.deserialize(kind(neuropod_native.serialize(expected))), expected)
        actual = neuropod_native.deserialize_dict(kind(neuropod_native.serialize({"x": expected})))
        np.testing.assert_array_equal(actual["x"], expected)


def test_memory_is_not_shared_with_the_bytes() -> None:
    for size in (3, 100_000):
        data = bytearray(neuropod_native.serialize(np.zeros(size)))
        array = neuropod_native.deserialize(data)
        data[-1] = 0x40
        assert array[-1] == 0


@pytest.mark.parametrize("value", ["bogus", None, 3, [1, 2]])
def test_what_has_no_memory_is_a_type_error(value: object) -> None:
    for read in (neuropod_native.deserialize, neuropod_native.deserialize_dict):
        with pytest.raises(TypeError, match=f"found a value of type {type(value).__name__}"):
            read(value)


def test_wrong_bytes_are_refused() -> None:
    data = neuropod_native.serialize(np.arange(6, dtype=np.int16))
    cases = {
        b"": "cut off in the head",
        b"bogus": "these are no serialized tensors",
        data[:-1]: "expected 12 bytes of it, found 11",
        data + b"\0": "1 bytes follow the last tensor",
        neuropod_native.serialize({"x": [1]}): "found 1 with names",
        b"\x16\0\0\0\0\0\0\0serialization::archive\x12\0": "serialized by the original Neuropod",
    }
    for wrong, message in cases.items():
        with pytest.raises(NeuropodValueError, match=message) as raised:
            neuropod_native.deserialize(wrong)
        assert raised.value.kind == "invalid argument"
        assert "offset" in raised.value.context
        assert isinstance(raised.value, ValueError)
        assert isinstance(raised.value, RuntimeError)  # as which the original raises it
    with pytest.raises(NeuropodValueError, match="expected tensors with names"):
        neuropod_native.deserialize_dict(data)


def test_the_format_is_the_documented_one() -> None:
    expected = bytes.fromhex(
        "894e50540d0a1a0a 01000000 01000000 0100000000000000 02000000 01000000 0000000000000000 0400000000000000"
        "0200000000000000 0000000000000000 0100 feff"
    )
    assert neuropod_native.serialize(np.array([1, -2], dtype=np.int16)) == expected


def test_threads_serialize_at_once() -> None:
    arrays = [sample("float32", (50_000 + index,)) for index in range(4)]
    failures: list[BaseException] = []

    def work(array: Any) -> None:
        try:
            for _ in range(20):
                np.testing.assert_array_equal(neuropod_native.deserialize(neuropod_native.serialize(array)), array)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(array,)) for array in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
