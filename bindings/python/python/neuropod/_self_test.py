"""Runs a package on its test data, in the process that packagers start for that or in the packager's own."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any, TypedDict

from neuropod import _native
from neuropod._errors import NeuropodError
from neuropod.loader import load_neuropod

__all__ = ["ANSWER", "DATA", "JOB", "Answer", "Failure", "main", "run"]

# The files in the folder that the processes share.
JOB = "job.json"
DATA = "data"
ANSWER = "answer.json"


class Failure(TypedDict):
    """An error, as ``NeuropodError`` has it."""

    kind: str
    message: str
    context: dict[str, str]


class Answer(TypedDict):
    """What the process of the test tells."""

    failure: Failure | None


def run(package: str, data: bytes, load_args: dict[str, Any]) -> Failure | None:
    """Loads a package, runs it on test data, and tells what is wrong with it."""
    try:
        model = load_neuropod(package, **load_args)
        _native.test_model(model, data)
    except NeuropodError as error:
        return _of_ours(error)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        message = f"self-test failed: {told}\n{traceback.format_exc().rstrip()}"
        return {"kind": "self-test failed", "message": message, "context": {}}
    return None


def main(folder: str) -> None:
    """Does the job in a folder, and leaves the answer there."""
    with open(os.path.join(folder, JOB), encoding="utf-8") as file:
        job = json.load(file)
    with open(os.path.join(folder, DATA), "rb") as file_of_data:
        data = file_of_data.read()
    answer: Answer = {"failure": run(job["package"], data, job["load_args"])}
    unfinished = os.path.join(folder, "unfinished")
    with open(unfinished, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(unfinished, os.path.join(folder, ANSWER))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # how frameworks tidy up says nothing about the package


def _of_ours(error: NeuropodError) -> Failure:
    message, output = str(error.args[0]), error.context.get("output")
    if error.kind == "self-test failed" and output is not None:
        kind, _, difference = message.partition(": ")
        message = f"{kind}: {output} does not match expected value: {difference}"
    return {"kind": error.kind, "message": message, "context": error.context}
