"""HDF5 files read in Python alone, within bounds that follow from the size of the file.

Files of h5py's default layout are read, and those of ``libver="latest"``.

Source:
    The HDF Group, "HDF5 File Format Specification", versions 2.0 and 3.0
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxkeras.files._hdf5_arrays import ArrayReader
from jaxkeras.files._hdf5_file import BoundedFile, Object
from jaxkeras.files._hdf5_format import UNDEFINED, Cursor, Datatype, datatype_of, native, shape_of
from jaxkeras.files._hdf5_heaps import Heap, records
from jaxkeras.files.errors import damaged, refused
from jaxkeras.files.groups import Group

__all__ = ["Reader", "joined"]

_DEEPEST = 100
_LINKS, _LINK, _LAYOUT, _ATTRIBUTE, _TABLE, _ATTRIBUTES = 2, 6, 8, 12, 17, 21  # of statements


class _Link(NamedTuple):
    name: str
    address: int | None  # of an object of the same file


class Reader:
    """Reads one file.

    Args:
        file: open for reading.
        size: of the file.
        label: its name, for messages.
        room: the most bytes that its arrays may take.
    """

    def __init__(self, file: BinaryIO, size: int, label: str, room: int):
        self.file, self.label = BoundedFile(file, size, label), label
        self.block = self.file.block
        self.arrays = ArrayReader(self.file, size, room)
        self.text_left = size  # bytes
        self.text_places: dict[int, dict[int, tuple[int, int]]] = {}

    def root(self) -> Group:
        """All groups and arrays.

        Raises:
            CorruptFileError: see `jaxkeras.files.read_hdf5`.
        """
        return self.group(self.file.root(), "", 0)

    def group(self, source: Object, path: str, depth: int) -> Group:
        """A group with all that lies in it."""
        if depth > _DEEPEST:
            raise refused(self.label, f"its groups are nested more than {_DEEPEST} deep")
        children: dict[str, Group | np.ndarray] = {}
        for name, address in sorted(self.links(source)):
            inner = f"{path}/{name}"
            if address is None:
                raise refused(self.label, f"{inner} is a link, which could lead to other files")
            if name in children or not name or "/" in name:
                raise damaged(self.label, f"{inner} is there twice, or is no name")
            child = self.file.object(address, inner)
            if _LAYOUT in child.found:
                children[name] = self.array(child, inner)
            elif child.found.keys() & {_TABLE, _LINKS, _LINK}:
                children[name] = self.group(child, inner, depth + 1)
            else:
                raise refused(self.label, f"{inner} is neither a group nor an array")
        return Group(joined(self.attributes(source)), children)

    # ---------------------------------------------------------------- links

    def links(self, source: Object) -> Iterator[_Link]:
        """What lies in a group, whichever of three ways it is noted."""
        for content in source.found.get(_LINK, ()):
            yield _link(content)
        if (table := source.first(_TABLE)) is not None:
            tree, heap = table.numbers("QQ")
            yield from self.table(tree, self.names(heap))
        if (about := source.first(_LINKS)) is not None:
            about.skip(1)
            about.skip(8 * (about.number(1) & 1))
            heap, tree = about.numbers("QQ")
            if heap != UNDEFINED:
                found = Heap(self.block, heap)
                for record in records(self.block, tree, 5):
                    record.skip(4)
                    yield _link(found.item(record))

    def names(self, address: int) -> Cursor:
        start = self.block(address, 32)
        start.expect(b"HEAP\0")
        start.skip(3)
        size, _, place = start.numbers("3Q")
        return self.block(place, size)

    def table(self, address: int, names: Cursor) -> Iterator[_Link]:
        for _, child in self.file.tree(address, kind=0, key_size=8):
            node = self.block(child, 8)
            node.expect(b"SNOD\1\0")
            count = node.number(2)
            entries = self.block(child + 8, 40 * count)
            for _ in range(count):
                name, target, cached, _ = entries.numbers("QQI4s16x")
                names.place = min(name, len(names.data))
                yield _Link(names.text(), None if cached == 2 else target)

    # ---------------------------------------------------------------- attributes

    def attributes(self, source: Object) -> dict[str, Any]:
        """Text, numbers, lists of text, and arrays of numbers by name."""
        found = [self.attribute(content) for content in source.found.get(_ATTRIBUTE, ())]
        if (about := source.first(_ATTRIBUTES)) is not None:
            about.skip(1)
            about.skip(2 * (about.number(1) & 1))
            heap, tree = about.numbers("QQ")
            if heap != UNDEFINED:
                values = Heap(self.block, heap)
                found += [
                    self.attribute(values.item(record)) for record in records(self.block, tree, 8)
                ]
        return dict(found)

    def attribute(self, content: Cursor) -> tuple[str, Any]:
        version, flags, *sizes = content.numbers("BB3H")
        if version not in (1, 2, 3) or (version > 1 and flags):
            raise refused(self.label, f"it has an attribute of version {version}, {flags}")
        content.skip(version == 3)
        parts = []
        for size in sizes:
            parts.append(Cursor(content.take(size), self.label))
            content.skip(-size % 8 if version == 1 else 0)
        name = parts[0].text()
        dtype, shape = datatype_of(parts[1]), shape_of(parts[2])
        return name, None if shape is None else self.value(dtype, shape, content, name)

    def value(self, dtype: Datatype, shape: tuple[int, ...], content: Cursor, name: str) -> Any:
        count = int(np.prod(shape, dtype=object))
        stored = content.take(count * dtype.size)
        match dtype.kind:
            case "number":
                values = native(np.frombuffer(stored, dtype.numpy)).reshape(shape)
                return values if shape else values.item()
            case "text":
                pieces = [stored[k * dtype.size :][: dtype.size] for k in range(count)]
                texts = [piece.rstrip(b"\0").decode() for piece in pieces]
            case "text elsewhere":
                places = Cursor(stored, self.label)
                texts = [self.text(*places.numbers("IQI")) for _ in range(count)]
            case _:
                raise refused(self.label, f"the attribute {name!r} holds {dtype}")
        return texts if shape else texts[0]

    def text(self, size: int, address: int, index: int) -> str:
        if size == 0:
            return ""
        if address not in self.text_places:
            self.text_places[address] = self.collection(address)
        if index not in self.text_places[address]:
            raise damaged(self.label, f"text {index} of {address} is missing")
        place, room = self.text_places[address][index]
        self.text_left -= size
        if size > room or self.text_left < 0:
            raise damaged(self.label, f"text of {size} bytes, for which there is no room")
        return self.block(place, size).take(size).rstrip(b"\0").decode()

    def collection(self, address: int) -> dict[int, tuple[int, int]]:
        """Where the texts of a collection lie: place and size by number."""
        start = self.block(address, 16)
        start.expect(b"GCOL\1")
        start.skip(3)
        end, place = address + start.number(8), address + 16
        found = {}
        while place + 16 <= end:
            index, _, size = self.block(place, 16).numbers("HHxxxxQ")
            if index == 0:
                break
            found[index] = place + 16, size
            place += 16 + size + -size % 8
        return found

    # ---------------------------------------------------------------- arrays

    def array(self, source: Object, path: str) -> np.ndarray:
        """An array, of a type that NumPy knows or that is noted beside, such as bfloat16."""
        values = self.arrays.read(source, path)
        if values.dtype.kind != "V":
            return values
        name = self.attributes(source).get("dtype")
        try:
            found = jnp.dtype(name) if isinstance(name, str) else None
        except TypeError:
            found = None
        if found is None or found.kind != "V" or found.itemsize != values.itemsize:
            raise refused(self.label, f"{path} holds {values.dtype} ({name}), not numbers")
        return values.view(found)


def _link(content: Cursor) -> _Link:
    version, flags = content.numbers("BB")
    if version != 1:
        raise damaged(content.label, f"a link of version {version}")
    kind = content.number(1) if flags & 8 else 0
    content.skip(8 * bool(flags & 4) + bool(flags & 16))
    name = content.take(content.number(1 << (flags & 3))).decode()
    return _Link(name, content.number(8) if kind == 0 else None)


def joined(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Lists that were written in several parts, made whole.

    Example:
        >>> from jaxkeras.files._hdf5_reader import joined
        >>> joined({"names0": ["a", "b"], "names1": ["c"]})
        {'names': ['a', 'b', 'c']}
    """
    made = dict(attributes)
    for first in [name for name in attributes if name.endswith("0")]:
        name, number = first[:-1], 0
        if name in attributes or not isinstance(attributes[first], list):
            continue
        made[name] = []
        while isinstance(part := attributes.get(f"{name}{number}"), list):
            made[name] += part
            del made[f"{name}{number}"]
            number += 1
    return made
