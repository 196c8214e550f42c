"""The examples in the docstrings."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest
from support import python_package, spec

import neuropod

MODULES = ["neuropod", *(found.name for found in pkgutil.walk_packages(neuropod.__path__, "neuropod."))]
MODULES = [name for name in MODULES if not name.endswith("._native")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_as_they_are_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    names = {}
    if ">>>" in "".join(str(test.docstring) for test in doctest.DocTestFinder().find(module)):
        path = python_package(tmp_path, "return {'out': x + y}", [spec("x"), spec("y")], [spec("out")], "addition")
        names = {"addition_path": path, "folder": str(tmp_path)}
    failed, _ = doctest.testmod(module, extraglobs=names, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert not failed


def test_everything_public_is_documented():
    for name in MODULES:
        module = importlib.import_module(name)
        assert module.__doc__, name
        for public in getattr(module, "__all__", []):
            value = getattr(module, public)
            if inspect.isclass(value) or inspect.isroutine(value):
                assert value.__doc__, f"{name}.{public}"
