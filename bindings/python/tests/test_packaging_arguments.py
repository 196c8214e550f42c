"""The arguments that every packager takes."""

from __future__ import annotations

import dataclasses
import inspect
import json
import pydoc
import sys
import zipfile

import numpy as np
import pytest

from neuropod import packagers
from neuropod._packaging.arguments import Common, CommonArguments
from neuropod.packagers import create_python_neuropod

PACKAGERS = [getattr(packagers, name) for name in packagers.__all__ if name.startswith("create_")]


@pytest.mark.parametrize("function", PACKAGERS, ids=lambda function: function.__name__)
def test_help_shows_all_arguments(function):
    parameters = inspect.signature(function).parameters
    assert list(parameters)[:2] == ["neuropod_path", "model_name"]
    shown = pydoc.plain(pydoc.render_doc(function))
    for name in parameters:
        assert f"{name}: " in shown.split("Args:")[1], name
    assert parameters["package_as_zip"].default is True
    assert parameters["zip_compression"].default == zipfile.ZIP_DEFLATED
    assert "{" + "common" not in shown


def test_editors_know_the_arguments_that_there_are():
    fields = {field.name for field in dataclasses.fields(Common)}
    assert set(CommonArguments.__annotations__) == fields


@pytest.mark.parametrize("function", PACKAGERS, ids=lambda function: function.__name__)
def test_an_unknown_argument_is_told_with_what_may_be_meant(function):
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'package_zip'; did you mean 'package_as_zip'\?"):
        function("model.neuropod", "model", package_zip=True)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'q'; it takes neuropod_path, model_name, "):
        function("model.neuropod", "model", q=1)
    with pytest.raises(TypeError, match=r"missing|Exactly one"):
        function("model.neuropod")


def config_of(path):
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json"))


@pytest.mark.parametrize(
    ("spelling", "dtype"),
    [
        ("float", "float64"),
        ("double", "float64"),
        (float, "float64"),
        (np.float32, "float32"),
        (np.dtype("<f4"), "float32"),
        (">f4", "float32"),
        ("f2", "float16"),
        ("bfloat16", "bfloat16"),
        (int, "int64"),
        (np.int8, "int8"),
        ("u2", "uint16"),
        (bool, "bool"),
        ("?", "bool"),
        ("str", "string"),
        ("string", "string"),
        (str, "string"),
        (np.str_, "string"),
        ("<U7", "string"),
    ],
    ids=str,
)
def test_dtypes_have_every_spelling_of_numpy(tmp_path, adder, spelling, dtype):
    adder = {name: value for name, value in adder.items() if not name.startswith("test_")}
    adder["input_spec"] = [{"name": "x", "dtype": spelling, "shape": [np.int64(2), None, "symbol"]}]
    create_python_neuropod(tmp_path / "model", **adder)
    assert config_of(tmp_path / "model")["input_spec"] == [{"name": "x", "dtype": dtype, "shape": [2, None, "symbol"]}]


def test_devices(tmp_path, adder):
    create_python_neuropod(tmp_path / "a", **adder)
    assert config_of(tmp_path / "a")["input_tensor_device"] == {"x": "GPU", "y": "GPU"}
    create_python_neuropod(tmp_path / "b", input_tensor_device={"x": "CPU"}, **adder)
    assert config_of(tmp_path / "b")["input_tensor_device"] == {"x": "CPU", "y": "GPU"}
    create_python_neuropod(tmp_path / "c", input_tensor_device={"x": "GPU"}, default_input_tensor_device="CPU", **adder)
    assert config_of(tmp_path / "c")["input_tensor_device"] == {"x": "GPU", "y": "CPU"}


class TestProgress:
    def test_a_function_is_told(self, tmp_path, adder):
        told = []
        adder["data_paths"] = [{"path": write_random(tmp_path / "weights"), "packaged_name": "weights"}]
        create_python_neuropod(tmp_path / "model", progress=lambda done, size: told.append((done, size)), **adder)
        assert told == sorted(told)
        done, size = told[-1]
        assert done == size > 1 << 20

    def test_what_a_function_raises_ends_the_writing(self, tmp_path, adder):
        def fail(done, size):
            raise KeyError("enough")

        with pytest.raises(KeyError, match="enough"):
            create_python_neuropod(tmp_path / "model", progress=fail, **adder)
        assert list(tmp_path.iterdir()) == []

    def test_a_bar_is_shown_if_asked_for(self, tmp_path, adder, capsys):
        create_python_neuropod(tmp_path / "model", progress=True, **adder)
        told = capsys.readouterr().err
        assert told.startswith("\rmodel [")
        assert told.endswith("\n")
        assert "100% of " in told
        create_python_neuropod(tmp_path / "silent", progress=False, **adder)
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(("size", "is_shown"), [(100 << 20, True), (1 << 20, False)])
    def test_a_terminal_shows_a_bar_for_large_packages(self, monkeypatch, capsys, size, is_shown):
        from neuropod._packaging.progress import reporter

        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        with reporter(None, "model") as progress:
            progress(size // 2, size)
        assert ("50% of 100.0 MiB" in capsys.readouterr().err) is is_shown


def write_random(path):
    path.write_bytes(np.random.default_rng(0).bytes((1 << 20) + 5))
    return path
