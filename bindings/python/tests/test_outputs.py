"""What a call returns."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from support import identity, python_package, spec, torch_package

import neuropod

LARGE = 1 << 20


def doubled(folder, dtype="float32"):
    path = python_package(folder, "return {'y': x * 2}", [spec("x", dtype)], [spec("y", dtype)])
    return neuropod.load_neuropod(path)


@pytest.mark.parametrize("size", [0, 1, 1000, LARGE])
def test_arrays_can_be_written_and_are_the_callers(tmp_path, size):
    model = doubled(tmp_path)
    given = np.ones(size, np.float32)
    first, second = model.infer({"x": given})["y"], model.infer({"x": given})["y"]
    first += 1
    np.testing.assert_array_equal(first, np.full(size, 3))
    np.testing.assert_array_equal(second, np.full(size, 2))
    np.testing.assert_array_equal(given, np.ones(size))


def test_an_input_that_is_returned_is_not_copied_and_cannot_be_written(tmp_path):
    model = identity(tmp_path, "float32")
    given = np.ones(LARGE, np.float32)
    returned = model.infer({"x": given})["y"]
    assert np.shares_memory(returned, given)
    assert not returned.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        returned[0] = 2
    small = model.infer({"x": given[:4]})["y"]
    small[0] = 2
    assert given[0] == 1


def test_torchscript_shares_memory_both_ways(tmp_path):
    import torch

    class Identity(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"y": x, "z": x * 2}

    path = torch_package(tmp_path, Identity(), [spec("x")], [spec("y"), spec("z")])
    model = neuropod.load_neuropod(path)
    given = np.ones(LARGE, np.float32)
    outputs = model.infer({"x": given})
    assert np.shares_memory(outputs["y"], given)
    assert not outputs["y"].flags.writeable
    assert outputs["z"].flags.writeable


def test_outputs_outlive_the_model_and_the_inputs(tmp_path):
    model = identity(tmp_path, "float32")
    given = np.arange(LARGE, dtype=np.float32)
    watch = weakref.ref(given)
    part = model.infer({"x": given})["y"][LARGE // 2 :]
    del given, model
    gc.collect()
    assert watch() is not None
    assert part[0] == LARGE // 2 and part[-1] == LARGE - 1
    del part
    gc.collect()
    assert watch() is None


def test_memory_is_given_back(tmp_path):
    model = doubled(tmp_path)
    given = np.ones(LARGE, np.float32)
    watch = weakref.ref(given)
    for _ in range(3):
        model.infer({"x": given})
    del given
    gc.collect()
    # A model keeps nothing; the backend may keep array objects of its own, without their memory.
    assert watch() is None


def test_the_order_is_that_of_the_spec_or_of_the_request(tmp_path):
    names = ["c", "a", "b"]
    body = "return {'a': x, 'b': x, 'c': x}"
    model = neuropod.load_neuropod(python_package(tmp_path, body, [spec("x")], [spec(name) for name in names]))
    inputs = {"x": np.ones(1, np.float32)}
    assert list(model.infer(inputs)) == names
    assert list(model.infer(inputs, ["b", "c"])) == ["b", "c"]
    assert list(model.infer(inputs, requested_outputs=("a",))) == ["a"]
    assert list(model.infer(inputs, [])) == names
    with pytest.raises(neuropod.NeuropodValueError, match="there is no output `d`; the model's outputs are `c`"):
        model.infer(inputs, ["d"])
    with pytest.raises(neuropod.NeuropodValueError, match="expected a list of names"):
        model.infer(inputs, "a")
    with pytest.raises(TypeError):
        model.infer(inputs, [1])


def test_tensors_of_pytorch_on_request(tmp_path):
    import torch

    model = doubled(tmp_path)
    given = torch.ones(LARGE)
    returned = model.infer({"x": given}, output_type="torch")["y"]
    assert isinstance(returned, torch.Tensor) and returned.dtype == torch.float32
    assert torch.equal(returned, given * 2)
    again = neuropod.load_neuropod(model.path, output_type="torch").infer({"x": given})["y"]
    assert isinstance(again, torch.Tensor)
    assert isinstance(model.infer({"x": given})["y"], np.ndarray)


def test_memory_goes_to_pytorch_without_a_copy(tmp_path):
    import torch

    model = identity(tmp_path, "float32")
    given = torch.ones(LARGE)
    assert model.infer({"x": given}, output_type="torch")["y"].data_ptr() == given.data_ptr()


def test_dlpack_on_request(tmp_path):
    import torch

    model = doubled(tmp_path)
    returned = model.infer({"x": np.ones(LARGE, np.float32)}, output_type="dlpack")["y"]
    assert (returned.shape, returned.dtype) == ((LARGE,), "float32")
    array, tensor = np.from_dlpack(returned), torch.from_dlpack(returned)
    assert tensor.data_ptr() == array.ctypes.data
    assert np.asarray(returned).ctypes.data == array.ctypes.data
    assert "float32" in repr(returned)
    del returned
    gc.collect()
    assert array[-1] == 2 and tensor[-1] == 2
    with pytest.raises(TypeError):
        model.infer({"x": np.ones(1, np.float32)}, output_type="dlpack")["y"].__dlpack__(stream=1)


def test_capsules_that_nobody_takes_give_their_memory_back(tmp_path):
    model = identity(tmp_path, "float32")
    given = np.ones(LARGE, np.float32)
    watch = weakref.ref(given)
    returned = model.infer({"x": given}, output_type="dlpack")["y"]
    capsules = [returned.__dlpack__(), returned.__dlpack__(max_version=(1, 0)), returned.__dlpack__(copy=True)]
    del capsules, returned, given
    gc.collect()
    assert watch() is None


def test_strings_are_arrays_whatever_is_asked_for(tmp_path):
    model = identity(tmp_path, "string")
    for output_type in ("numpy", "torch", "dlpack"):
        returned = model.infer({"x": ["a", "b"]}, output_type=output_type)["y"]
        assert isinstance(returned, np.ndarray) and returned.tolist() == ["a", "b"]


def test_an_unknown_type_of_output_is_refused(tmp_path):
    model = identity(tmp_path, "float32")
    with pytest.raises(neuropod.NeuropodValueError, match='expected "numpy", "torch" or "dlpack"'):
        model.infer({"x": [1]}, output_type="jax")
    with pytest.raises(neuropod.NeuropodValueError, match='expected "numpy", "torch" or "dlpack"'):
        neuropod.load_neuropod(model.path, output_type="jax")


def test_outputs_that_do_not_fit_the_spec(tmp_path):
    path = python_package(tmp_path, "return {'y': x.astype('f8')}", [spec("x")], [spec("y")])
    with pytest.raises(neuropod.NeuropodValueError, match="the output `y` should be float32, and the model returned an array of float64"):
        neuropod.load_neuropod(path).infer({"x": [1]})
