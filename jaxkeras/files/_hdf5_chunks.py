"""Where the chunks of an array lie, in each of the ways in which an HDF5 file may note it.

Source:
    The HDF Group, "HDF5 File Format Specification", version 3.0
"""

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from jaxkeras.files._hdf5_file import BoundedFile
from jaxkeras.files._hdf5_format import UNDEFINED, Cursor
from jaxkeras.files._hdf5_heaps import records
from jaxkeras.files.errors import damaged, refused

__all__ = ["Chunk", "Chunks", "chunks_in_tree", "chunks_indexed"]

_PREFIX = 14  # bytes at the start of a block of an index
_CHECKSUM = 4  # bytes
_MOST_BITS = 64


class Chunk(NamedTuple):
    """A part of an array.

    Attributes:
        address: where its bytes lie.
        size: how many they are.
        skipped: bits of the steps of packing that were left out for it.
        offsets: of its first value, by axis.
    """

    address: int
    size: int
    skipped: int
    offsets: tuple[int, ...]


class Chunks(NamedTuple):
    """All parts of an array.

    Attributes:
        shape: of a chunk.
        item: bytes of a value.
        found: the chunks that there are.
    """

    shape: tuple[int, ...]
    item: int
    found: Sequence[Chunk]


def chunks_in_tree(file: BoundedFile, layout: Cursor, rank: int) -> Chunks:
    """The chunks that files of the default layout list in a tree.

    Args:
        file: the file.
        layout: the statement of the layout, from its number of axes on.
        rank: of the array.
    """
    if layout.number(1) != rank + 1:
        raise damaged(file.label, "chunks of another number of axes than the array")
    address = layout.number(8)
    *shape, item = layout.numbers(f"{rank + 1}I")
    found: list[Chunk] = []
    if address != UNDEFINED:
        for key, child in file.tree(address, kind=1, key_size=8 + 8 * (rank + 1)):
            size, skipped, *offsets = key.numbers(f"II{rank + 1}Q")
            found.append(Chunk(child, size, skipped, tuple(offsets[:-1])))
    return Chunks(tuple(shape), item, found)


def chunks_indexed(
    file: BoundedFile,
    layout: Cursor,
    values: Sequence[int],
    limits: Sequence[int | None],
    is_packed: bool,
) -> Chunks:
    """The chunks of an array in a file of the newest layout.

    Args:
        file: the file.
        layout: the statement of the layout, from its flags on.
        values: shape of the array.
        limits: the most values that the array may get along each axis; ``None`` for any number.
        is_packed: whether the chunks are packed.
    """
    flags, axes, width = layout.numbers("BBB")
    if axes != len(limits) + 1 or not 0 < width <= 8:
        raise damaged(file.label, "chunks of another number of axes than the array")
    if flags & 1 and is_packed:
        raise refused(file.label, "some of its chunks are packed and others not")
    *shape, item = (layout.number(width) for _ in range(axes))
    if not all(shape) or not item:
        raise damaged(file.label, f"chunks of shape {tuple(shape)}")
    kind, size = layout.number(1), math.prod(shape) * item
    index = _Index(file, is_packed, size, shape, limits)
    match kind:
        case 1:
            size, skipped = layout.numbers("QI") if flags & 2 else (size, 0)
            address = layout.number(8)
            found = [Chunk(address, size, skipped, (0,) * len(shape))]
        case 2:
            start = layout.number(8)
            found = index.implicit(start) if start != UNDEFINED else ()
        case 3:
            layout.skip(1)
            found = index.fixed(layout.number(8))
        case 4:
            layout.skip(5)
            found = index.extensible(layout.number(8))
        case 5:
            layout.skip(6)
            found = index.tree(layout.number(8))
        case _:
            raise refused(file.label, f"its chunks are listed in a way ({kind}) that is not read")
    there = [
        chunk
        for chunk in found
        if chunk.address != UNDEFINED and all(map(operator.lt, chunk.offsets, values))
    ]
    return Chunks(tuple(shape), item, there)


def _pages(count: int, page_bits: int) -> int:
    """In how many pages the elements of a block lie."""
    return -(-count >> min(page_bits, _MOST_BITS)) or 1


class _Bits:
    """Whether a bit is set, the highest of a byte being the first."""

    def __init__(self, data: bytes, start: int = 0):
        self.data, self.start = data, start

    def __call__(self, number: int) -> bool:
        place = self.start + number
        return bool(self.data[place // 8] & 128 >> place % 8)


class _Index:
    """Lists the chunks of one array."""

    def __init__(
        self,
        file: BoundedFile,
        is_packed: bool,
        size: int,
        shape: Sequence[int],
        limits: Sequence[int | None],
    ):
        self.file, self.is_packed, self.size, self.shape = file, is_packed, size, shape
        self.counts = [
            None if limit is None else -(-limit // step)
            for limit, step in zip(limits, shape, strict=True)
        ]

    def implicit(self, address: int) -> Iterator[Chunk]:
        """They lie one after another."""
        count = math.prod(count or 0 for count in self.counts)
        if count * (self.size + _PREFIX) > self.file.left:
            raise damaged(self.file.label, f"{count} chunks, for which there is no room")
        for number in range(count):
            yield Chunk(address + number * self.size, self.size, 0, self.offsets(number))

    def fixed(self, address: int) -> Iterator[Chunk]:
        """A list of as many as there may be."""
        if address == UNDEFINED:
            return
        about = self.file.block(address, 28)
        about.expect(b"FAHD\0")
        _, width, page_bits, count, place = about.numbers("BBBQQ")
        if place == UNDEFINED:
            return
        self.file.block(place, _PREFIX).expect(b"FADB\0")
        place += _PREFIX
        written, pages = None, _pages(count, page_bits)
        if pages > 1:
            bitmap = self.file.block(place, -(-pages // 8)).data
            place, written = place + len(bitmap), _Bits(bitmap)
        yield from self.elements(place, count, width, page_bits, 0, written)

    def elements(
        self,
        place: int,
        count: int,
        width: int,
        page_bits: int,
        first: int,
        written: Callable[[int], bool] | None,
    ) -> Iterator[Chunk]:
        """The chunks of a block: all at once, or in pages, of which some may never be written."""
        if written is None:
            yield from self.listed(self.file.block(place, count * width), count, width, first)
            return
        page = 1 << page_bits
        for number in range(_pages(count, page_bits)):
            inside = min(page, count - number * page)
            if written(number):
                start = place + _CHECKSUM + number * (page * width + _CHECKSUM)
                block = self.file.block(start, inside * width)
                yield from self.listed(block, inside, width, first + number * page)

    def listed(self, block: Cursor, count: int, width: int, first: int) -> Iterator[Chunk]:
        for number in range(first, first + count):
            size, skipped = self.size, 0
            address = block.number(8)
            if self.is_packed:
                size, skipped = block.number(width - 12), block.number(4)
            if address != UNDEFINED:
                yield Chunk(address, size, skipped, self.offsets(number))

    def extensible(self, address: int) -> Iterator[Chunk]:
        """Blocks of a growing size, for arrays that may grow along one axis."""
        if address == UNDEFINED:
            return
        about = self.file.block(address, 72)
        about.expect(b"EAHD\0")
        _, width, most_bits, direct, least, pointers, page_bits = about.numbers("7B")
        about.skip(48)
        place = about.number(8)
        if place == UNDEFINED:
            return
        if most_bits > _MOST_BITS or not least or not pointers:
            raise damaged(self.file.label, "an index of chunks of no size")
        offset_size = -(-most_bits // 8)
        levels = 1 + most_bits - (least.bit_length() - 1)
        within = 2 * (pointers.bit_length() - 1)  # levels whose blocks the first one lists
        block = self.file.block(place, _PREFIX + direct * width + 16 * (pointers - 1))
        block.expect(b"EAIB\0")
        block.skip(_PREFIX - 5)
        first, rest = direct, place + len(block.data)
        yield from self.listed(block, direct, width, 0)
        for level in range(levels):
            blocks, inside = 1 << level // 2, least << (level + 1) // 2
            pages, bitmap = _pages(inside, page_bits), b""
            if level < within:
                listing = block
            else:
                place = self.file.block(rest + 8 * (level - within), 8).number(8)
                if place == UNDEFINED:
                    break
                self.file.block(place, _PREFIX).expect(b"EASB\0")
                place += _PREFIX + offset_size
                if pages > 1:
                    bitmap = self.file.block(place, blocks * -(-pages // 8)).data
                listing = self.file.block(place + len(bitmap), 8 * blocks)
            for number in range(blocks):
                if (place := listing.number(8)) == UNDEFINED:
                    continue
                self.file.block(place, _PREFIX).expect(b"EADB\0")
                place += _PREFIX + offset_size
                written = _Bits(bitmap, number * pages) if bitmap else None
                start = first + number * inside
                yield from self.elements(place, inside, width, page_bits, start, written)
            first += blocks * inside

    def tree(self, address: int) -> Iterator[Chunk]:
        """A tree of the second version, for arrays that may grow along several axes."""
        if address == UNDEFINED:
            return
        rank = len(self.shape)
        for record in records(self.file.block, address, 11 if self.is_packed else 10):
            place, size, skipped = record.number(8), self.size, 0
            if self.is_packed:
                size, skipped = record.number(record.left - 4 - 8 * rank), record.number(4)
            scaled = record.numbers(f"{rank}Q")
            offsets = tuple(a * b for a, b in zip(scaled, self.shape, strict=True))
            yield Chunk(place, size, skipped, offsets)

    def offsets(self, number: int) -> tuple[int, ...]:
        """Where the chunk of this number begins; the axis that may grow counts slowest."""
        counts = self.counts
        grows = counts.index(None) if None in counts else 0
        order = [grows, *(axis for axis in range(len(counts)) if axis != grows)]
        scaled = [0] * len(counts)
        for axis in reversed(order[1:]):
            number, scaled[axis] = divmod(number, max(counts[axis] or 1, 1))
        scaled[grows] = number
        return tuple(a * b for a, b in zip(scaled, self.shape, strict=True))
