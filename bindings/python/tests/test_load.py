"""Loading packages."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support import identity, python_package, spec

import neuropod
from neuropod.loader import NativeNeuropodExecutor, load_neuropod


@pytest.fixture
def path(tmp_path):
    inputs = [spec("x", "float32", ("batch", 3, None)), spec("text", "string")]
    return python_package(tmp_path, "return {'y': x}", inputs, [spec("y", "float32", ("batch", 3, None))], "classifier")


def test_a_model_says_what_it_is(path):
    with load_neuropod(path) as model:
        assert isinstance(model, NativeNeuropodExecutor) and isinstance(model, neuropod.Neuropod)
        assert (model.name, model.platform, model.path) == ("classifier", "python", path)
        assert model.backend[0] == "python"
        assert model.inputs == [
            {"name": "x", "dtype": "float32", "shape": ["batch", 3, None]},
            {"name": "text", "dtype": "string", "shape": ["length"]},
        ]
        assert model.outputs == [{"name": "y", "dtype": "float32", "shape": ["batch", 3, None]}]


def test_a_model_looks_well(path):
    model = load_neuropod(path)
    version = ".".join(map(str, sys.version_info[:3]))
    assert repr(model) == (
        f"<Neuropod 'classifier': python, python {version}\n"
        "  input   x     float32[batch, 3, ?]\n"
        "  input   text  string[length]\n"
        "  output  y     float32[batch, 3, ?]>"
    )
    html = model._repr_html_()
    assert "<td>input</td><td>x</td><td>float32</td><td>[batch, 3, ?]</td>" in html
    assert html.count("<tr>") == 4


def test_markup_in_names_is_escaped(tmp_path):
    model = load_neuropod(
        python_package(tmp_path, "return {'y': x}", [spec("x", shape=("<b>",))], [spec("y", shape=("<b>",))])
    )
    assert "[&lt;b&gt;]" in model._repr_html_() and "<b>]" not in model._repr_html_()


def test_paths_of_every_kind(path, monkeypatch):
    assert load_neuropod(Path(path)).name == "classifier"
    monkeypatch.chdir(Path(path).parent)
    assert load_neuropod(Path(path).name).name == "classifier"
    assert load_neuropod(neuropod_path=path).name == "classifier"


def test_what_cannot_be_loaded(tmp_path):
    with pytest.raises(neuropod.NeuropodError, match="not found") as caught:
        load_neuropod(tmp_path / "none.neuropod")
    assert caught.value.kind == "not found"
    assert "none.neuropod" in str(caught.value)
    broken = tmp_path / "broken.neuropod"
    broken.write_bytes(b"PK\3\4 and nothing else")
    with pytest.raises(neuropod.NeuropodError):
        load_neuropod(broken)
    with pytest.raises(TypeError):
        load_neuropod(3)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"visible_gpu": -1}, "visible_gpu is -1"),
        ({"visible_gpu": True}, "visible_gpu is True"),
        ({"device": "gpu"}, "as in `cuda:0`"),
        ({"device": "cpu", "visible_gpu": 0}, "give one of them"),
        ({"integrity": "always"}, '"verify", "require" or "skip"'),
        ({"intra_op_threads": 0}, "threads"),
        ({"version_range": "not a range"}, "range"),
        ({"backend_options": {"python.unknown": "1"}}, "python.unknown"),
    ],
)
def test_wrong_options(path, arguments, told):
    with pytest.raises(neuropod.NeuropodError) as caught:
        load_neuropod(path, **arguments)
    assert told in str(caught.value)


def test_options_of_the_original(path):
    for arguments in ({"visible_gpu": None}, {"visible_gpu": 0}, {"load_custom_ops": False}):
        assert load_neuropod(path, **arguments).infer({"x": np.ones((1, 3, 1), "f4"), "text": ["a"]})["y"].sum() == 3
    with pytest.raises(ValueError, match="has been removed"):
        load_neuropod(path, _always_use_native=False)
    with pytest.raises(TypeError, match="visible_gpus"):
        load_neuropod(path, visible_gpus=0)


def test_a_device_that_is_not_there_is_an_error_if_it_is_required(tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    from support import torch_package

    class Double(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"y": x * 2}

    path = torch_package(tmp_path, Double(), [spec("x")], [spec("y")])
    with pytest.raises(neuropod.NeuropodError) as caught:
        load_neuropod(path, device="cuda:0")
    assert caught.value.kind == "device unavailable"
    assert load_neuropod(path, visible_gpu=7).infer({"x": [1]})["y"] == 2


def test_a_package_that_was_changed_is_refused(tmp_path):
    path = python_package(tmp_path, "return {'y': x}", [spec("x")], [spec("y")], package_as_zip=False)
    code = next(Path(path).rglob("main.py"))
    code.write_text(code.read_text() + "\nprint('hello')\n")
    with pytest.raises(neuropod.NeuropodError) as caught:
        load_neuropod(path)
    assert caught.value.kind == "integrity check failed"
    assert load_neuropod(path, integrity="skip").infer({"x": [1]})["y"] == 1


def test_checks_against_the_spec_can_be_left_out(tmp_path):
    path = identity(tmp_path, "float32").path
    given = {"x": np.ones((2, 2), np.float32)}
    with pytest.raises(neuropod.NeuropodValueError):
        load_neuropod(path).infer(given)
    assert load_neuropod(path, validate=False).infer(given)["y"].shape == (2, 2)


def test_symbols_of_outputs_apart_from_those_of_inputs(tmp_path):
    path = python_package(tmp_path, "return {'y': x[:1]}", [spec("x")], [spec("y")])
    with pytest.raises(neuropod.NeuropodValueError, match="symbol"):
        load_neuropod(path).infer({"x": [1, 2]})
    assert load_neuropod(path, separate_symbols=True).infer({"x": [1, 2]})["y"].tolist() == [1]


def test_a_lazy_model_is_loaded_with_its_first_call(tmp_path):
    path = python_package(tmp_path, "raise RuntimeError", [spec("x")], [spec("y")], "lazy")
    (tmp_path / "loaded").mkdir()
    model = load_neuropod(identity(tmp_path / "loaded", "float32").path, lazy=True)
    assert model.infer({"x": [1]})["y"] == 1
    load_neuropod(path, lazy=True).load_model()


def test_a_model_that_fails_shows_where(tmp_path):
    path = python_package(tmp_path, "raise KeyError('lost')", [spec("x")], [spec("y")])
    with pytest.raises(neuropod.NeuropodError) as caught:
        load_neuropod(path).infer({"x": [1]})
    assert caught.value.kind == "model failed"
    assert not isinstance(caught.value, ValueError)
    assert "KeyError" in str(caught.value) and "lost" in str(caught.value)
    assert "main.py" in str(caught.value) and "in model" in str(caught.value)


def test_pickling_keeps_the_path_and_the_options(path, monkeypatch, tmp_path):
    monkeypatch.chdir(Path(path).parent)
    model = load_neuropod(Path(path).name, validate=False, output_type="torch", lazy=True)
    data = pickle.dumps(model)
    monkeypatch.chdir("/")
    again = pickle.loads(data)
    assert again.name == model.name and again.path == path
    import torch

    returned = again.infer({"x": np.ones((1, 5, 1), "f4"), "text": ["a"]})["y"]
    assert isinstance(returned, torch.Tensor) and returned.shape == (1, 5, 1)
    Path(path).unlink()
    with pytest.raises(neuropod.NeuropodError, match="not found"):
        pickle.loads(data)


def test_errors_can_be_pickled(path):
    with pytest.raises(neuropod.NeuropodValueError) as caught:
        load_neuropod(path).infer({"z": [1]})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.kind) == (type(caught.value), str(caught.value), caught.value.kind)
    assert again.context == caught.value.context


def test_the_originals_command_says_what_replaces_it(path):
    arguments = ["-m", "neuropod.loader", "--neuropod-path", path, "--input-pkl-path", "x.pkl"]
    process = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "neuropod infer" in process.stderr and "Traceback" not in process.stderr


def test_a_model_that_goes_while_an_exception_is_raised_does_not_lose_it(tmp_path):
    path = identity(tmp_path, "float32").path
    for _ in range(5):
        with pytest.raises(neuropod.NeuropodValueError, match="not found in the input spec"):
            neuropod.load_neuropod(path).infer({"z": [1]})
