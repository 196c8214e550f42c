"""What the interpreter's environment has. The native module asks."""

from __future__ import annotations

import importlib.util


def folder_of(package: str) -> str | None:
    """The folder that ``import`` would take a package from. The package is not imported."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # half imported, or replaced by something that is no package
        return None
    folders = None if spec is None else spec.submodule_search_locations
    return next(iter(folders), None) if folders else None
