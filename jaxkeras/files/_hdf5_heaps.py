"""Where newer HDF5 files keep many links or attributes of one object: heaps, and trees over them.

Source:
    The HDF Group, "HDF5 File Format Specification", version 3.0
"""

from collections.abc import Callable, Iterator

from jaxkeras.files._hdf5_format import Cursor
from jaxkeras.files.errors import damaged, refused

__all__ = ["Heap", "records"]

_Block = Callable[[int, int], Cursor]
_MOST_ROWS = 64
_PREFIX = 10  # bytes around the records of a node


class Heap:
    """Items of any size.

    Args:
        block: gives bytes of the file, by address and size.
        address: of the heap.
    """

    def __init__(self, block: _Block, address: int):
        self.block = block
        about = block(address, 142)
        self.label = about.label
        about.expect(b"FRHP\0")
        _, filtered, _, largest = about.numbers("HHBI")
        _, self.huge = about.numbers("QQ")
        about.skip(80)
        self.width, self.first, self.direct, bits, _ = about.numbers("HQQHH")
        self.root, self.rows = about.numbers("QH")
        if filtered or self.rows > _MOST_ROWS or not 0 < self.width <= 1024:
            raise refused(self.label, "it keeps attributes in a packed heap, which is not read")
        self.offset_size = (bits + 7) // 8
        self.length_size = min(self.direct, largest).bit_length() // 8 + 1

    def item(self, reference: Cursor) -> Cursor:
        """The item that a reference, the first bytes of a cursor, stands for."""
        kind = reference.number(1) >> 4
        if kind == 1:
            return self.huge_item(reference.number(6))
        if kind != 0:
            raise refused(self.label, f"a heap holds an item of kind {kind}, which is not read")
        offset, size = reference.number(self.offset_size), reference.number(self.length_size)
        start, address = self.place(offset)
        return self.block(address + offset - start, size)

    def huge_item(self, number: int) -> Cursor:
        for record in records(self.block, self.huge, 1):
            address, size, found = record.numbers("QQQ")
            if found == number:
                return self.block(address, size)
        raise damaged(self.label, f"item {number} of a heap is missing")

    def place(self, offset: int) -> tuple[int, int]:
        """Where the part of the heap begins that has this offset, and its address."""
        if self.rows == 0:
            return 0, self.root
        start, entry = 0, self.root + 13 + self.offset_size
        for row in range(self.rows):
            size = self.first << max(row - 1, 0)
            if size > self.direct:
                break
            if offset < start + self.width * size:
                column = (offset - start) // size
                address = self.block(entry + 8 * column, 8).number(8)
                return start + column * size, address
            start, entry = start + self.width * size, entry + 8 * self.width
        raise refused(self.label, "it has more attributes or links at one place than are read")


def records(block: _Block, address: int, kind: int) -> Iterator[Cursor]:
    """The records of a tree of the second version.

    Args:
        block: gives bytes of the file, by address and size.
        address: of the tree.
        kind: 1 for large items of a heap, 5 for links by name, 8 for attributes by name.
    """
    about = block(address, 34)
    about.expect(b"BTHD\0" + bytes([kind]))
    node_size, width, depth, _, root, count = about.numbers("IHHHQH")
    if width == 0 or node_size <= _PREFIX + width or depth > 8:
        raise damaged(about.label, f"a tree of nodes of {node_size} bytes, {depth} deep")
    most = [(node_size - _PREFIX) // width]  # records in a node, by its height
    below = [most[0]]  # records in it and all below
    count_size = most[0].bit_length() // 8 + 1
    sizes = [0]  # bytes of a pointer to a node below, by height
    for height in range(1, depth + 1):
        total = below[-1].bit_length() // 8 + 1 if height > 1 else 0
        sizes.append(8 + count_size + total)
        most.append((node_size - _PREFIX - sizes[-1]) // (width + sizes[-1]))
        below.append((most[-1] + 1) * below[-1] + most[-1])
    waiting = [(root, count, depth)] if count else []
    while waiting:
        place, count, height = waiting.pop()
        node = block(place, 6 + count * width + (count + 1) * sizes[height])
        node.expect(b"BTIN\0" if height else b"BTLF\0")
        node.skip(1)
        for _ in range(count):
            yield Cursor(node.take(width), node.label)
        for _ in range(count + 1 if height else 0):
            child, inside = node.number(8), node.number(count_size)
            node.skip(sizes[height] - 8 - count_size)
            waiting.append((child, inside, height - 1))
