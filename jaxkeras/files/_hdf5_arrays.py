"""The arrays of an HDF5 file: as they are, or in chunks that may be packed.

Source:
    The HDF Group, "HDF5 File Format Specification", versions 2.0 and 3.0
"""

from collections.abc import Sequence

import numpy as np

from jaxkeras.files._hdf5_chunks import Chunks, chunks_in_tree, chunks_indexed
from jaxkeras.files._hdf5_file import BoundedFile, Object
from jaxkeras.files._hdf5_format import (
    UNDEFINED,
    Cursor,
    Filter,
    datatype_of,
    filters_of,
    limits_of,
    native,
    shape_of,
    unfiltered,
)
from jaxkeras.files.errors import damaged, refused

__all__ = ["ArrayReader"]

_SPACE, _TYPE, _EXTERNAL, _LAYOUT, _FILTERS = 1, 3, 7, 8, 11  # kinds of statements


class ArrayReader:
    """Reads the arrays of one file and keeps count of what they take.

    Args:
        file: where they lie.
        size: of the file.
        room: the most bytes that all of them may take.
    """

    def __init__(self, file: BoundedFile, size: int, room: int):
        self.file, self.label = file, file.label
        self.stored_left, self.room = size, room

    def read(self, source: Object, path: str) -> np.ndarray:
        """An array, if the file has the bytes for it.

        Raises:
            CorruptFileError: it lies elsewhere, claims too much, or holds no numbers.
        """
        space, kind, layout = (source.first(kind) for kind in (_SPACE, _TYPE, _LAYOUT))
        if space is None or kind is None or layout is None:
            raise damaged(self.label, f"{path} lacks its shape or type")
        version, place = layout.numbers("BB")
        if _EXTERNAL in source.found or place == 3:
            raise refused(self.label, f"the array {path} lies in other files")
        dtype, shape = datatype_of(kind), shape_of(space)
        if dtype.kind not in ("number", "bytes") or shape is None:
            raise refused(self.label, f"{path} holds {dtype}, not numbers")
        if version not in (3, 4, 5) or place > 2:
            raise refused(
                self.label,
                f"the array {path} is laid out in a way (version {version}, {place}) that is not "
                "read; write the file with h5py's default libver",
            )
        filters = filters_of(content) if (content := source.first(_FILTERS)) is not None else []
        if place == 2 and version == 3:
            chunks = chunks_in_tree(self.file, layout, len(shape))
        elif place == 2:
            limits = limits_of(space, shape)
            chunks = chunks_indexed(self.file, layout, shape, limits, bool(filters))
        else:
            chunks, stored = self.place(layout, place)
        if isinstance(chunks, Chunks):
            stored = sum(chunk.size for chunk in chunks.found)
        size = int(np.prod(shape, dtype=object)) * dtype.size
        self.stored_left -= stored
        self.room -= size
        if self.stored_left < 0 or self.room < 0 or (size > stored and not filters):
            raise refused(
                self.label,
                f"the array {path} claims shape {shape}, {size} bytes, for which the file holds "
                "too little",
            )
        if isinstance(chunks, Chunks):
            values = np.empty(shape, dtype.numpy)
            self.fill(values, chunks, filters, path)
        elif size == 0:
            values = np.empty(shape, dtype.numpy)
        else:
            content = chunks if isinstance(chunks, bytes) else self.file.block(chunks, size).data
            values = np.frombuffer(content[:size], dtype.numpy).reshape(shape)
        return native(values)

    def place(self, layout: Cursor, place: int) -> tuple[bytes | int, int]:
        """Where values lie that are not in chunks (the bytes or their address), and their size."""
        if place == 0:
            content = layout.take(layout.number(2))
            return content, len(content)
        address, stored = layout.numbers("QQ")
        return address, 0 if address == UNDEFINED else stored

    def fill(
        self, values: np.ndarray, chunks: Chunks, filters: Sequence[Filter], path: str
    ) -> None:
        """Put every chunk in its place; there have to be all of them."""
        shape, size = chunks.shape, int(np.prod(chunks.shape, dtype=object)) * chunks.item
        whole = [
            range(0, axis, max(step, 1)) for axis, step in zip(values.shape, shape, strict=True)
        ]
        starts = {chunk.offsets for chunk in chunks.found}
        is_inside = all(
            offset in axis for start in starts for offset, axis in zip(start, whole, strict=True)
        )
        expected = int(np.prod([len(axis) for axis in whole], dtype=object))
        if (
            not is_inside
            or len(starts) != expected
            or len(chunks.found) != expected
            or chunks.item != values.itemsize
            or size > values.nbytes + self.room
        ):
            raise damaged(self.label, f"{path} lacks parts of its values")
        for chunk in chunks.found:
            content = self.file.block(chunk.address, chunk.size).data
            content = unfiltered(content, filters, chunk.skipped, size, self.label)
            part = np.frombuffer(content, values.dtype).reshape(shape)
            inside = tuple(
                slice(start, start + step) for start, step in zip(chunk.offsets, shape, strict=True)
            )
            target = values[inside]
            values[inside] = part[tuple(slice(axis) for axis in target.shape)]
