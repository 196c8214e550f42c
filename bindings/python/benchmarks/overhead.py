"""What a call through Neuropod costs beside the framework's own, NumPy in and out, and what an import costs.

    cargo xtask demo    # builds the wheel, and installs it into an environment that has the frameworks
    target/demo/python/environment/bin/python bindings/python/benchmarks/overhead.py

Each pair is measured in turns, in one process, so that the ratio survives a busy machine. Shown are medians, with the
quartiles of the ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import neuropod

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

X = np.array([1, 2, 3, 4], dtype=np.float32)
Y = np.array([5, 6, 7, 8], dtype=np.float32)
SPEC: dict[str, Any] = {
    "model_name": "addition",
    "input_spec": [{"name": name, "dtype": "float32", "shape": ("length",)} for name in ("x", "y")],
    "output_spec": [{"name": "out", "dtype": "float32", "shape": ("length",)}],
}
Call = Callable[[], Any]


def compare(title: str, ours: Call, others: dict[str, Call], rounds: int = 60, calls: int = 1000) -> None:
    """Prints the median of each call, and the ratio of ours to it."""
    everything = {"neuropod": ours, **others}
    for call in everything.values():
        for _ in range(100):
            call()
    times: dict[str, list[float]] = {name: [] for name in everything}
    for _ in range(rounds):
        for name, call in everything.items():
            started = time.perf_counter()
            for _ in range(calls):
                call()
            times[name].append((time.perf_counter() - started) / calls)
    print(f"\n{title}")
    print(f"  {'neuropod':<46} {statistics.median(times['neuropod']) * 1e6:9.2f} µs")
    for name in others:
        ratios = [own / other for own, other in zip(times["neuropod"], times[name], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        median = statistics.median(times[name]) * 1e6
        print(f"  {name:<46} {median:9.2f} µs   neuropod {middle:6.3f} × ({low:.3f}–{high:.3f})")


def torchscript(folder: Path) -> None:
    """The addition, against the compiled module called from Python."""
    import torch

    class Addition(torch.nn.Module):
        def forward(self, x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"out": x + y}

    path = folder / "torchscript.neuropod"
    module = torch.jit.script(Addition())
    neuropod.create_torchscript_neuropod(path, module=module, **SPEC)
    model = neuropod.load_neuropod(path)

    def plain() -> dict[str, Any]:
        outputs = module(torch.from_numpy(X), torch.from_numpy(Y))
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    def inference_mode() -> dict[str, Any]:
        with torch.inference_mode():
            return plain()

    others = {"torch.jit": plain, "torch.jit in inference_mode": inference_mode}
    compare("TorchScript, addition of 4 floats", lambda: model.infer({"x": X, "y": Y}), others)


def tensorflow(folder: Path) -> None:
    """The addition, against `Session.run`, and against private callables of TensorFlow."""
    import tensorflow as tf
    from tensorflow.core.protobuf import config_pb2

    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None], name="x")
        y = tf.compat.v1.placeholder(tf.float32, [None], name="y")
        out = tf.add(x, y, name="out")
    inline = tf.compat.v1.ConfigProto(inter_op_parallelism_threads=-1)
    inline.experimental.executor_type = "SINGLE_THREADED_EXECUTOR"
    sessions = [tf.compat.v1.Session(graph=graph, config=config) for config in (None, inline)]
    feeds = config_pb2.CallableOptions(feed=["x:0", "y:0"], fetch=["out:0"])
    pooled, fastest = (session._make_callable_from_options(feeds) for session in sessions)

    path = folder / "tensorflow.neuropod"
    nodes = {"x": "x:0", "y": "y:0", "out": "out:0"}
    neuropod.create_tensorflow_neuropod(path, graph_def=graph.as_graph_def(), node_name_mapping=nodes, **SPEC)
    model = neuropod.load_neuropod(path)
    others = {
        "Session.run": lambda: sessions[0].run(out, {x: X, y: Y}),
        "private callable": lambda: pooled(X, Y),
        "private callable, single-threaded executor": lambda: fastest(X, Y),
    }
    ours = lambda: model.infer({"x": X, "y": Y})  # noqa: E731
    compare("TensorFlow, addition of 4 floats", ours, others, rounds=40, calls=300)


def large(folder: Path) -> None:
    """Whether a large input or output costs more than a small one."""
    import torch

    class Identity(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"y": x}

    path = folder / "identity.neuropod"
    neuropod.create_torchscript_neuropod(
        path,
        "identity",
        input_spec=[{"name": "x", "dtype": "float32", "shape": ("length",)}],
        output_spec=[{"name": "y", "dtype": "float32", "shape": ("length",)}],
        module=torch.jit.script(Identity()),
    )
    model = neuropod.load_neuropod(path)
    sizes = {"64 MiB": np.zeros(16 << 20, np.float32), "8 KiB, which is not copied either": np.zeros(2048, np.float32)}
    for array in sizes.values():
        assert np.shares_memory(model.infer({"x": array})["y"], array)
    calls = {name: lambda array=array: model.infer({"x": array}) for name, array in sizes.items()}
    ours = calls.pop("64 MiB")
    compare("64 MiB in and out", ours, calls)


def imports() -> None:
    """The time of `import neuropod` after that of NumPy."""
    program = (
        "import time, numpy; a = time.perf_counter(); import neuropod; print(time.perf_counter() - a)"
    )
    times = [float(subprocess.check_output([sys.executable, "-c", program])) * 1e3 for _ in range(15)]
    low, middle, high = statistics.quantiles(times, n=4)
    print(f"\nimport neuropod, beyond NumPy\n  {middle:.1f} ms ({low:.1f}–{high:.1f})")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for benchmark in (torchscript, tensorflow, large):
            benchmark(Path(folder))
    imports()
