"""Distributions that a package pins, installed for the interpreter that runs."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
from support import python_package, spec

DISTRIBUTION = "neuropod-test-distribution"
MODULE = "neuropod_test_distribution"


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A package index in a folder, and a cache of its own; pip looks nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = f"{MODULE}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{MODULE}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{MODULE}.py", "VALUE = 41\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{MODULE}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("NEUROPOD_CACHE", str(tmp_path / "cache"))
    # Another environment that happens to be active does not matter.
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "another"))


def test_a_package_brings_what_it_needs(wheels, tmp_path):
    body = f"import {MODULE}\nreturn {{'y': x + {MODULE}.VALUE}}"
    path = python_package(
        tmp_path,
        body,
        [spec("x")],
        [spec("y")],
        requirements=f"{DISTRIBUTION}>=0.5",
        test_input_data={"x": [1.0]},
        test_expected_out={"y": [42.0]},
    )
    with zipfile.ZipFile(path) as package:
        assert package.read("0/requirements.lock").decode().strip() == f"{DISTRIBUTION}==1.0"
    program = "import sys, neuropod; print(neuropod.load_neuropod(sys.argv[1]).infer({'x': [1]})['y'])"
    process = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (0, "[42.]\n"), process.stderr
