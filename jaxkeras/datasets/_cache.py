"""Decoded arrays kept beside the prepared data, so that the pictures are decoded only once.

The file holds `.npy` records one after the other: their names, then the arrays. Unlike an `.npz`
file it is read as fast as the disk gives it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from jaxkeras.datasets._raw import Arrays

FILE_NAME = "jaxkeras_arrays.npy"


def load(folder: Path) -> dict[str, Arrays] | None:
    """The arrays of a prepared folder, if they were kept and still belong to its content.

    Args:
        folder: the prepared folder.

    Returns:
        The arrays by split, or `None`: nothing was kept, or the prepared data has changed since.
    """
    splits: dict[str, Arrays] = {}
    try:
        with (folder / FILE_NAME).open("rb") as file:
            kept_for, *names = npy.read_array(file, allow_pickle=False).tolist()
            if kept_for != fingerprint(folder):
                return None
            for name in names:
                split, feature = name.split("/")
                splits.setdefault(split, {})[feature] = npy.read_array(file, allow_pickle=False)
    except (OSError, EOFError, ValueError, TypeError, MemoryError):
        return None
    return splits


def save(folder: Path, splits: dict[str, Arrays]) -> bool:
    """Keep the arrays of a prepared folder; all of them or nothing.

    Args:
        folder: the prepared folder.
        splits: the arrays by split.

    Returns:
        Whether they were kept: a read-only folder or a full disk keeps nothing.
    """
    arrays = {
        f"{split}/{feature}": array
        for split, features in splits.items()
        for feature, array in features.items()
    }
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".incomplete.", dir=folder)
        with os.fdopen(handle, "wb") as file:
            for array in (np.array([fingerprint(folder), *arrays]), *arrays.values()):
                npy.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
        os.chmod(temporary, 0o644)
        os.replace(temporary, folder / FILE_NAME)
    except OSError:
        return False
    else:
        temporary = None
        return True
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def fingerprint(folder: Path) -> str:
    """A checksum of the names, sizes and times of the prepared files.

    Args:
        folder: the prepared folder.

    Returns:
        Another string whenever a file of the prepared data was added, removed or written again.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name == FILE_NAME or path.name.startswith("."):
            continue
        status = path.stat()
        digest.update(f"{path.name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
