"""The parts of the HDF5 format: types, shapes, filters and attributes, each from its bytes.

Source:
    The HDF Group, "HDF5 File Format Specification", versions 2.0 and 3.0
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from jaxkeras.files.errors import damaged, refused

__all__ = [
    "MORE", "UNDEFINED", "Cursor", "Datatype", "Filter", "Message", "datatype_of", "filters_of",
    "limits_of", "messages", "native", "shape_of", "unfiltered",
]  # fmt: skip

UNDEFINED = 2**64 - 1  # the address of what there is not
MORE = 16  # the kind of statement that tells where more of them are
_MOST_AXES = 32
_DEFLATE, _SHUFFLE, _FLETCHER = 1, 2, 3
_FLOATS = {(2, 5, 10): "f2", (4, 8, 23): "f4", (8, 11, 52): "f8"}  # size, bits of its two parts
_WHOLE_SIZES = (1, 2, 4, 8)


class Cursor:
    """Bytes that are read from the front.

    Args:
        data: the bytes.
        label: the file's name, for messages.

    Example:
        >>> from jaxkeras.files._hdf5_format import Cursor
        >>> cursor = Cursor(b"TREE\\x02\\x00", "weights.h5")
        >>> cursor.expect(b"TREE")
        >>> cursor.number(2), cursor.left
        (2, 0)
    """

    def __init__(self, data: bytes, label: str):
        self.data, self.label, self.place = data, label, 0

    @property
    def left(self) -> int:
        """How many bytes follow."""
        return len(self.data) - self.place

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if not 0 <= size <= self.left:
            raise damaged(self.label, f"a structure ends {size - self.left} bytes too early")
        self.place += size
        return self.data[self.place - size : self.place]

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        self.take(size)

    def number(self, size: int) -> int:
        """The next whole number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def numbers(self, form: str) -> tuple[int, ...]:
        """Several numbers, in the letters of `struct`."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def expect(self, content: bytes) -> None:
        """Bytes that have to come."""
        if (found := self.take(len(content))) != content:
            raise damaged(self.label, f"expected {content!r}, found {found!r}")

    def text(self, end: bytes = b"\0") -> str:
        """Text up to a closing byte."""
        stop = self.data.find(end, self.place)
        if stop < 0:
            raise damaged(self.label, "a name without end")
        return self.take(stop + 1 - self.place)[:-1].decode()

    def align(self, start: int) -> None:
        """Pass over bytes until the distance from ``start`` divides by 8."""
        self.skip(-(self.place - start) % 8)


class Message(NamedTuple):
    """One statement about an object: what it tells by its kind, and its bytes."""

    kind: int
    content: Cursor


def messages(content: Cursor, version: int, has_order: bool) -> Iterator[Message]:
    """The statements of a block of an object's header.

    Args:
        content: the block.
        version: of the header, 1 or 2.
        has_order: whether each has a number besides.
    """
    head = 8 if version == 1 else 4 + 2 * has_order
    while content.left >= head:
        if version == 1:
            kind, size, flags = content.numbers("HHB3x")
        else:
            kind, size, flags = content.numbers("BHB")
            content.skip(2 * has_order)
        inner = content.take(size)
        if flags & 2 and kind:
            raise refused(content.label, "it shares parts of its objects' descriptions")
        yield Message(kind, Cursor(inner, content.label))


@dataclass(frozen=True)
class Datatype:
    """What the bytes of a value mean.

    Attributes:
        kind: a number; text of fixed length; text that lies elsewhere; bytes; or anything else.
        size: of one value, in bytes.
        numpy: the type in NumPy.
    """

    kind: Literal["number", "text", "text elsewhere", "bytes", "other"]
    size: int
    numpy: str = ""

    def __str__(self) -> str:
        kind = "values" if self.kind == "other" else self.kind
        return self.numpy or f"{kind} of {self.size} bytes"


def datatype_of(content: Cursor) -> Datatype:
    """The type that a message describes."""
    head, bits, bits_2, _, size = content.numbers("BBBBI")
    version, kind = head >> 4, head & 15
    order = ">" if bits & 1 else "<"
    match kind:
        case 0 if size in _WHOLE_SIZES and content.numbers("HH") == (0, 8 * size):
            return Datatype("number", size, f"{order}{'i' if bits & 8 else 'u'}{size}")
        case 1:
            offset, precision, _, exponent, _, mantissa, _ = content.numbers("HHBBBBI")
            name = _FLOATS.get((size, exponent, mantissa))
            if name and (offset, precision) == (0, 8 * size) and not bits & 0x40:
                return Datatype("number", size, f"{order}{name}")
        case 3:
            return Datatype("text", size)
        case 5:
            return Datatype("bytes", size, f"V{size}")
        case 8:
            base = datatype_of(content)
            if base.kind == "number" and base.size == size:
                names = _names(content, bits | bits_2 << 8, version)
                is_bool = size == 1 and names == ["FALSE", "TRUE"]
                return Datatype("number", size, "?") if is_bool else base
        case 9 if bits & 15 == 1 and size == 16:
            return Datatype("text elsewhere", size)
    return Datatype("other", size)


def _names(content: Cursor, count: int, version: int) -> list[str]:
    """The names of an enumeration."""
    names = []
    for _ in range(count):
        start = content.place
        names.append(content.text())
        if version < 3:
            content.align(start)
    return names


def shape_of(content: Cursor) -> tuple[int, ...] | None:
    """The shape that a message describes; ``None`` for no value at all."""
    version, rank, _flags = content.numbers("BBB")
    if version == 1:
        content.skip(5)
        is_none = False
    else:
        is_none = content.number(1) == 2
    if version not in (1, 2) or rank > _MOST_AXES:
        raise damaged(content.label, f"a shape of version {version} with {rank} axes")
    shape = content.numbers(f"{rank}Q")
    return None if is_none else shape


def limits_of(content: Cursor, shape: Sequence[int]) -> list[int | None]:
    """How far each axis may grow, of a message that was read to the end of its shape."""
    if not content.data[2] & 1:
        return list(shape)
    return [None if most == UNDEFINED else most for most in content.numbers(f"{len(shape)}Q")]


class Filter(NamedTuple):
    """A step of how chunks are packed.

    Attributes:
        number: 1 for deflate, 2 for a reordering of bytes, 3 for a checksum.
        values: its settings.
    """

    number: int
    values: tuple[int, ...]


def filters_of(content: Cursor) -> list[Filter]:
    """How the chunks of an array are packed, in the order of packing."""
    version, count = content.numbers("BB")
    if version == 1:
        content.skip(6)
    found = []
    for _ in range(count):
        number = content.number(2)
        name_size = content.number(2) if version == 1 or number >= 256 else 0
        _, settings = content.numbers("HH")
        name = content.take(name_size + (-name_size % 8 if version == 1 else 0))
        found.append(Filter(number, content.numbers(f"{settings}I")))
        if version == 1:
            content.skip(4 * (settings % 2))
        if number not in (_DEFLATE, _SHUFFLE, _FLETCHER):
            called = name.rstrip(b"\0").decode("ascii", "replace") or f"number {number}"
            raise refused(
                content.label,
                f"its arrays are packed by the filter {called}; only deflate, shuffle and "
                "fletcher32 are read",
            )
    return found


def unfiltered(
    data: bytes, filters: Sequence[Filter], skipped: int, size: int, label: str
) -> bytes:
    """A chunk as it was before it was packed.

    Args:
        data: the bytes in the file.
        filters: in the order of packing.
        skipped: bits of those that were left out for this chunk.
        size: how many bytes there have to be in the end.
        label: the file's name, for messages.
    """
    for place in reversed(range(len(filters))):
        if skipped >> place & 1:
            continue
        match filters[place].number:
            case 1:
                inflate = zlib.decompressobj()
                try:  # a checksum may follow the values
                    data = inflate.decompress(data, size + 4)
                except zlib.error as error:
                    raise damaged(label, error) from error
            case 2:
                width = filters[place].values[0] if filters[place].values else 1
                if width > 1 and len(data) % width == 0:
                    data = np.frombuffer(data, "u1").reshape(width, -1).T.tobytes()
            case 3:
                data, checksum = data[:-4], data[-4:]
                if _fletcher(data) != int.from_bytes(checksum, "little"):
                    raise damaged(label, "a chunk whose checksum is wrong")
    if len(data) != size:
        raise damaged(label, f"a chunk of {len(data)} bytes, expected {size}")
    return data


def _fletcher(data: bytes) -> int:
    """Fletcher's checksum of 32 bits, over pairs of bytes."""
    words = np.frombuffer(data + b"\0" * (len(data) % 2), ">u2").astype(np.uint64)
    total = int(words.sum()) % 65535
    weights = np.arange(len(words), 0, -1, dtype=np.uint64) % 65535
    weighted = int((words * weights % 65535).sum()) % 65535
    return _folded(weighted, bool(words.any())) << 16 | _folded(total, bool(words.any()))


def _folded(value: int, has_values: bool) -> int:
    """65535 and 0 are the same remainder; the former stands where anything was added."""
    return 65535 if value == 0 and has_values else value


def native(values: np.ndarray) -> np.ndarray:
    """A copy in the order of bytes that this machine has.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.files._hdf5_format import native
        >>> native(np.ones(1, ">f4")).dtype
        dtype('float32')
    """
    return values.astype(values.dtype.newbyteorder("="))
