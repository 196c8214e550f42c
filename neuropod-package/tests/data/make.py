"""Makes the files beside it, with numpy: python3 make.py

`numpy.npz` holds every kind of array that a test data file can have, as numpy writes it;
`fortran.npz` the same numbers in column-major and big-endian order; `pickled.npz` one that is
refused; `<dtype>.npy` what numpy writes for one array of each dtype.
"""

import io

import numpy as np

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]


def numbers(dtype):
    return np.arange(6).reshape(2, 3).astype(dtype)


def text():
    return np.array([["one", "zwei äöü"], ["三", ""]])


def bfloat16():
    # The upper halves of 1.0 and -2.5, as numpy saves an array of ml_dtypes.bfloat16.
    return np.array([0x3F80, 0xC020], dtype="<u2").view("V2")


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


arrays = {f"input/{dtype}": numbers(dtype) for dtype in DTYPES}
arrays["input/scalar"] = np.array(16000, dtype="int64")
arrays["input/empty"] = np.zeros((0, 3), dtype="float32")
arrays["output/text"] = text()
arrays["output/one"] = np.array("one")
arrays["output/bytes"] = np.array([b"ab", b"c"])
arrays["output/bfloat16"] = bfloat16()
np.savez_compressed("numpy.npz", **arrays)

fortran = {f"input/{dtype}": np.asfortranarray(numbers(dtype).astype(np.dtype(dtype).newbyteorder(">"))) for dtype in DTYPES}
fortran["output/text"] = np.asfortranarray(text().astype(">U8"))
np.savez("fortran.npz", **fortran)

np.savez("pickled.npz", **{"input/x": np.array([{"a": 1}], dtype=object)})

for dtype in DTYPES:
    open(f"{dtype}.npy", "wb").write(npy(numbers(dtype)))
open("string.npy", "wb").write(npy(text()))
open("scalar.npy", "wb").write(npy(np.array(16000, dtype="int64")))
