"""A bar that shows how far the writing of a package is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from neuropod._packaging.arguments import Progress

__all__ = ["reporter"]

_LARGE = 64 << 20
_WIDTH = 30
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


@contextlib.contextmanager
def reporter(progress: bool | Progress | None, name: str) -> Iterator[Progress | None]:
    """What the native module tells of the progress, if anything.

    Args:
        progress: The packager's argument.
        name: What the bar says is written.
    """
    if callable(progress):
        yield progress
    elif progress or (progress is None and _is_watched()):
        bar = _Bar(name, 0 if progress else _LARGE)
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield None


def _is_watched() -> bool:
    if sys.stderr is None:
        return False
    return "ipykernel" in sys.modules or sys.stderr.isatty()


class _Bar:
    """A line that is written over, for packages of some size."""

    def __init__(self, name: str, least: int) -> None:
        self._name = name
        self._least = least
        self._shown = ""

    def __call__(self, written: int, size: int) -> None:
        if size < self._least or sys.stderr is None:
            return
        share = written / size if size else 1.0
        bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
        line = f"{self._name} [{bar}] {share:4.0%} of {_size(size)}"
        if line != self._shown:
            sys.stderr.write(f"\r{line.ljust(len(self._shown))}")
            sys.stderr.flush()
            self._shown = line

    def close(self) -> None:
        """Leaves the line."""
        if self._shown and sys.stderr is not None:
            sys.stderr.write("\n")
            sys.stderr.flush()


def _size(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} {_UNITS[-1]}"
