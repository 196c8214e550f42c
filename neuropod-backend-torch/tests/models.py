"""Writes the TorchScript models that the tests load, and builds a custom operator.

usage: models.py DIRECTORY
"""

import ctypes
import os
import subprocess
import sys
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor
from torch.utils import cpp_extension

HERE = os.path.dirname(os.path.abspath(__file__))


class AdditionArgs(torch.nn.Module):
    def forward(self, x: Tensor, y: Tensor):
        return {"out": x + y}


class AdditionDict(torch.nn.Module):
    def forward(self, inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
        return {"out": inputs["x"] + inputs["y"]}


class StringsDict(torch.nn.Module):
    def forward(self, inputs: Dict[str, List[str]]) -> Dict[str, List[str]]:
        out: List[str] = []
        for a, b in zip(inputs["x"], inputs["y"]):
            out.append(a + " " + b)
        return {"out": out}


class StringsArgs(torch.nn.Module):
    def forward(self, x: List[str], suffix: str) -> List[str]:
        return [s + suffix for s in x]


class Mixed(torch.nn.Module):
    def forward(
        self, inputs: Dict[str, Union[List[str], Tensor]]
    ) -> Dict[str, Union[List[str], Tensor]]:
        words = inputs["words"]
        numbers = inputs["numbers"]
        assert isinstance(words, List[str])
        assert isinstance(numbers, Tensor)
        out: Dict[str, Union[List[str], Tensor]] = {}
        out["count"] = numbers + len(words)
        out["shout"] = [w.upper() for w in words]
        return out


class OptionalArgs(torch.nn.Module):
    def forward(self, x: Tensor, bias: Optional[Tensor], scale: float = 2.0) -> Tensor:
        y = x * scale
        return y if bias is None else y + bias


class Scalars(torch.nn.Module):
    def forward(self, x: Tensor, rate: int, gain: float, negate: bool, label: Optional[str]):
        out = x * gain + rate
        if negate:
            out = -out
        return {"out": out, "length": torch.tensor([0 if label is None else len(label)])}


class Pair(NamedTuple):
    total: Tensor
    words: List[str]


class NamedTupleOut(torch.nn.Module):
    def forward(self, x: Tensor) -> Pair:
        return Pair(x.sum(), ["a", "b"])


class TupleOfDicts(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Dict[str, Tensor], Dict[str, List[str]]]:
        return {"double": x * 2}, {"words": ["one"]}


class PlainTuple(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return x + 1, x + 2


class TensorList(torch.nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        return [x + 1, x + 2]


class MixedTuple(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Dict[str, Tensor]]:
        return x, {"double": x * 2}


class ScalarOut(torch.nn.Module):
    def forward(self, x: Tensor) -> float:
        return float(x.sum().item())


class IntListOut(torch.nn.Module):
    def forward(self, x: Tensor) -> List[int]:
        return x.size()


class Identity(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class Held(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.parameter = torch.nn.Parameter(torch.ones(4, 2))
        self.register_buffer("held", torch.ones(4, 2))

    def forward(self, x: Tensor):
        return {"parameter": self.parameter, "part": self.held[1:], "detached": self.held.detach()}


class SameTwice(torch.nn.Module):
    def forward(self, x: Tensor):
        double = x * 2
        return {"one": double, "two": double, "view": double[1:]}


class Slice(torch.nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        return {"head": x[:2], "tail": x[2:], "transposed": x.t()}


class InPlace(torch.nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        view = x[0]
        view.add_(y)
        return x


class InPlaceDict(torch.nn.Module):
    def forward(self, inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
        inputs["x"].mul_(10)
        return {"out": inputs["x"]}


class InPlaceUnion(torch.nn.Module):
    def forward(self, inputs: Dict[str, Union[List[str], Tensor]]) -> Dict[str, Tensor]:
        x = inputs["x"]
        assert isinstance(x, Tensor)
        x.mul_(10)
        return {"out": x}


class InPlaceOptional(torch.nn.Module):
    def forward(self, x: Optional[Tensor]) -> Tensor:
        if x is not None:
            x[0] = 7.0
            return x
        return torch.zeros(1)


class InPlaceList(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        held: List[Tensor] = []
        held.append(x)
        for t in held:
            t.add_(1)
        return x.sum()


class Stores(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.last = torch.zeros(0)

    def forward(self, x: Tensor) -> Tensor:
        last = self.last
        self.last = x
        return last


class Accumulates(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(2))

    def forward(self, x: Tensor) -> Tensor:
        self.total.add_(x)
        return self.total


class Caches(torch.nn.Module):
    seen: List[Tensor]

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x)
        return torch.stack(self.seen).sum(0)


class Raises(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 0):
            raise ValueError("the sum must not be positive")
        return x


class WrongOutputs(torch.nn.Module):
    def forward(self, x: Tensor, mode: int):
        out: Dict[str, Tensor] = {}
        if mode == 1:
            out["other"] = x
        if mode == 2:
            out["out"] = x
            out["extra"] = x
        if mode == 3:
            out["out"] = torch.complex(x, x)
        if mode == 4:
            out["out"] = x.to_sparse()
        return out


class NoneOut(torch.nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Optional[Tensor]]:
        out: Dict[str, Optional[Tensor]] = {"out": None}
        return out


class IntKeys(torch.nn.Module):
    def forward(self, x: Tensor) -> Dict[int, Tensor]:
        return {1: x}


class Fork(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        future = torch.jit.fork(_double, x)
        return torch.jit.wait(future) + x


def _double(x: Tensor) -> Tensor:
    return x * 2


class Allocates(torch.nn.Module):
    def forward(self, size: int) -> Tensor:
        return torch.ones([size], dtype=torch.uint8)


class Normalises(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(3)
        self.act = torch.nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.norm(x))



class NoForward(torch.nn.Module):
    @torch.jit.export
    def run(self, x: Tensor) -> Tensor:
        return x


class Weights(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(8 << 20))

    def forward(self, x: Tensor) -> Tensor:
        return (self.weight[:4] * x).detach()


class CustomOp(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.neuropod_test.fancy_add(x, x)


class ScribblingOp(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.neuropod_test.scribble(x[:2])


# What the conformance kit asks for, beside the models above.


class ConstantOut(torch.nn.Module):
    def forward(self) -> Tensor:
        return torch.tensor([1.0, 2.5, -3.0])


class Arithmetic(torch.nn.Module):
    def forward(self, x: Tensor, y: Tensor):
        return {"product": x * y, "difference": x - y, "sum": x + y}


class Transpose(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.t()


class Tail(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[1:]


class OptionalInput(torch.nn.Module):
    def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:
        return x if y is None else x + y


class FailsIfNegative(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if bool(x[0] < 0):
            raise ValueError("the first element is negative")
        return x


class MisnamedOutput(torch.nn.Module):
    def forward(self, x: Tensor):
        return {"other": x}


class MistypedOutput(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.long()


class KeepsInput(torch.nn.Module):
    last: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.last = None

    def forward(self, x: Tensor) -> Tensor:
        last = self.last
        self.last = x
        return x if last is None else last


class ManyInputs(torch.nn.Module):
    def forward(self, inputs: Dict[str, Tensor]) -> Tensor:
        out = torch.zeros_like(inputs["x0"])
        for i in range(100):
            out = out + (i + 1) * inputs["x" + str(i)]
        return out


class OddNames(torch.nn.Module):
    def forward(self, inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
        return {"résultat:0 - final": inputs["größe in/m² (α.β)"]}


class IdentityString(torch.nn.Module):
    def forward(self, x: str) -> str:
        return x


class IdentityStrings(torch.nn.Module):
    def forward(self, x: List[str]) -> List[str]:
        return x


MODELS = [
    AdditionArgs, AdditionDict, StringsDict, StringsArgs, Mixed, OptionalArgs, Scalars,
    NamedTupleOut, TupleOfDicts, PlainTuple, TensorList, MixedTuple, ScalarOut, IntListOut,
    Identity, Held, SameTwice, Slice, InPlace, InPlaceDict, InPlaceUnion, InPlaceOptional,
    InPlaceList, Stores, Accumulates, Caches, Raises,
    WrongOutputs, NoneOut, IntKeys, Fork, Allocates, Normalises, NoForward, Weights,
    ConstantOut, Arithmetic, Transpose, Tail, OptionalInput, FailsIfNegative, MisnamedOutput,
    MistypedOutput, KeepsInput, ManyInputs, OddNames, IdentityString, IdentityStrings,
]


def build_custom_op(directory):
    library = os.path.join(directory, "libfancy_add.so")
    include = [flag for path in cpp_extension.include_paths() for flag in ("-isystem", path)]
    source = os.path.join(HERE, "custom_op.cpp")
    command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-shared", "-fPIC"]
    subprocess.run([*command, *include, source, "-o", library], check=True)
    # The operator names no library that it needs: whoever loads it makes libtorch's symbols global.
    for name in ("libc10.so", "libtorch_cpu.so"):
        ctypes.CDLL(os.path.join(os.path.dirname(torch.__file__), "lib", name), ctypes.RTLD_GLOBAL)
    torch.ops.load_library(library)


def main():
    directory = sys.argv[1]
    for model in MODELS:
        torch.jit.script(model()).save(os.path.join(directory, model.__name__ + ".pt"))
    build_custom_op(directory)
    for model in (CustomOp, ScribblingOp):
        torch.jit.script(model()).save(os.path.join(directory, model.__name__ + ".pt"))
    torch.save({"weight": torch.ones(3)}, os.path.join(directory, "Pickle.pt"))


main()
