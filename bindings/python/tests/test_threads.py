"""Many threads, and the interpreter's lock."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from support import python_package, spec, torch_package

import neuropod


def test_one_model_serves_many_threads(tmp_path):
    path = python_package(tmp_path, "return {'y': x * 2}", [spec("x")], [spec("y")])
    model = neuropod.load_neuropod(path)

    def work(seed: int) -> None:
        given = np.random.default_rng(seed).random(2000, np.float32)
        for _ in range(200):
            np.testing.assert_array_equal(model.infer({"x": given})["y"], given * 2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_other_threads_run_while_a_framework_computes(tmp_path):
    import torch

    class Slow(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            y = x
            for _ in range(40):
                y = torch.mm(y, x)
            return {"y": y}

    square = spec("x", "float32", ("n", "n"))
    path = torch_package(tmp_path, Slow(), [square], [{**square, "name": "y"}])
    model = neuropod.load_neuropod(path, intra_op_threads=1)
    given = np.zeros((900, 900), np.float32)
    steps: list[float] = []
    is_done = threading.Event()

    def count() -> None:
        while not is_done.is_set():
            steps.append(time.perf_counter())
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    started = time.perf_counter()
    model.infer({"x": given})
    ended = time.perf_counter()
    is_done.set()
    counter.join()
    meanwhile = [step for step in steps if started < step < ended]
    # The computation takes a tenth of a second at least; with the lock held there would be next to none.
    assert len(meanwhile) > 10, f"{len(meanwhile)} steps in {ended - started:.3f} s"
    gaps = np.diff([started, *meanwhile, ended])
    assert gaps.max() < (ended - started) / 2


def test_loading_in_many_threads(tmp_path):
    path = python_package(tmp_path, "return {'y': x + 1}", [spec("x")], [spec("y")])

    def load(_: int) -> float:
        return float(neuropod.load_neuropod(path).infer({"x": [1]})["y"][0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(load, range(32))) == [2] * 32


def test_models_may_be_dropped_by_any_thread(tmp_path):
    path = python_package(tmp_path, "return {'y': x + 1}", [spec("x")], [spec("y")])
    models = [neuropod.load_neuropod(path) for _ in range(8)]
    outputs = [model.infer({"x": np.ones(5000, np.float32)})["y"] for model in models]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: models.pop(), range(8)))
        assert all(output[0] == 2 for output in outputs)
        list(pool.map(lambda _: outputs.pop(), range(8)))
