"""The original's native module: models without `load_neuropod`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support import python_package, spec

from neuropod import NeuropodError, NeuropodValueError, neuropod_native
from neuropod.neuropod_native import BackendLoadSpec, Dimension, Neuropod, TensorSpec, TensorType

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    inputs = [spec("x", "float32", ("batch", None, 2)), spec("s", "string", (1,))]
    outputs = [spec("out", "float32", ("batch", None, 2)), spec("s_out", "string", (1,))]
    return python_package(tmp_path_factory.mktemp("native"), 'return {"out": x + 1, "s_out": s}', inputs, outputs)


def test_a_model_runs_and_says_what_it_takes(package: str) -> None:
    model = Neuropod(package, [], use_ope=True, visible_gpu=None)
    out = model.infer({"x": np.zeros((1, 3, 2), np.float32), "s": np.array(["text"])})
    np.testing.assert_array_equal(out["out"], np.ones((1, 3, 2), np.float32))
    assert out["s_out"].tolist() == ["text"]
    assert (model.get_name(), model.get_platform()) == ("model", "python")
    dims = [Dimension(-2, "batch"), Dimension(-1), Dimension(2)]
    assert model.get_inputs() == [
        TensorSpec("x", TensorType.float32, dims),
        TensorSpec("s", TensorType.string, [Dimension(1)]),
    ]
    assert [item.name for item in model.get_outputs()] == ["out", "s_out"]


def test_code_for_the_original_reads_specs(package: str) -> None:
    x = Neuropod(package).get_inputs()[0]
    assert x.type.name == "float32"
    assert [(dim.value, dim.symbol) for dim in x.dims] == [(-2, "batch"), (-1, ""), (2, "")]


def test_element_types_have_the_originals_numbers() -> None:
    original = [
        "float32",
        "float64",
        "string",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
    ]
    assert [TensorType[name].value for name in original] == list(range(11))
    assert {item.name for item in TensorType} == {*original, "bool", "float16", "bfloat16"}


def test_wrong_calls_are_told(package: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no_such_option"):
        Neuropod(package, no_such_option=True)
    with pytest.raises(NeuropodError):
        Neuropod(str(tmp_path / "nothing"))
    with pytest.raises(NeuropodValueError, match="y"):
        Neuropod(package).infer({"y": np.zeros(1)})


def test_plugins_are_given_as_in_the_original(package: str, tmp_path: Path) -> None:
    backend = BackendLoadSpec("torchscript", "1.4.0", str(tmp_path / "libnothing.so"))
    assert (backend.platform, backend.version) == ("torchscript", "1.4.0")
    assert Neuropod(package, [backend]).get_name() == "model"  # which needs no plugin


def test_the_module_has_what_is_imported_from_it() -> None:
    for name in neuropod_native.__all__:
        assert getattr(neuropod_native, name).__doc__
