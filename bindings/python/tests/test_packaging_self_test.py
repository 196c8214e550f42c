"""The test of a package before it appears at its path."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import types

import numpy as np
import pytest

from neuropod.packagers import create_python_neuropod


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path):
    yield
    assert [name for name in os.listdir(tmp_path) if name != "model"] == []


def package(tmp_path, addition, arguments, **more):
    create_python_neuropod(tmp_path / "model", **{**addition, **arguments, **more})


def test_the_test_runs_in_another_process(tmp_path, addition, python_model):
    source = "import os\ndef get_model(_):\n    return lambda x, y: {'out': x * 0 + os.getpid()}\n"
    expected = {"out": np.full(5, os.getpid())}
    with pytest.raises(ValueError, match="does not match expected value"):
        package(tmp_path, addition, python_model(source), test_expected_out=expected)
    package(tmp_path, addition, python_model(source), test_expected_out=expected, test_in_process=True)


def test_a_module_that_only_this_process_has_is_missing_there(tmp_path, addition, python_model, monkeypatch):
    helper = types.ModuleType("made_here")
    helper.add = lambda x, y: x + y
    monkeypatch.setitem(sys.modules, "made_here", helper)
    model = python_model("import made_here\ndef get_model(_):\n    return lambda x, y: {'out': made_here.add(x, y)}\n")
    with pytest.raises(ValueError, match="made_here"):
        package(tmp_path, addition, model)
    package(tmp_path, addition, model, test_in_process=True)


def test_paths_for_imports_are_this_processes(tmp_path, addition, python_model, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("path with, commas: and colons")
    (folder / "found_on_the_path.py").write_text("ZERO = 0\n")
    monkeypatch.syspath_prepend(str(folder))
    source = "import found_on_the_path as f\ndef get_model(_):\n    return lambda x, y: {'out': x + y + f.ZERO}\n"
    package(tmp_path, addition, python_model(source))


@pytest.mark.parametrize(
    ("crash", "match"),
    [
        ("os._exit(3)", "ended with exit status 3 before the model returned"),
        ("os._exit(0)", "ended with exit status 0 before the model returned"),
        ("os.kill(os.getpid(), 11)", "was ended by the signal SIGSEGV"),
        ("os.abort()", "was ended by the signal SIGABRT"),
    ],
)
@pytest.mark.parametrize("as_zip", [True, False])
def test_a_model_that_crashes_harms_nobody(tmp_path, addition, python_model, crash, match, as_zip):
    source = f"""
import os, sys
def get_model(_):
    def model(x, y):
        print("the last words", file=sys.stderr, flush=True)
        {crash}
    return model
"""
    with pytest.raises(ValueError, match=match) as caught:
        package(tmp_path, addition, python_model(source), package_as_zip=as_zip)
    assert "the last words" in str(caught.value)
    assert caught.value.kind == "self-test failed"


@pytest.mark.parametrize("in_process", [True, False])
def test_what_a_model_raises_is_told(tmp_path, addition, python_model, in_process):
    source = "def get_model(_):\n    def model(x, y):\n        raise KeyError('no such thing')\n    return model\n"
    with pytest.raises(ValueError, match="no such thing") as caught:
        package(tmp_path, addition, python_model(source), test_in_process=in_process)
    assert caught.value.kind == "model failed"
    assert caught.value.context["package"] == str(tmp_path / "model")
    assert "in model" in str(caught.value), "the model's own lines are shown"


def test_what_a_model_prints_disturbs_nothing(tmp_path, addition, python_model, capfd):
    source = "def get_model(_):\n    print('{\"kind\": 1}')\n    return lambda x, y: {'out': x + y}\n"
    package(tmp_path, addition, python_model(source))
    assert capfd.readouterr().out == ""


def test_outputs_that_do_not_fit_the_spec_are_refused(tmp_path, addition, python_model):
    model = python_model("def get_model(_):\n    return lambda x, y: {'out': (x + y).astype('float64')}\n")
    with pytest.raises(ValueError, match="`out` should be float32"):
        package(tmp_path, addition, model)


def test_a_program_needs_no_guard(tmp_path, python_model):
    """`__main__` is not imported by the process of the test, unlike by those of multiprocessing."""
    model = python_model("def get_model(_):\n    return lambda x: {'y': x}\n")
    program = textwrap.dedent(f"""
        import neuropod
        print("once")
        neuropod.create_python_neuropod(
            {str(tmp_path / "model")!r}, "model", [],
            [{{"python_root": {str(model["code_path_spec"][0]["python_root"])!r}, "dirs_to_package": ["packaged"]}}],
            "packaged.model", "get_model",
            [{{"name": "x", "dtype": "float32", "shape": (None,)}}],
            [{{"name": "y", "dtype": "float32", "shape": (None,)}}],
            test_input_data={{"x": [1, 2]}}, test_expected_out={{"y": [1, 2]}},
        )
        print("done")
    """)
    script = model["code_path_spec"][0]["python_root"] / "program.py"
    script.write_text(program)
    process = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert process.stdout == "once\ndone\n"


def test_an_interrupt_ends_the_process_and_leaves_nothing(tmp_path, python_model, tmp_path_factory):
    sign = tmp_path_factory.mktemp("sign") / "pid"
    source = f"""
import os, time
def get_model(_):
    def model(x):
        open({str(sign)!r}, "w").write(str(os.getpid()))
        time.sleep(600)
    return model
"""
    model = python_model(source)
    root = str(model["code_path_spec"][0]["python_root"])
    spec = '[{"name": "x", "dtype": "float32", "shape": (None,)}]'
    program = (
        # Whoever starts the tests in the background may have them ignore interrupts.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import neuropod; neuropod.create_python_neuropod("
        f"{str(tmp_path / 'model')!r}, 'model', [], [{{'python_root': {root!r}, 'dirs_to_package': ['packaged']}}], "
        f"'packaged.model', 'get_model', {spec}, {spec}, test_input_data={{'x': [1.0]}})"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (sign.exists() and sign.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in told
    with pytest.raises(ProcessLookupError):
        os.kill(int(sign.read_text()), 0)
