"""One model from every packager, with the same specs and test data."""

from __future__ import annotations

import os
import zipfile

import numpy as np
import pytest
from conftest import check_addition

import neuropod
from neuropod.packagers import (
    create_python_neuropod,
    create_pytorch_neuropod,
    create_tensorflow_neuropod,
    create_torchscript_neuropod,
)

NODES = {"x": "some_namespace/in_x:0", "y": "some_namespace/in_y", "out": "some_namespace/out:0"}


@pytest.fixture
def graph_def():
    import tensorflow as tf

    with tf.Graph().as_default() as graph, tf.name_scope("some_namespace"):
        x = tf.compat.v1.placeholder(tf.float32, name="in_x")
        y = tf.compat.v1.placeholder(tf.float32, name="in_y")
        tf.add(x, y, name="out")
    return graph.as_graph_def()


@pytest.fixture
def trackable():
    import tensorflow as tf

    class Adder(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32), tf.TensorSpec(None, tf.float32)])
        def add(self, x, y):
            return {"out": x + y}

    return Adder()


@pytest.fixture
def scripted():
    import torch

    class Adder(torch.nn.Module):
        def forward(self, x, y):
            return {"out": x + y}

    return torch.jit.script(Adder())


def test_graph_def(tmp_path, addition, graph_def):
    path = tmp_path / "addition"
    create_tensorflow_neuropod(path, graph_def=graph_def, node_name_mapping=NODES, **addition)
    check_addition(path)


def test_frozen_graph(tmp_path, addition, graph_def):
    (tmp_path / "graph.pb").write_bytes(graph_def.SerializeToString())
    # An entry that no spec names does not matter.
    mapping = {**NODES, "other": "some_namespace/out:0"}
    path = tmp_path / "addition"
    create_tensorflow_neuropod(path, frozen_graph_path=tmp_path / "graph.pb", node_name_mapping=mapping, **addition)
    check_addition(path)


def test_saved_model_dir(tmp_path, addition, trackable):
    import tensorflow as tf

    tf.saved_model.save(trackable, str(tmp_path / "saved"))
    path = tmp_path / "addition"
    create_tensorflow_neuropod(path, saved_model_dir=tmp_path / "saved", package_as_zip=False, **addition)
    assert path.is_dir()
    check_addition(path)


def test_trackable_obj(tmp_path, addition, trackable):
    create_tensorflow_neuropod(tmp_path / "addition", trackable_obj=trackable, **addition)
    check_addition(tmp_path / "addition")


def test_the_specs_of_a_saved_model_can_be_left_out(tmp_path, addition):
    import tensorflow as tf

    module = tf.Module()
    signature = tf.function(lambda x, y: {"out": x + y}).get_concrete_function(
        tf.TensorSpec([None, 2], tf.float32, "x"), tf.TensorSpec([None, 2], tf.float32, "y")
    )
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures=signature)
    # Lists get the dtype that the signature says.
    test_data = {"x": [[1.0, 2.0]], "y": [[3, 4]]}
    create_tensorflow_neuropod(
        tmp_path / "addition",
        "addition",
        saved_model_dir=tmp_path / "saved",
        test_input_data=test_data,
        test_expected_out={"out": [[4, 6]]},
        input_tensor_device={"x": "CPU"},
    )
    model = neuropod.load_neuropod(tmp_path / "addition")
    assert model.inputs == [{"name": name, "dtype": "float32", "shape": [None, 2]} for name in ("x", "y")]
    assert model.outputs == [{"name": "out", "dtype": "float32", "shape": [None, 2]}]


@pytest.mark.parametrize("init_op_names", ["init", ["init"]])
def test_init_ops(tmp_path, addition, init_op_names):
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, name="x")
        y = tf.compat.v1.placeholder(tf.float32, name="y")
        two = tf.compat.v1.get_variable("two", initializer=2.0, use_resource=False)
        tf.multiply(x + y, two / 2, name="out")
        tf.group(two.initializer, name="init")
    create_tensorflow_neuropod(
        tmp_path / "addition",
        graph_def=graph.as_graph_def(),
        node_name_mapping={name: name for name in ("x", "y", "out")},
        init_op_names=init_op_names,
        **addition,
    )
    check_addition(tmp_path / "addition")


def test_torchscript_module(tmp_path, addition, scripted):
    create_torchscript_neuropod(tmp_path / "addition", module=scripted, **addition)
    check_addition(tmp_path / "addition")


def test_torchscript_file(tmp_path, addition, scripted):
    scripted.save(str(tmp_path / "model.pt"))
    create_torchscript_neuropod(tmp_path / "addition", module_path=tmp_path / "model.pt", **addition)
    check_addition(tmp_path / "addition")


def test_python(tmp_path, adder):
    create_python_neuropod(tmp_path / "addition", **adder)
    check_addition(tmp_path / "addition")


def test_pytorch(tmp_path, addition, python_model):
    import torch

    torch.save({"zero": torch.zeros(1)}, tmp_path / "weights.pt")
    source = """
import os
import torch

class Adder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("zero", torch.ones(1))

    def forward(self, x, y):
        return {"out": torch.as_tensor(x) + torch.as_tensor(y) + self.zero}

def get_model(data_path):
    model = Adder()
    model.load_state_dict(torch.load(os.path.join(data_path, "folder/zero.pt")))
    return model.eval()
"""
    arguments = {**addition, **python_model(source)}
    arguments["data_paths"] = [{"path": tmp_path / "weights.pt", "packaged_name": "folder/zero.pt"}]
    arguments["test_input_data"] = {name: torch.arange(5.0) for name in ("x", "y")}
    arguments["test_expected_out"] = {"out": torch.arange(5) * 2}
    create_pytorch_neuropod(tmp_path / "addition", **arguments)
    check_addition(tmp_path / "addition")


def test_the_original_modules_have_the_packagers():
    from neuropod.backends.keras.packager import create_keras_neuropod
    from neuropod.backends.python.packager import create_python_neuropod as python
    from neuropod.backends.pytorch.packager import create_pytorch_neuropod as pytorch
    from neuropod.backends.tensorflow.packager import create_tensorflow_neuropod as tensorflow
    from neuropod.backends.torchscript.packager import create_torchscript_neuropod as torchscript

    for function in (create_keras_neuropod, python, pytorch, tensorflow, torchscript):
        assert getattr(neuropod.packagers, function.__name__) is getattr(neuropod, function.__name__)
    assert python is neuropod.create_python_neuropod


def test_strings(tmp_path, python_model):
    source = """
import numpy as np
def get_model(_):
    return lambda x, y: {"out": np.array([f"{a} {b}" for a, b in zip(x, y)])}
"""
    specs = {name: {"name": name, "dtype": "string", "shape": ("batch_size",)} for name in ("x", "y", "out")}
    arguments = {
        "model_name": "strings",
        "input_spec": [specs["x"], specs["y"]],
        "output_spec": [specs["out"]],
        "test_input_data": {
            "x": np.array(["apple 😎", "banana", "carrot"]),
            "y": np.array(["sauce", "pudding", "cake"]),
        },
        **python_model(source),
    }
    expected = ["apple 😎 sauce", "banana pudding", "carrot cake"]
    create_python_neuropod(tmp_path / "right", test_expected_out={"out": np.array(expected)}, **arguments)
    with pytest.raises(ValueError, match="out does not match expected value"):
        create_python_neuropod(tmp_path / "wrong", test_expected_out={"out": np.array(["a", "b", "c"])}, **arguments)
    assert os.listdir(tmp_path) == ["right"]


def test_strings_that_no_npz_file_can_hold_can_be_tested_with(tmp_path, python_model):
    arguments = {
        "model_name": "strings",
        "input_spec": [{"name": "x", "dtype": "string", "shape": (None,)}],
        "output_spec": [{"name": "y", "dtype": "string", "shape": (None,)}],
        "test_input_data": {"x": np.array([b"\xff\xfe"], dtype=object)},
        "test_expected_out": {"y": np.array([b"\xff\xfe"], dtype=object)},
        **python_model("def get_model(_):\n    return lambda x: {'y': x}\n"),
    }
    create_python_neuropod(tmp_path / "strings", persist_test_data=False, **arguments)


def test_bfloat16(tmp_path, python_model):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    x = np.array([1.5, -2.0], dtype=ml_dtypes.bfloat16)
    create_python_neuropod(
        tmp_path / "identity",
        "identity",
        input_spec=[{"name": "x", "dtype": "bfloat16", "shape": (2,)}],
        output_spec=[{"name": "y", "dtype": ml_dtypes.bfloat16, "shape": (2,)}],
        test_input_data={"x": x},
        test_expected_out={"y": [1.5, -2.0]},
        **python_model("def get_model(_):\n    return lambda x: {'y': x}\n"),
    )
    assert neuropod.load_neuropod(tmp_path / "identity").infer({"x": x})["y"].dtype == ml_dtypes.bfloat16


@pytest.mark.parametrize(
    ("compression", "stored"),
    [
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED),
        ("deflated", zipfile.ZIP_DEFLATED),
        (zipfile.ZIP_STORED, zipfile.ZIP_STORED),
        ("stored", zipfile.ZIP_STORED),
    ],
)
def test_compression(tmp_path, adder, compression, stored):
    create_python_neuropod(tmp_path / "addition", zip_compression=compression, **adder)
    with zipfile.ZipFile(tmp_path / "addition") as file:
        assert file.getinfo("0/code/packaged/model.py").compress_type == stored
        assert "test_data.npz" in file.namelist()


def test_test_data_need_not_be_kept(tmp_path, adder):
    create_python_neuropod(tmp_path / "addition", persist_test_data=False, **adder)
    with zipfile.ZipFile(tmp_path / "addition") as file:
        assert "test_data.npz" not in file.namelist()


def test_custom_ops_are_kept_under_their_names(tmp_path, adder):
    library = tmp_path / "libops.so"
    library.write_bytes(b"not really")
    del adder["test_input_data"], adder["test_expected_out"]
    create_python_neuropod(tmp_path / "addition", custom_ops=[library], **adder)
    with zipfile.ZipFile(tmp_path / "addition") as file:
        assert file.read("0/ops/libops.so") == b"not really"


def test_a_version_range_is_kept(tmp_path, adder):
    create_python_neuropod(tmp_path / "addition", platform_version_semver="3.10.0 - 4.0.0", **adder)
    check_addition(tmp_path / "addition")
