"""Writes the golden files beside it: `python3 make.py`.

Each holds what Python's own `json` module writes for a problem definition, and `aliases.json` what
numpy resolves dtype strings to. Only the latter needs numpy (2.x, on 64-bit Linux).
"""

import json
import pathlib
import warnings

HERE = pathlib.Path(__file__).parent


def tensor(name, dtype, *shape):
    return {"name": name, "dtype": dtype, "shape": list(shape)}


def definition(name, platform, inputs=(), outputs=(), devices=None, ops=(), version="*"):
    return {
        "name": name,
        "platform": platform,
        "platform_version_semver": version,
        "input_spec": list(inputs),
        "output_spec": list(outputs),
        "custom_ops": list(ops),
        "input_tensor_device": devices or {item["name"]: "GPU" for item in inputs},
    }


DTYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
    "float16 bfloat16 float32 float64 string"
).split()

EVERY_CHARACTER = "".join(map(chr, [*range(1, 0x180), 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF]))

DEFINITIONS = {
    "empty": definition("", "python"),
    "addition": definition(
        "addition",
        "torchscript",
        [tensor("x", "float32", "batch", 3, None), tensor("y", "float32", "batch", 3, None)],
        [tensor("out", "float32", "batch", 3, None)],
        {"x": "GPU", "y": "CPU"},
        ["libadd.so", "libscale.so"],
        "^2.0 || 1.0.1 - 1.9.9",
    ),
    "every_dtype": definition(
        "every dtype",
        "tensorflow",
        [tensor(f"in_{dtype}", dtype) for dtype in DTYPES],
        [tensor(f"out_{dtype}", dtype, None, 9007199254740993) for dtype in DTYPES if dtype != "string"],
    ),
    "every_character": definition(
        EVERY_CHARACTER,
        "python",
        # Keys are sorted by code point, which differs from the order of UTF-16 units.
        [tensor(name, "string", EVERY_CHARACTER) for name in ("\U0001f600", "\uffff", "é", "z", "Z", "a/b", "")],
    ),
}

ALIASES = (
    "bool bool_ ? b1 |b1 byte b i1 int8 short h i2 <i2 int16 intc i i4 int32 int int_ intp l p n long "
    "longlong q i8 >i8 int64 ubyte B u1 uint8 ushort H u2 uint16 uintc I u4 =u4 uint32 uint uintp L P N "
    "Q ulong ulonglong u8 uint64 half e f2 float16 single f f4 <f4 >f4 float32 float double d f8 float64 "
    "longdouble g str str_ U U0 <U U5 <U5 unicode S object O bytes V c8 complex <float32 float3 Float32 |"
).split()


def aliases():
    import numpy

    def resolve(text):
        try:
            name = numpy.dtype(text).name
        except TypeError:
            return None
        name = {"str": "string"}.get(name, name)
        return name if name in DTYPES else None

    return {text: resolve(text) for text in ALIASES}


for name, content in DEFINITIONS.items():
    with open(HERE / f"{name}.json", "w") as file:
        json.dump(content, file, indent=4, sort_keys=True)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    with open(HERE / "aliases.json", "w") as file:
        json.dump(aliases(), file, indent=1)
