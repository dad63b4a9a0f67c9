"""The bytes of an HDF5 file and the headers of its objects, within bounds.

Source:
    The HDF Group, "HDF5 File Format Specification", versions 2.0 and 3.0
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from jaxkeras.files._hdf5_format import MORE, Cursor, Message, messages
from jaxkeras.files.errors import damaged, refused

__all__ = ["BoundedFile", "Object"]

_EACH = 16  # bytes that reading anything counts for, besides its size


@dataclass
class Object:
    """What the header of an object says.

    Attributes:
        found: statements by their kind.
    """

    found: dict[int, list[Cursor]] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Note another statement."""
        self.found.setdefault(message.kind, []).append(message.content)

    def first(self, kind: int) -> Cursor | None:
        """The first statement of a kind, if there is one."""
        return self.found[kind][0] if kind in self.found else None


class BoundedFile:
    """An open file that counts what is read.

    It is read twice over at the most, so that what refers to itself comes to an end.

    Args:
        file: open for reading.
        size: of the file.
        label: its name, for messages.
    """

    def __init__(self, file: BinaryIO, size: int, label: str):
        self.file, self.label = file, label
        self.left = 2 * size + 65536  # bytes that may still be read
        self.seen: set[int] = set()

    def block(self, address: int, size: int) -> Cursor:
        """Bytes of the file."""
        self.left -= size + _EACH
        if self.left < 0:
            raise damaged(self.label, "its parts refer to each other more than there is to refer")
        self.file.seek(address)
        content = self.file.read(size)
        if len(content) < size:
            raise damaged(self.label, f"{size} bytes wanted at {address}, after its end")
        return Cursor(content, self.label)

    def root(self) -> Object:
        """The group that everything lies in."""
        start = self.block(0, 48)
        start.expect(b"\x89HDF\r\n\x1a\n")
        version = start.number(1)
        if version < 2:
            sizes = self.block(13, 2).numbers("BB")
            pointers = self.block(24 + 4 * version, 48).numbers("6Q")
            base, root = pointers[0], pointers[5]
        else:
            sizes = start.numbers("BB")
            start.skip(1)
            base, _, _, root = start.numbers("4Q")
        if version > 3 or sizes != (8, 8) or base != 0:
            raise refused(
                self.label, f"its layout (version {version}) is not one that Keras writes"
            )
        return self.object(root, "")

    def object(self, address: int, path: str) -> Object:
        """The statements about an object, which may be read only once.

        One that is found under many names could fill any memory.
        """
        if address in self.seen:
            raise refused(self.label, f"{path or '/'} is found under two names")
        self.seen.add(address)
        start = self.block(address, 4)
        if start.data == b"OHDR":
            version, flags = self.block(address + 4, 2).numbers("BB")
            place = address + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
            width = 1 << (flags & 3)
            size, place = self.block(place, width).number(width), place + width
            has_order = bool(flags & 4)
        else:
            version = start.number(1)
            size, place, has_order = self.block(address + 8, 4).number(4), address + 16, False
        if version != (2 if start.data == b"OHDR" else 1):
            raise damaged(self.label, f"{path or '/'} has a header of version {version}")
        made, blocks = Object(), [self.block(place, size)]
        while blocks:
            for message in messages(blocks.pop(), version, has_order):
                made.add(message)
                if message.kind == MORE:
                    more = self.block(*message.content.numbers("QQ"))
                    if version == 2:
                        more.expect(b"OCHK")
                        more = Cursor(more.take(more.left - 4), self.label)
                    blocks.append(more)
        return made

    def tree(self, address: int, kind: int, key_size: int) -> Iterator[tuple[Cursor, int]]:
        """Keys and addresses at the leaves of a tree."""
        waiting = [address]
        while waiting:
            address = waiting.pop()
            node = self.block(address, 24)
            node.expect(b"TREE" + bytes([kind]))
            level, count = node.numbers("BH")
            entries = self.block(address + 24, count * (key_size + 8))
            for _ in range(count):
                key, child = Cursor(entries.take(key_size), self.label), entries.number(8)
                if level:
                    waiting.append(child)
                else:
                    yield key, child
