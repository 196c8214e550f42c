"""What a call through Neuropod costs beside the framework's own, NumPy in and out.

    python overhead.py torch|tf|python MODELS_FOLDER [PART_OF_A_CASE]

README.md of this folder says how it is run. Each backend is measured in a process of its own, as frameworks
disturb each other's threads. If NEUROPOD_BENCH_RESULTS names a file, records for the report are added to it; with
NEUROPOD_BENCH_QUICK each measurement is short.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

# TensorFlow prints what it finds in the processor otherwise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from checks import check_equal
from inputs import aligned, inputs_of
from records import Subject, save
from startup import measure_import
from turns import Call, measure_in_turns

from neuropod.loader import Neuropod, load_neuropod

CASES = ("small", "many", "image", "large", "strings")
REAL_MODELS = {"torch": "silero-vad", "tf": "basic-pitch", "python": "speaker-encoder"}


def main(backend: str, models: str, part: str = "") -> None:
    """Measures the cases that have `part` in their name."""
    folder = Path(models)
    # The framework is loaded first, as in a program that uses it.
    framework = importlib.import_module(f"with_{backend}")
    for case in (*CASES, REAL_MODELS[backend]):
        if part in case:
            inputs = inputs_of(case)
            model = load(folder, case)
            references: dict[str, Call] = framework.references(folder, case, inputs)
            compare(Subject("call", case, backend), lambda: model.infer(inputs), references)
    payload = "64 MiB against 8 KiB"
    if part in payload:
        compare_payloads(Subject("payload", payload, backend), load(folder, "large"))
    if backend == "python" and part in "import neuropod":
        measure_import()


def load(folder: Path, case: str) -> Neuropod:
    """A case's model, on the CPU."""
    return load_neuropod(folder / f"{case}.neuropod", visible_gpu=None)


def compare(subject: Subject, ours: Call, references: dict[str, Call]) -> None:
    """Measures our call beside each of the others, which must return the same."""
    for reference in references.values():
        check_equal(subject.case, ours(), reference())
    for name, reference in references.items():
        save(subject, name, measure_in_turns(ours, reference))


def compare_payloads(subject: Subject, model: Neuropod) -> None:
    """Measures a large input and output beside a small one of a model that returns its input: nothing is copied.

    The small one is as large as it must be, since smaller outputs are copied.
    """
    large, small = ({"x": aligned(count)} for count in (16 << 20, 2048))
    for inputs in (large, small):
        assert np.shares_memory(model.infer(inputs)["out"], inputs["x"]), "the memory was copied"
    save(subject, "8 KiB", measure_in_turns(lambda: model.infer(large), lambda: model.infer(small)))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in REAL_MODELS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
