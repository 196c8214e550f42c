"""Several processes, and several interpreters in one."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from support import python_package, spec

import neuropod


@pytest.fixture
def path(tmp_path):
    return python_package(tmp_path, "return {'y': x + 1}", [spec("x")], [spec("y")])


def run(model: neuropod.Neuropod, given: np.ndarray) -> np.ndarray:
    return model.infer({"x": given})["y"]


def test_a_spawned_process_loads_a_model_that_is_handed_to_it(path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        model = neuropod.load_neuropod(path)
        given = [np.full(3, index, np.float32) for index in range(4)]
        returned = pool.starmap(run, [(model, item) for item in given])
    for output, item in zip(returned, given, strict=True):
        np.testing.assert_array_equal(output, item + 1)


def test_a_forked_process_runs_a_model_of_python_that_was_loaded_before(path):
    model = neuropod.load_neuropod(path)
    run(model, np.zeros(1, np.float32))
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        returned = pool.starmap_async(run, [(model, np.ones(2, np.float32))] * 4).get(timeout=60)
    assert all(output.tolist() == [2, 2] for output in returned)


FORKS = """
    import os, signal, sys, numpy as np, neuropod
    model = neuropod.load_neuropod(sys.argv[1])
    given = {"x": np.ones(1_000_000, np.float32)}  # so many that several threads share the work
    assert model.infer(given)["y"][0] == 2
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        for load in (lambda: model, lambda: neuropod.load_neuropod(sys.argv[1])):
            try:
                print(load().infer(given)["y"][-1], flush=True)
            except neuropod.NeuropodError as error:
                print(error.kind, flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    print(model.infer(given)["y"][0])
    """


def test_a_forked_process_runs_torchscript_that_was_loaded_before(tmp_path):
    import torch
    from support import torch_package

    class Double(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"y": x * 2}

    process = script(FORKS, torch_package(tmp_path, Double(), [spec("x")], [spec("y")]))
    assert (process.returncode, process.stdout) == (0, "2.0\n2.0\n2.0\n"), process.stderr


def test_a_forked_process_loads_its_own_models_of_tensorflow(tmp_path):
    import tensorflow as tf

    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None], name="x")
        tf.add(x, x, name="y")
    path = str(tmp_path / "tensorflow.neuropod")
    neuropod.create_tensorflow_neuropod(
        neuropod_path=path,
        model_name="double",
        graph_def=graph.as_graph_def(),
        node_name_mapping={"x": "x:0", "y": "y:0"},
        input_spec=[spec("x")],
        output_spec=[spec("y")],
    )
    process = script(FORKS, path)
    assert (process.returncode, process.stdout) == (0, "unsupported\n2.0\n2.0\n"), process.stderr


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(text), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_process_ends_with_models_and_outputs_alive(path):
    process = script(
        """
        import sys, threading, numpy as np, neuropod
        model = neuropod.load_neuropod(sys.argv[1])
        output = model.infer({"x": np.ones(100_000, np.float32)}, output_type="dlpack")
        kept = [model, output, model.infer({"x": np.ones(100_000, np.float32)})]
        sys.modules["kept"] = kept
        def work():
            while True:
                model.infer({"x": np.ones(10, np.float32)})
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        print("done")
        """,
        path,
    )
    assert (process.returncode, process.stdout) == (0, "done\n"), process.stderr


def test_a_second_interpreter_is_refused(path):
    process = script(
        """
        import sys
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            import _interpreters as interpreters
        import neuropod
        inner = interpreters.create()
        text = f"import sys; sys.path[:] = {sys.path!r}; import neuropod"
        try:
            raised = interpreters.run_string(inner, text)
        except Exception as error:
            raised = error
        print(raised)
        model = neuropod.load_neuropod(sys.argv[1])
        print(model.infer({"x": [1]})["y"])
        """,
        path,
    )
    assert process.returncode == 0, process.stderr
    assert "cannot be used in a sub-interpreter" in process.stdout
    assert process.stdout.endswith("[2.]\n")


def test_frameworks_may_be_imported_before_and_after(tmp_path):
    import torch
    from support import torch_package

    class Double(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"y": x * 2}

    path = torch_package(tmp_path, Double(), [spec("x")], [spec("y")])
    text = """
        import sys
        {before}
        import neuropod
        model = neuropod.load_neuropod(sys.argv[1])
        print(model.infer({{"x": [1, 2]}})["y"], "torch" in sys.modules)
        {after}
        print(torch.ones(2).sum().item(), model.infer({{"x": [3]}})["y"])
        """
    for before, after, expected in (
        ("pass", "import tensorflow, torch", "[2. 4.] False\n2.0 [6.]\n"),
        ("import tensorflow, torch", "pass", "[2. 4.] True\n2.0 [6.]\n"),
    ):
        process = script(text.format(before=before, after=after), path)
        assert (process.returncode, process.stdout) == (0, expected), process.stderr
