"""Arrays of lists out of an `.npz` file, which are stored as pickles, without running any."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy


class _Inert:
    """Stands for whatever a pickle of an array asks for, and keeps the state it is given."""

    __slots__ = ("state",)

    def __init__(self, *arguments: Any):
        self.state: Any = ()

    def __setstate__(self, state: Any) -> None:
        self.state = state


_ASKED_FOR = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
}


class _Unpickler(pickle.Unpickler):
    """Makes lists, numbers and texts, and nothing that has a will of its own."""

    def find_class(self, module: str, name: str) -> type[_Inert]:
        if (module, name) in _ASKED_FOR:
            return _Inert
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no list of numbers needs")


def array_of_lists(rows: list[list[int]]) -> np.ndarray:
    """An array ``(rows,)`` with a list in each place, even where all lists are of one length.

    Example:
        >>> from jaxkeras.datasets._object_arrays import array_of_lists
        >>> array_of_lists([[1, 2], [3, 4]]).shape
        (2,)
    """
    array = np.empty(len(rows), object)
    for place, row in enumerate(rows):
        array[place] = row
    return array


def read_arrays(path: Path, names: tuple[str, ...]) -> list[np.ndarray]:
    """The arrays of an `.npz` file; nothing that the file holds is executed.

    Args:
        path: the file.
        names: the names of the arrays.

    Returns:
        An array for each name; one of objects has a list of whole numbers in each place.

    Raises:
        Exception: of many kinds, where the file is damaged or holds something else.

    Example:
        >>> import pathlib, tempfile, numpy as np
        >>> from jaxkeras.datasets._object_arrays import read_arrays
        >>> rows = np.array([[1, 2], [3]], dtype=object)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "rows.npz")
        ...     np.savez(path, x=rows, y=np.array([0, 1]))
        ...     read_arrays(path, ("x", "y"))
        [array([list([1, 2]), list([3])], dtype=object), array([0, 1])]
    """
    with zipfile.ZipFile(path) as archive:
        return [_read(archive, f"{name}.npy") for name in names]


def _read(archive: zipfile.ZipFile, member: str) -> np.ndarray:
    with archive.open(member) as file:
        is_early = npy.read_magic(file) == (1, 0)
        read_header = npy.read_array_header_1_0 if is_early else npy.read_array_header_2_0
        if read_header(file)[2].hasobject:
            return _lists(_Unpickler(file).load())
    with archive.open(member) as file:
        return npy.read_array(file, allow_pickle=False)


def _lists(found: Any) -> np.ndarray:
    """The array of lists whose state was pickled: version, shape, type, order and values."""
    rows = found.state[-1] if isinstance(found, _Inert) and found.state else None
    if not isinstance(rows, list) or not all(map(_is_numbers, rows)):
        raise ValueError("an array of objects in it does not hold lists of whole numbers")
    return array_of_lists(rows)


def _is_numbers(row: Any) -> bool:
    return isinstance(row, list) and set(map(type, row)) <= {int}
