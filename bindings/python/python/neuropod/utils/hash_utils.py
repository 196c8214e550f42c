"""Hashes of files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

__all__ = ["sha256sum"]

_CHUNK = 1 << 20


def sha256sum(filename: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file's content, in hexadecimal as in a package's manifest.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with open(filename, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
