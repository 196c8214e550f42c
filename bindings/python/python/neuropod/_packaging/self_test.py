"""The test of a package before it appears at its path."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from typing import Any

from neuropod import _self_test
from neuropod._errors import NeuropodValueError

__all__ = ["Tester"]

# The new process gets this one's paths for imports, and nothing else of it: not its `__main__` either.
_START = "import sys; sys.path[:] = sys.argv[2:]; import neuropod._self_test as test; test.main(sys.argv[1])"

_LAST_LINES = 20


class Tester:
    """Tests a package, in a new process or in this one.

    Args:
        path: Where the package will be, which is how errors name it.
        load_args: The arguments of ``load_neuropod``.
        in_process: Whether this process runs the test.
    """

    def __init__(self, path: str, load_args: dict[str, Any], in_process: bool) -> None:
        self._path = path
        self._load_args = load_args
        self._in_process = in_process

    def __call__(self, staged: str | os.PathLike[str], data: bytes) -> None:
        """Tests the package that is at ``staged`` for now, on test data as the native module has them."""
        run = _self_test.run if self._in_process else _run_elsewhere
        failure = run(os.path.abspath(staged), data, self._load_args)
        if failure is not None:
            raise self._exception(failure)

    def _exception(self, failure: _self_test.Failure) -> NeuropodValueError:
        context = {**failure["context"], "package": self._path}
        return NeuropodValueError(failure["message"], failure["kind"], context)


def _run_elsewhere(staged: str, data: bytes, load_args: dict[str, Any]) -> _self_test.Failure | None:
    """Runs the test in a new process. It ends if this call is interrupted."""
    if not sys.executable:
        return _died("cannot be started: `sys.executable` does not say where Python is", "")
    job = {"package": staged, "load_args": load_args}
    with tempfile.TemporaryDirectory(prefix="neuropod-test-") as folder:
        with open(os.path.join(folder, _self_test.JOB), "w", encoding="utf-8") as file:
            file.write(_to_json(job))
        with open(os.path.join(folder, _self_test.DATA), "wb") as file_of_data:
            file_of_data.write(data)
        with open(os.path.join(folder, "output"), "w+b") as output:
            paths = [path for path in sys.path if isinstance(path, str)]
            command = [sys.executable, "-c", _START, folder, *paths]
            status = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            ).returncode
            output.seek(0)
            last_lines = output.read().decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        answer = _answer(folder)
    if answer is None:
        return _died(f"{_ended(status)} before the model returned", "\n".join(last_lines))
    return answer["failure"]


def _to_json(job: dict[str, Any]) -> str:
    try:
        return json.dumps(job, default=os.fspath)
    except TypeError as error:
        raise NeuropodValueError(
            f"`neuropod_load_args` cannot be handed to the process of the test: {error}; give plain values, or test "
            "the package in this process with test_in_process=True"
        ) from None


def _answer(folder: str) -> _self_test.Answer | None:
    try:
        with open(os.path.join(folder, _self_test.ANSWER), encoding="utf-8") as file:
            answer: _self_test.Answer = json.load(file)
            return answer
    except (OSError, ValueError):
        return None


def _ended(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"was ended by the signal {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by the signal {-status}"


def _died(how: str, output: str) -> _self_test.Failure:
    message = f"self-test failed: the process that tests the package {how}"
    if output:
        message += f"; the last of its output:\n{output}"
    return {"kind": "self-test failed", "message": message, "context": {}}
