"""Helpers that code for the original imports."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import DTYPES, python_package, spec

from neuropod import NeuropodError, NeuropodValueError
from neuropod.utils.config_utils import (
    ALLOWED_DTYPES,
    canonicalize_tensor_spec,
    read_neuropod_config,
    validate_neuropod_config,
    validate_tensor_spec,
    write_neuropod_config,
)
from neuropod.utils.dtype_utils import get_dtype, get_dtype_name
from neuropod.utils.eval_utils import (
    check_output_matches_expected,
    load_and_test_neuropod,
    load_test_data,
    print_output_summary,
    save_test_data,
)
from neuropod.utils.hash_utils import sha256sum
from neuropod.utils.packaging_utils import expand_default_kwargs, packager, set_packager_docstring

SPEC = [{"name": "x", "dtype": "float32", "shape": (None, 2, "some_symbol")}]


def config(**changes: Any) -> dict[str, Any]:
    return {
        "name": "addition_model",
        "platform": "tensorflow",
        "input_spec": [dict(SPEC[0])],
        "output_spec": [{**SPEC[0], "name": "y"}],
        "input_tensor_device": {"x": "GPU"},
        **changes,
    }


# dtype_utils


@pytest.mark.parametrize("name", ALLOWED_DTYPES)
def test_names_of_element_types_are_their_own(name: str) -> None:
    assert get_dtype_name(name) == name
    if name != "bfloat16":
        assert get_dtype_name(get_dtype(name)) == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("double", "float64"),
        ("single", "float32"),
        ("half", "float16"),
        (">f4", "float32"),
        ("i8", "int64"),
        (np.int32, "int32"),
        (np.dtype("uint16"), "uint16"),
        (float, "float64"),
        (bool, "bool"),
        (str, "string"),
        (bytes, "string"),
        ("<U5", "string"),
        ("S3", "string"),
        (np.array(["some", "text"]).dtype, "string"),
    ],
)
def test_every_spelling_of_numpy_is_known(spelling: Any, name: str) -> None:
    assert get_dtype_name(spelling) == name


def test_bfloat16_is_that_of_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert get_dtype("bfloat16") == np.dtype(ml_dtypes.bfloat16)
    assert get_dtype_name(ml_dtypes.bfloat16) == "bfloat16"


@pytest.mark.parametrize("wrong", ["flaot32", None, 3, "string "])
def test_other_dtypes_are_refused(wrong: Any) -> None:
    with pytest.raises(NeuropodValueError, match="is not an allowed data type!"):
        get_dtype_name(wrong)


# config_utils


def test_specs_become_canonical() -> None:
    given = [
        {"name": "x", "dtype": "string", "shape": (None, 2, "some_symbol")},
        {"name": "y", "dtype": "double", "shape": [None, np.int64(2)]},
    ]
    canonical = canonicalize_tensor_spec(given)
    assert canonical == [given[0], {"name": "y", "dtype": "float64", "shape": [None, 2]}]
    assert type(canonical[1]["shape"][1]) is int
    assert canonicalize_tensor_spec(canonical) == canonical


def test_specs_name_the_tensor_that_is_wrong() -> None:
    with pytest.raises(NeuropodValueError, match=r"'flaot32' is not an allowed data type!.*\(tensor: x\)") as raised:
        canonicalize_tensor_spec([{"name": "x", "dtype": "flaot32", "shape": ()}])
    assert raised.value.kind == "invalid spec"
    with pytest.raises(NeuropodValueError, match="Field 'shape' is missing"):
        canonicalize_tensor_spec([{"name": "x", "dtype": "float32"}])
    with pytest.raises(NeuropodValueError, match="to be a dict, got value 'x'"):
        canonicalize_tensor_spec("x")  # type: ignore[arg-type]


def test_a_right_config_is_accepted() -> None:
    validate_neuropod_config(config())
    validate_neuropod_config(config(custom_ops=["op.so"]))
    for dtype in ALLOWED_DTYPES:
        validate_tensor_spec([{"name": "x", "dtype": dtype, "shape": ()}])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": True}, "Field 'name' in config must be a string! Got value True"),
        ({"platform": 5}, "Field 'platform' in config must be a string! Got value 5"),
        ({"input_tensor_device": {"x": "TPU"}}, "Device must either be 'GPU' or 'CPU'! Got value 'TPU'"),
        ({"input_tensor_device": {"x": "GPU", "y": "CPU"}}, "Devices were specified for some tensors not in"),
        ({"input_tensor_device": {}}, "Some input tensors do not have devices specified: {'x'}"),
        ({"input_spec": [{**SPEC[0], "dtype": "complex128"}]}, "complex128 is not an allowed data type!"),
        ({"input_spec": [{**SPEC[0], "name": 5}]}, "Field 'name' must be a string! Got value 5"),
        ({"input_spec": [{**SPEC[0], "shape": "123"}]}, "Field 'shape' must be a tuple! Got value 123"),
        (
            {"input_spec": [{**SPEC[0], "shape": (None, True)}]},
            "All items in 'shape' must either be None, a string, or",
        ),
        ({"input_spec": [{**SPEC[0], "shape": (0,)}]}, "All items in 'shape' must either be None, a string, or"),
        ({"custom_ops": "op.so"}, "Optional field 'custom_ops' must be a list!"),
        ({"custom_ops": [1]}, "All items in 'custom_ops' must be strings!"),
    ],
)
def test_a_wrong_config_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")) as raised:
        validate_neuropod_config(config(**changes))
    assert isinstance(raised.value, NeuropodError)


def test_a_missing_field_is_told() -> None:
    without = config()
    del without["output_spec"]
    with pytest.raises(NeuropodValueError, match="Field 'output_spec' is missing in the config"):
        validate_neuropod_config(without)


def test_a_config_is_written_and_read(tmp_path: Path) -> None:
    inputs = [*SPEC, {"name": "n", "dtype": "int", "shape": [1]}]
    write_neuropod_config(
        neuropod_path=tmp_path,
        model_name="modèle",
        platform="python",
        input_spec=inputs,
        output_spec=[{"name": "out", "dtype": "string", "shape": ("some_symbol",)}],
        platform_version_semver="3.10 - 3.13",
        input_tensor_device={"n": "CPU"},
        test_input_data={},
    )
    read = read_neuropod_config(tmp_path)
    assert read == {
        "name": "modèle",
        "platform": "python",
        "platform_version_semver": "3.10 - 3.13",
        "input_spec": [
            {"name": "x", "dtype": "float32", "shape": [None, 2, "some_symbol"]},
            {"name": "n", "dtype": "int64", "shape": [1]},
        ],
        "output_spec": [{"name": "out", "dtype": "string", "shape": ["some_symbol"]}],
        "custom_ops": [],
        "input_tensor_device": {"x": "GPU", "n": "CPU"},
    }
    with zipfile.ZipFile(tmp_path / "zipped", "w") as zipped:
        zipped.write(tmp_path / "config.json", "config.json")
    assert read_neuropod_config(tmp_path / "zipped") == read


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"platform_version_semver": "newest"}, "version range"),
        ({"input_spec": [*SPEC, *SPEC]}, "two inputs are called `x`"),
        ({"input_tensor_device": {"z": "CPU"}}, "Devices were specified for some tensors not in"),
        ({"default_input_tensor_device": "TPU"}, "Device must either be 'GPU' or 'CPU'!"),
    ],
)
def test_no_wrong_config_is_written(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    arguments = {"model_name": "model", "platform": "python", "input_spec": SPEC, "output_spec": SPEC, **changes}
    with pytest.raises(NeuropodValueError, match=message):
        write_neuropod_config(neuropod_path=tmp_path, **arguments)
    assert not os.listdir(tmp_path)


def test_configs_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(NeuropodError, match="config"):
        read_neuropod_config(tmp_path)
    with pytest.raises(NeuropodError, match="nothing at this path"):
        read_neuropod_config(tmp_path / "nothing")


# eval_utils


def test_equal_outputs_match() -> None:
    out = {
        "floats": np.float32([1, np.nan, np.inf]),
        "ints": np.arange(3),
        "texts": np.array(["a", "bc"]),
        "more": np.zeros(1),
    }
    check_output_matches_expected(
        out,
        {
            "floats": np.array([1.000001, np.nan, np.inf]),
            "ints": [0, 1, 2],
            "texts": np.array([b"a", b"bc"]),
        },
    )
    check_output_matches_expected({"out": np.float32([0, 1, 2])}, {"out": np.arange(3)})


@pytest.mark.parametrize(
    ("found", "expected", "difference"),
    [
        (np.float32([1]), np.float32([1.1]), "Expected"),
        (np.arange(2), np.arange(3), r"Expected the shape \(3,\), found \(2,\)"),
        (np.arange(2), np.array([0, 2]), "Expected"),
        (np.array(["a"]), np.array(["b"]), "Expected"),
        (np.array(["1"]), np.array([1]), "Expected"),
        (np.array([True]), np.array([False]), "Expected"),
    ],
)
def test_different_outputs_are_told(found: Any, expected: Any, difference: str) -> None:
    with pytest.raises(ValueError, match=f"out does not match expected value! {difference}"):
        check_output_matches_expected({"out": found}, {"out": expected})


def test_outputs_that_are_missing_are_told() -> None:
    with pytest.raises(
        ValueError, match=r"out does not match expected value! The model has no such output; it has a, b"
    ):
        check_output_matches_expected({"a": 1, "b": 2}, {"out": 1})


def test_summaries_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        print_output_summary({"out": np.zeros((2, 3), np.float32)})
    assert "out: np.array with shape (2, 3) and dtype float32" in caplog.text
    with pytest.raises(NeuropodValueError, match="All outputs must be numpy arrays! Output `out`"):
        print_output_summary({"out": [1]})


def test_test_data_come_back(tmp_path: Path) -> None:
    inputs = {dtype: np.ones(3, dtype) for dtype in DTYPES}
    save_test_data(tmp_path, {**inputs, "s": np.array(["a", "bc"])}, {"out": np.arange(2)})
    data = load_test_data(tmp_path)
    assert data is not None
    assert set(data["test_input"]) == {*DTYPES, "s"}
    for name, array in inputs.items():
        np.testing.assert_array_equal(data["test_input"][name], array)
        assert data["test_input"][name].dtype == array.dtype
    assert data["test_input"]["s"].tolist() == ["a", "bc"]
    assert data["test_output"] == {"out": pytest.approx(np.arange(2))}
    assert os.listdir(tmp_path) == ["test_data.npz"]


def test_test_data_of_plain_numbers_equal_what_was_saved(tmp_path: Path) -> None:
    save_test_data(tmp_path, {"x": 3, "y": 4}, {"out": 7})
    assert load_test_data(tmp_path) == {"test_input": {"x": 3, "y": 4}, "test_output": {"out": 7}}
    save_test_data(tmp_path, {"x": 3}, None)
    assert load_test_data(tmp_path) == {"test_input": {"x": 3}, "test_output": None}


def test_pickles_are_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load_test_data(tmp_path) is None
    assert not caplog.text
    opened = tmp_path / "opened"
    # What unpickling would run: `os.mkdir(opened)`.
    (tmp_path / "test_data.pkl").write_bytes(b"cos\nmkdir\n(V" + str(opened).encode() + b"\ntR.")
    assert load_test_data(tmp_path) is None
    assert "could run any code" in caplog.text
    assert not opened.exists()


def test_damaged_test_data_are_told(tmp_path: Path) -> None:
    (tmp_path / "test_data.npz").write_bytes(b"no archive")
    with pytest.raises(NeuropodError):
        load_test_data(tmp_path)


def test_packages_are_tested_with_their_test_data(tmp_path: Path) -> None:
    inputs, outputs = {"x": np.float32([1, 2])}, {"out": np.float32([2, 3])}
    path = python_package(
        tmp_path,
        'return {"out": x + 1}',
        [spec("x")],
        [spec("out")],
        test_input_data=inputs,
        test_expected_out=outputs,
    )
    data = load_test_data(path)
    assert data is not None
    load_and_test_neuropod(path, data["test_input"], data["test_output"], package_as_zip=True)
    load_and_test_neuropod(path, inputs, neuropod_load_args={"visible_gpu": None})
    with pytest.raises(ValueError, match="out does not match expected value!"):
        load_and_test_neuropod(path, inputs, {"out": np.float32([2, 4])})


# hash_utils


def test_hashes_are_those_of_the_content(tmp_path: Path) -> None:
    for size in (0, 5, (1 << 20) + 3):
        content = bytes(range(256)) * (size // 256) + bytes(size % 256)
        (tmp_path / "file").write_bytes(content)
        assert sha256sum(tmp_path / "file") == hashlib.sha256(content).hexdigest()


# packaging_utils


@packager(platform="mine")
def create_my_neuropod(neuropod_path: str, weights: bytes, scale: int = 2, **kwargs: Any) -> None:
    """Packages my model.

    {common_doc_pre}

    :param  weights:    The weights

    {common_doc_post}
    """
    data = os.path.join(neuropod_path, "0", "data")
    os.makedirs(data)
    Path(data, "weights").write_bytes(weights * scale)
    Path(data, "about").write_text(" ".join(sorted(kwargs)))
    assert (kwargs["model_name"], kwargs["platform"]) == ("my model", "mine")


def my_package(path: Path, **arguments: Any) -> None:
    create_my_neuropod(
        neuropod_path=path,
        model_name="my model",
        input_spec=[{"name": "x", "dtype": "float", "shape": (None,)}],
        output_spec=[{"name": "out", "dtype": "str", "shape": ("n",)}],
        **arguments,
    )


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_packager_of_ones_own_writes_a_package(tmp_path: Path, as_zip: bool) -> None:
    op = tmp_path / "op.so"
    op.write_bytes(b"an operator")
    path = tmp_path / "mine.neuropod"
    my_package(path, weights=b"w", package_as_zip=as_zip, custom_ops=[str(op)], default_input_tensor_device="CPU")
    if as_zip:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    else:
        files = {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    assert set(files) == {"config.json", "manifest.json", "0/data/weights", "0/data/about", "0/ops/op.so"}
    assert files["0/data/weights"] == b"ww"
    assert files["0/data/about"] == b"default_input_tensor_device input_spec model_name output_spec platform"
    read = read_neuropod_config(path)
    assert (read["platform"], read["custom_ops"]) == ("mine", ["op.so"])
    assert read["input_spec"][0]["dtype"] == "float64"
    assert read["input_tensor_device"] == {"x": "CPU"}


def test_a_packager_of_ones_own_checks_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ValueError, match="already exists! Aborting"):
        my_package(tmp_path / "there", weights=b"")
    with pytest.raises(TypeError, match="create_my_neuropod\\(\\) is missing the arguments model_name, input_spec"):
        create_my_neuropod(neuropod_path=tmp_path / "none")
    with pytest.raises(TypeError, match="weights"):
        my_package(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_packager_of_ones_own_leaves_nothing_if_it_fails(tmp_path: Path) -> None:
    @packager("mine")
    def create(neuropod_path: str) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        create(neuropod_path=tmp_path / "none", model_name="model", input_spec=SPEC, output_spec=SPEC)
    assert not (tmp_path / "none").exists()


def test_packagers_document_all_arguments() -> None:
    documentation = create_my_neuropod.__doc__ or ""
    assert "{common_doc" not in documentation
    for argument in ("neuropod_path", "model_name", "weights", "input_spec", "output_spec"):
        assert f":param  {argument}:" in documentation
    assert create_my_neuropod.__name__ == "create_my_neuropod"
    defaults = create_my_neuropod.neuropod_default_args  # type: ignore[attr-defined]
    assert (defaults["scale"], defaults["package_as_zip"], defaults["persist_test_data"]) == (2, True, True)


def test_defaults_are_gathered_and_the_last_counts() -> None:
    def first(a: int, b: int = 1, c: int = 1) -> None: ...

    @expand_default_kwargs(deps=[first])
    def second(c: int = 2, **kwargs: Any) -> None: ...

    @expand_default_kwargs(deps=[second])
    def third(d: int = 3, **kwargs: Any) -> None: ...

    assert third.neuropod_default_args == {"b": 1, "c": 2, "d": 3}  # type: ignore[attr-defined]
    third.__doc__ = None
    assert set_packager_docstring(third) is third
