"""What was measured, as lines for people and for programs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from turns import Turns


@dataclass(frozen=True)
class Subject:
    """What is measured."""

    group: str
    case: str
    backend: str | None = None


@dataclass(frozen=True)
class Quartiles:
    """A median, and what a quarter of the measurements was below and above."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, values: list[float]) -> Quartiles:
        ordered = sorted(values)
        return cls(*(ordered[(len(ordered) - 1) * quarter // 4] for quarter in (1, 2, 3)))


def save(subject: Subject, reference: str, turns: Turns) -> None:
    """Prints a pair's medians and the ratio of ours to the reference, with its quartiles, and adds a record."""
    ours, other, ratio = (Quartiles.of(values) for values in (turns.ours, turns.reference, turns.ratios()))
    what = subject.case if subject.group == "payload" else f"{subject.case} against {reference}"
    print(
        f"{f'{subject.backend}, {what}':<62} {ours.median * 1e6:9.2f} µs against {other.median * 1e6:9.2f} µs: "
        f"{ratio.median:.3f} × ({ratio.lower:.3f}–{ratio.upper:.3f}), {len(turns.ours)} pairs",
        flush=True,
    )
    compared = {"name": reference, "value": asdict(other), "ratio": asdict(ratio)}
    _append(subject, ours, len(turns.ours), {"reference": compared})


def save_alone(subject: Subject, seconds: list[float]) -> None:
    """Prints a median with its quartiles, and adds a record. There is nothing to compare with."""
    value = Quartiles.of(seconds)
    lower, median, upper = (1e3 * quartile for quartile in (value.lower, value.median, value.upper))
    print(f"{subject.case}: {median:.1f} ms ({lower:.1f}–{upper:.1f})", flush=True)
    _append(subject, value, len(seconds), {})


def _append(subject: Subject, value: Quartiles, samples: int, more: dict[str, Any]) -> None:
    path = os.environ.get("NEUROPOD_BENCH_RESULTS")
    if path is None:
        return
    known = {name: part for name, part in asdict(subject).items() if part is not None}
    measured = {"way": "Python", "unit": "seconds", "value": asdict(value), "samples": samples}
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps({**known, **measured, **more}) + "\n")
