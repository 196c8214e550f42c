"""What packagers refuse. Nothing is left behind."""

from __future__ import annotations

import os
import zipfile
from typing import ClassVar

import numpy as np
import pytest

import neuropod
from neuropod.packagers import (
    create_python_neuropod,
    create_tensorflow_neuropod,
    create_torchscript_neuropod,
)


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path):
    yield
    assert sorted(os.listdir(tmp_path)) == []


def refuse(tmp_path, arguments, match, create=create_python_neuropod, **wrong):
    with pytest.raises(ValueError, match=match) as caught:
        create(tmp_path / "model", **{**arguments, **wrong})
    # The original raises RuntimeError for some.
    assert isinstance(caught.value, neuropod.NeuropodValueError)
    assert isinstance(caught.value, RuntimeError)
    return caught.value


@pytest.mark.parametrize("as_zip", [True, False])
def test_what_is_there_is_kept(tmp_path, adder, as_zip):
    path = tmp_path / "model"
    for make in (path.mkdir, lambda: path.write_text("precious")):
        make()
        error = refuse(tmp_path, adder, "already exists", package_as_zip=as_zip)
        assert (error.kind, error.context) == ("already exists", {"path": str(path)})
        assert path.is_dir() or path.read_text() == "precious"
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("as_zip", [True, False])
def test_what_appears_meanwhile_is_kept(tmp_path, adder, python_model, as_zip):
    path = tmp_path / "model"
    source = f"""
import os
def get_model(_):
    os.mkdir({str(path)!r})
    open({str(path / "precious")!r}, "w").close()
    return lambda x, y: {{"out": x + y}}
"""
    refuse(tmp_path, {**adder, **python_model(source)}, "already exists", package_as_zip=as_zip)
    assert os.listdir(path) == ["precious"]
    (path / "precious").unlink()
    path.rmdir()


def test_a_folder_that_is_not_there(tmp_path, adder):
    with pytest.raises(ValueError, match="there is no such folder to write the package into"):
        create_python_neuropod(tmp_path / "no" / "model", **adder)


@pytest.mark.parametrize("as_zip", [True, False])
@pytest.mark.parametrize("in_process", [True, False])
def test_other_outputs_than_expected(tmp_path, adder, as_zip, in_process):
    adder["test_expected_out"] = {"out": np.zeros(5)}
    error = refuse(
        tmp_path, adder, "out does not match expected value", package_as_zip=as_zip, test_in_process=in_process
    )
    assert error.kind == "self-test failed"
    assert error.context == {"output": "out", "package": str(tmp_path / "model")}
    assert "element 1 should be 0, but is 2" in str(error)


class TestTestData:
    def test_expected_outputs_need_inputs(self, tmp_path, adder):
        refuse(tmp_path, adder, "`test_expected_out` needs `test_input_data`", test_input_data=None)

    def test_an_unknown_output(self, tmp_path, adder):
        refuse(tmp_path, adder, "'oud', which is no output.*did you mean 'out'", test_expected_out={"oud": 1})

    def test_an_unknown_input(self, tmp_path, adder):
        inputs = {**adder["test_input_data"], "z": np.zeros(5)}
        refuse(tmp_path, adder, "unknown name", test_input_data=inputs)

    def test_inputs_that_do_not_fit_the_spec(self, tmp_path, adder):
        inputs = {**adder["test_input_data"], "x": np.zeros(5)}
        error = refuse(tmp_path, adder, "expected to be of type float32", test_input_data=inputs)
        assert error.context["tensor"] == "x"

    def test_no_tensor(self, tmp_path, adder):
        error = refuse(tmp_path, adder, "cannot be a tensor", test_input_data={"x": object()})
        assert error.context["tensor"] == "x"

    def test_no_dictionary(self, tmp_path, adder):
        refuse(tmp_path, adder, "`test_input_data` is of type list", test_input_data=[1])

    def test_expected_numbers_that_the_dtype_cannot_hold(self, tmp_path, adder, python_model):
        adder["output_spec"] = [{"name": "out", "dtype": "int64", "shape": (None,)}]
        adder.update(python_model("def get_model(_):\n    return lambda x, y: {'out': (x + y).astype('int64')}\n"))
        refuse(tmp_path, adder, "does not match expected value", test_expected_out={"out": np.arange(5) * 2 + 0.5})
        create_python_neuropod(tmp_path / "model", **adder)
        (tmp_path / "model").unlink()


class TestSpecs:
    @pytest.mark.parametrize("dtype", ["complex128", "datetime64", "float33", np.complex64, object, None])
    def test_dtypes(self, tmp_path, adder, dtype):
        adder["input_spec"][0]["dtype"] = dtype
        refuse(tmp_path, adder, "is not an allowed data type")

    @pytest.mark.parametrize(
        ("shape", "match"),
        [
            (None, r"expected an entry for each axis; write \(None, None\)"),
            ("123", "must be a tuple"),
            (5, "must be a tuple"),
            ((None, True), "None, a string, or a positive integer"),
            ((0,), "None, a string, or a positive integer"),
            ((-1,), "None, a string, or a positive integer"),
            ((1.5,), "None, a string, or a positive integer"),
        ],
    )
    def test_shapes(self, tmp_path, adder, shape, match):
        adder["input_spec"][0]["shape"] = shape
        refuse(tmp_path, adder, match)

    @pytest.mark.parametrize("field", ["name", "dtype", "shape"])
    def test_missing_fields(self, tmp_path, adder, field):
        del adder["input_spec"][0][field]
        refuse(tmp_path, adder, f"Field '{field}' is missing")

    def test_names(self, tmp_path, adder):
        adder["input_spec"][0]["name"] = 5
        refuse(tmp_path, adder, "Field 'name' must be a string")

    def test_a_name_that_occurs_twice(self, tmp_path, adder):
        adder["input_spec"] = [adder["input_spec"][0]] * 2
        refuse(tmp_path, adder, "`x`")

    def test_no_list(self, tmp_path, adder):
        refuse(tmp_path, adder, "`input_spec` is of type dict", input_spec={"x": "float32"})

    def test_a_models_name(self, tmp_path, adder):
        refuse(tmp_path, adder, "Field 'name' in config must be a string", model_name=5)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"input_tensor_device": {"z": "CPU"}}, "not in the `input_spec`"),
        ({"input_tensor_device": {"x": "TPU"}}, "must either be 'GPU' or 'CPU'"),
        ({"default_input_tensor_device": "gpu"}, "must either be 'GPU' or 'CPU'"),
        ({"zip_compression": zipfile.ZIP_BZIP2}, "`zip_compression` is 12"),
        ({"zip_compression": True}, "`zip_compression` is True"),
        ({"platform_version_semver": "a.b.c"}, "a.b.c"),
        ({"platform_version_semver": "0.0.1"}, "0.0.1"),
        ({"platform_version_semver": 3}, "`platform_version_semver` is 3"),
        ({"custom_ops": "libops.so"}, "`custom_ops` is one path"),
        ({"custom_ops": ["no/libops.so"]}, "libops.so"),
        ({"neuropod_load_args": {"device": "tpu"}}, "tpu"),
        ({"neuropod_load_args": {"visible_gp": 1}}, "unexpected keyword argument 'visible_gp'"),
        ({"neuropod_load_args": {"device": object()}}, "cannot be handed to the process of the test"),
    ],
    ids=str,
)
def test_common_arguments(tmp_path, adder, wrong, match):
    refuse(tmp_path, adder, match, **wrong)


class TestPython:
    def test_a_package_within_the_code(self, tmp_path, adder):
        root = adder["code_path_spec"][0]["python_root"]
        with pytest.raises(ValueError, match="`neuropod_path` cannot be a subdirectory of `python_root`"):
            create_python_neuropod(root / "packaged" / "model", **adder)
        assert os.listdir(root / "packaged") == ["model.py"]

    @pytest.mark.parametrize(
        ("wrong", "match"),
        [
            ({"entrypoint_package": "packaged.modle"}, r"did you mean `packaged.model`\?"),
            ({"entrypoint_package": "packaged/model"}, "no name of a Python module"),
            ({"entrypoint_package": None}, "`entrypoint_package` is None"),
            ({"entrypoint": "no_such_function"}, "no_such_function"),
            ({"data_paths": [{"path": "no/weights", "packaged_name": "weights"}]}, "no/weights"),
            ({"data_paths": [{"path": "weights"}]}, "'path' and 'packaged_name'"),
            ({"data_paths": {"path": "a", "packaged_name": "b"}}, "expected a list of dictionaries"),
            ({"code_path_spec": []}, "no code"),
            ({"code_path_spec": [{"python_root": ".", "dirs_to_package": "a"}]}, "`dirs_to_package` is one path"),
        ],
        ids=str,
    )
    def test_arguments(self, tmp_path, adder, wrong, match):
        refuse(tmp_path, adder, match, **wrong)

    def test_a_data_file_twice(self, tmp_path, adder):
        file = adder["code_path_spec"][0]["python_root"] / "packaged" / "model.py"
        data = [{"path": file, "packaged_name": "weights"}] * 2
        refuse(tmp_path, adder, "same path in the package", data_paths=data)


class TestTensorFlow:
    SOURCES: ClassVar = {
        "graph_def": object(),
        "saved_model_dir": "saved",
        "trackable_obj": object(),
        "frozen_graph_path": "g",
    }

    def refuse(self, tmp_path, arguments, match, **wrong):
        return refuse(tmp_path, arguments, match, create_tensorflow_neuropod, **wrong)

    @pytest.mark.parametrize("sources", [(), ("graph_def", "saved_model_dir"), tuple(SOURCES)])
    def test_there_is_exactly_one_source(self, tmp_path, addition, sources):
        match = (
            "Exactly one of `frozen_graph_path`, `graph_def`, `saved_model_dir` and `trackable_obj` must be provided."
        )
        self.refuse(tmp_path, addition, match, **{source: self.SOURCES[source] for source in sources})

    def test_a_graph_needs_a_mapping(self, tmp_path, addition):
        graph = {"frozen_graph_path": "graph.pb"}
        self.refuse(tmp_path, addition, "node_name_mapping is required when using", **graph)
        mapping = {"x": "x:0", "out": "out:0"}
        match = "Expected an item in `node_name_mapping` for every tensor.*Missing: y"
        self.refuse(tmp_path, addition, match, node_name_mapping=mapping, **graph)

    def test_a_graph_needs_specs(self, tmp_path, addition):
        match = "`input_spec` and `output_spec` are required"
        self.refuse(tmp_path, addition, match, frozen_graph_path="g", node_name_mapping={"x": "x:0"}, input_spec=None)

    def test_a_saved_model_needs_no_mapping(self, tmp_path, addition):
        self.refuse(tmp_path, addition, "leave it out", saved_model_dir="saved", node_name_mapping={"x": "x:0"})

    def test_missing_files(self, tmp_path, addition):
        mapping = {name: name for name in ("x", "y", "out")}
        self.refuse(tmp_path, addition, "no/graph.pb", frozen_graph_path="no/graph.pb", node_name_mapping=mapping)
        self.refuse(tmp_path, addition, "there is no SavedModel", saved_model_dir="no/saved")
        match = "there is no SavedModel"
        self.refuse(tmp_path, addition, match, saved_model_dir="no/saved", input_spec=None)

    def test_what_is_no_graph(self, tmp_path, addition):
        mapping = {name: name for name in ("x", "y", "out")}
        match = "`graph_def` is of type bytes"
        self.refuse(tmp_path, addition, match, graph_def=b"graph", node_name_mapping=mapping)

    def test_what_cannot_be_saved(self, tmp_path, addition):
        self.refuse(tmp_path, addition, "TensorFlow cannot save `trackable_obj`", trackable_obj=5)

    def test_specs_that_do_not_fit_the_signature(self, tmp_path, addition):
        import tensorflow as tf

        class Adder(tf.Module):
            @tf.function(input_signature=[tf.TensorSpec(None, tf.float32), tf.TensorSpec(None, tf.float32)])
            def add(self, x, z):
                return {"out": x + z}

        self.refuse(tmp_path, addition, "`z`", trackable_obj=Adder())


class TestTorchScript:
    def refuse(self, tmp_path, arguments, match, **wrong):
        return refuse(tmp_path, arguments, match, create_torchscript_neuropod, **wrong)

    def test_there_is_exactly_one_source(self, tmp_path, addition):
        match = "Exactly one of 'module' and 'module_path' must be provided"
        self.refuse(tmp_path, addition, match)
        self.refuse(tmp_path, addition, match, module=object(), module_path="model.pt")

    def test_a_module_that_is_not_compiled(self, tmp_path, addition):
        import torch

        self.refuse(tmp_path, addition, "`module` is of type Identity", module=torch.nn.Identity())

    def test_a_missing_file(self, tmp_path, addition):
        self.refuse(tmp_path, addition, "no/model.pt", module_path="no/model.pt")
