"""Two calls measured in turns, so that whatever else the machine does meets both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

Call = Callable[[], Any]

# How many seconds one of them runs until it is the other's turn, unless a single call takes longer.
TURN = 500e-6

# So many turns there are at least, however long a call takes.
FEWEST_TURNS = 9

IS_QUICK = "NEUROPOD_BENCH_QUICK" in os.environ
WARM_UP_TIME, TIME = (0.03, 0.1) if IS_QUICK else (0.1, 0.4)


@dataclass
class Turns:
    """The seconds that one call took, turn by turn. Numbers at the same place are neighbours."""

    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    def ratios(self) -> list[float]:
        return [ours / reference for ours, reference in zip(self.ours, self.reference, strict=True)]


def measure_in_turns(ours: Call, reference: Call) -> Turns:
    """Calls both until they are warm, and then in turns."""
    turns = Turns()
    sides = [(turns.ours, ours, _warm_up(ours)), (turns.reference, reference, _warm_up(reference))]
    end = time.perf_counter() + TIME
    while time.perf_counter() < end or len(turns.ours) < FEWEST_TURNS:
        for seconds, call, calls in sides:
            seconds.append(_measure(call, calls))
        # Who goes first changes, so that neither always finds the caches as the other left them.
        sides.reverse()
    return turns


def _warm_up(call: Call) -> int:
    """Calls until a framework has rewritten the model, if it does. The answer is how many calls make a turn."""
    end = time.perf_counter() + WARM_UP_TIME
    calls = 1
    while True:
        seconds = _measure(call, calls)
        if seconds * calls < TURN:
            calls *= 2
        elif time.perf_counter() >= end:
            return max(1, int(TURN / seconds))


def _measure(call: Call, calls: int) -> float:
    """The seconds of one call, of so many."""
    started = time.perf_counter()
    for _ in repeat(None, calls):
        call()
    return (time.perf_counter() - started) / calls
