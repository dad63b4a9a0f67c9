"""HDF5 files as plain groups of arrays; reading trusts nothing in them.

They are written by h5py. They are read in Python alone: the library below h5py ends the program, or
never comes back, on a few in a thousand damaged files.
"""

import os
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from jaxkeras.files._hdf5_reader import Reader
from jaxkeras.files.errors import CorruptFileError, damaged, most_bytes
from jaxkeras.files.groups import Group

__all__ = ["Group", "read_hdf5", "write_hdf5"]

_ATTRIBUTE_LIMIT = 60_000  # bytes; the format allows 64 KiB for the attributes of an object


def write_hdf5(file: BinaryIO, root: Group) -> None:
    """Write groups and arrays to an open binary file, as Keras lays them out.

    A list of text that is too long for one attribute becomes several, ``names0``, ``names1``, ...

    Args:
        file: open for writing and reading.
        root: what to write.

    Example:
        >>> import io, numpy as np
        >>> from jaxkeras.files import Group, read_hdf5, write_hdf5
        >>> root = Group({"layer_names": ["dense"]}, {"kernel": np.ones(2)})
        >>> file = io.BytesIO()
        >>> write_hdf5(file, root)
        >>> read_hdf5(file, "weights.h5")
        Group(attributes={'layer_names': ['dense']}, children={'kernel': array([1., 1.])})
    """
    import h5py

    with h5py.File(file, "w") as opened:
        for path, group in root.walk():
            target = opened.require_group(path or "/")
            for name, value in group.attributes.items():
                _write_attribute(target, name, value)
            for name, array in group.arrays().items():
                # NumPy has no bfloat16: the bytes are written as they are, and their type beside.
                written = target.create_dataset(name, data=array)
                if array.dtype.kind == "V":
                    written.attrs["dtype"] = array.dtype.name


def _write_attribute(target: Any, name: str, value: Any) -> None:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        target.attrs[name] = value
        return
    encoded = [str(item).encode() for item in value]
    width = max(map(len, encoded), default=1)
    count = max(_ATTRIBUTE_LIMIT // max(width, 1), 1)
    parts = [encoded[start : start + count] for start in range(0, len(encoded), count)]
    if len(parts) <= 1:
        target.attrs[name] = np.asarray(encoded, dtype=f"S{width or 1}")
        return
    for number, part in enumerate(parts):
        target.attrs[f"{name}{number}"] = np.asarray(part)


def read_hdf5(file: BinaryIO, label: str, room: int | None = None) -> Group:
    """All groups and arrays of an HDF5 file.

    Args:
        file: open for reading.
        label: the file's name, for messages.
        room: the most bytes that the arrays may take; by default 64 MiB and 100 times the size of
            the file, to which only compressed arrays can come.

    Raises:
        CorruptFileError: the file is damaged; it points out of itself (soft and external links,
            external and virtual arrays); it holds something that is no array of numbers; or an
            array claims a shape that the file has no bytes for.
    """
    size = file.seek(0, os.SEEK_END)
    try:
        return Reader(file, size, label, most_bytes(size) if room is None else room).root()
    except CorruptFileError:
        raise
    except (
        ArithmeticError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise damaged(label, error) from error
