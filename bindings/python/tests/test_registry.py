"""Backends that are added by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from neuropod import NeuropodValueError, registry
from neuropod.registry import _REGISTERED_BACKENDS, register_backend


def in_new_process(code: str, *arguments: object) -> str:
    """What code prints in a process whose plugins nobody else sees."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


REGISTER_AND_LOAD = """
import sys, neuropod
from neuropod.registry import register_backend, _REGISTERED_BACKENDS
library, package = sys.argv[1:]
register_backend("elsewhere", "1.0.0", library)
print([(b.platform, b.version, b.path) for b in _REGISTERED_BACKENDS] == [("elsewhere", "1.0.0", library)])
try:
    neuropod.load_neuropod(package)
except neuropod.NeuropodError as error:
    print(error.kind)
    print(error)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package for a platform that only a plugin could bring."""
    from neuropod.utils.config_utils import write_neuropod_config

    folder = tmp_path / "package"
    folder.mkdir()
    spec = [{"name": "x", "dtype": "float32", "shape": (None,)}]
    write_neuropod_config(folder, "model", "elsewhere", spec, [{**spec[0], "name": "out"}])
    return folder


def test_a_path_without_anything_is_refused_at_once(tmp_path: Path) -> None:
    before = list(_REGISTERED_BACKENDS)
    with pytest.raises(NeuropodValueError, match=r"there is no plugin for torchscript 1\.4\.0") as raised:
        register_backend("torchscript", "1.4.0", tmp_path / "libnothing.so")
    assert raised.value.context == {"path": str(tmp_path / "libnothing.so")}
    assert before == _REGISTERED_BACKENDS
    assert registry.__all__ == ["register_backend"]


def test_a_library_of_another_interface_is_refused_when_it_is_needed(tmp_path: Path, package: Path) -> None:
    library = tmp_path / "libother.so"
    own = Path(sys.modules["neuropod._native"].__file__ or "")
    shutil.copy(own, library)  # any library that is no plugin
    lines = in_new_process(REGISTER_AND_LOAD, library, package).splitlines()
    assert lines[0] == "True"
    assert lines[1] == "loading failed"
    assert str(library) in "\n".join(lines[2:])


def test_a_file_that_is_no_library_is_refused_when_it_is_needed(tmp_path: Path, package: Path) -> None:
    library = tmp_path / "libtext.so"
    library.write_text("no library")
    lines = in_new_process(REGISTER_AND_LOAD, library, package).splitlines()
    assert lines[:2] == ["True", "loading failed"]
    assert "libtext.so" in "\n".join(lines[2:])
