"""Backends that are added by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from neuropod import _native
from neuropod._errors import NeuropodValueError

if TYPE_CHECKING:
    from neuropod.neuropod_native import BackendLoadSpec

__all__ = ["register_backend"]

_REGISTERED_BACKENDS: list[BackendLoadSpec] = []


def register_backend(platform: str, version: str, so_path: str | os.PathLike[str]) -> None:
    """Adds a plugin, which is looked at before all others by whatever is loaded from now on.

    A plugin is a backend as a shared library with Neuropod's plugin interface, which any language with C's calls can
    implement. Installed ones are found without this function. A library of the original Neuropod has another
    interface: it is refused when a package needs it.

    Args:
        platform: What packages the plugin is for: ``"torchscript"`` for instance. The plugin itself decides; this is
            what the list of registered backends shows.
        version: The version of the framework, likewise.
        so_path: The library, or the folder that holds it and its ``plugin.json``. Loading a package may run it.

    Raises:
        NeuropodValueError: There is nothing at the path.
    """
    from neuropod.neuropod_native import BackendLoadSpec

    path = os.path.abspath(so_path)
    if not os.path.exists(path):
        raise NeuropodValueError(
            f"there is no plugin for {platform} {version} at its path: expected a shared library, or a folder with a "
            "plugin.json",
            context={"path": path},
        )
    _native.register_plugin(path)
    _REGISTERED_BACKENDS.append(BackendLoadSpec(platform, version, path))
