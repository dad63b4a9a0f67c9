"""HDF5 files as plain groups of arrays; reading trusts nothing in them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import jax.numpy as jnp
import numpy as np

from jaxkeras.files.errors import CorruptFileError, damaged, refused

__all__ = ["Group", "read_hdf5", "write_hdf5"]

_ATTRIBUTE_LIMIT = 60_000  # bytes; the format allows 64 KiB for the attributes of an object
_MOST_EXPANSION = 1040  # no compression of HDF5 makes more of a byte; deflate makes 1032
_DEEPEST = 100


@dataclass
class Group:
    """A folder inside an HDF5 file.

    Attributes:
        attributes: text, numbers, and lists of text by name.
        children: arrays and further groups by name.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.files import Group
        >>> root = Group()
        >>> root.require("layers/dense").children["0"] = np.ones((2, 3))
        >>> root.find("layers/dense").children["0"].shape, root.find("layers/lstm")
        ((2, 3), None)
    """

    attributes: dict[str, Any] = field(default_factory=dict)
    children: dict[str, "Group | np.ndarray"] = field(default_factory=dict)

    def find(self, path: str) -> "Group | None":
        """The group at a path, or ``None`` if there is none."""
        group: Any = self
        for name in filter(None, path.split("/")):
            group = group.children.get(name)
            if not isinstance(group, Group):
                return None
        return group

    def require(self, path: str) -> "Group":
        """The group at a path, made where it is missing."""
        group = self
        for name in filter(None, path.split("/")):
            child = group.children.setdefault(name, Group())
            if not isinstance(child, Group):
                raise ValueError(f"A group and an array cannot both be called {path!r}.")
            group = child
        return group

    def array(self, path: str) -> np.ndarray | None:
        """The array at a path, or ``None`` if there is none."""
        folder, _, name = path.rpartition("/")
        group = self.find(folder)
        child = None if group is None else group.children.get(name)
        return None if isinstance(child, Group) else child

    def put(self, path: str, value: Any) -> None:
        """Place an array at a path."""
        folder, _, name = path.rpartition("/")
        self.require(folder).children[name] = np.asarray(value)

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays directly inside."""
        return {k: child for k, child in self.children.items() if not isinstance(child, Group)}

    def walk(self, path: str = "") -> Iterator[tuple[str, "Group"]]:
        """This group and all groups inside, with their paths."""
        yield path, self
        for name, child in self.children.items():
            if isinstance(child, Group):
                yield from child.walk(f"{path}/{name}".lstrip("/"))


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


def read_hdf5(file: BinaryIO, label: str) -> Group:
    """All groups and arrays of an HDF5 file.

    Args:
        file: open for reading.
        label: the file's name, for messages.

    Raises:
        CorruptFileError: the file is damaged; it points out of itself (soft and external links,
            external and virtual arrays); it holds something that is no array of numbers; or an
            array claims a shape that the file has no bytes for.
    """
    import h5py

    size = file.seek(0, os.SEEK_END)
    try:
        with h5py.File(file, "r") as opened:
            return _Reader(label, size).group(opened, "", 0)
    except CorruptFileError:
        raise
    except Exception as error:  # h5py answers damage with errors of any kind
        raise damaged(label, error) from error


class _Reader:
    """Reads one file and keeps count of what it read."""

    def __init__(self, label: str, size: int):
        self.label = label
        self.bytes_left = size
        self.seen: set[Any] = set()  # h5py compares objects by their place in the file

    def group(self, source: Any, path: str, depth: int) -> Group:
        import h5py

        self._visit(source, path)
        if depth > _DEEPEST:
            raise refused(self.label, f"its groups are nested more than {_DEEPEST} deep")
        children: dict[str, Group | np.ndarray] = {}
        for name in source:
            inner = f"{path}/{name}"
            if not isinstance(source.get(name, getlink=True), h5py.HardLink):
                raise refused(self.label, f"{inner} is a link, which could lead to other files")
            child = source[name]
            if isinstance(child, h5py.Group):
                children[name] = self.group(child, inner, depth + 1)
            elif isinstance(child, h5py.Dataset):
                children[name] = self.array(child, inner)
            else:
                raise refused(self.label, f"{inner} is neither a group nor an array")
        attributes = _joined({key: _plain(value) for key, value in source.attrs.items()})
        return Group(attributes, children)

    def array(self, source: Any, path: str) -> np.ndarray:
        self._visit(source, path)
        if source.external or source.is_virtual:
            raise refused(self.label, f"the array {path} lies in other files")
        if source.shape is None or source.dtype.kind not in "biufcV":
            raise refused(self.label, f"{path} holds {source.dtype}, not numbers")
        stored = source.id.get_storage_size()
        is_packed = source.id.get_create_plist().get_nfilters() > 0
        if stored > self.bytes_left or source.nbytes > stored * (
            _MOST_EXPANSION if is_packed else 1
        ):
            raise refused(
                self.label,
                f"the array {path} claims shape {source.shape}, {source.nbytes} bytes, for which "
                "the file holds too little",
            )
        self.bytes_left -= stored
        values = np.empty(source.shape, source.dtype)
        if source.size:
            source.read_direct(values)
        return values.view(self._extended(source, path)) if values.dtype.kind == "V" else values

    def _extended(self, source: Any, path: str) -> np.dtype:
        """The type, such as bfloat16, that NumPy does not know by itself."""
        name = _plain(source.attrs.get("dtype"))
        try:
            dtype = jnp.dtype(name) if isinstance(name, str) else None
        except TypeError:
            dtype = None
        if dtype is None or dtype.kind != "V" or dtype.itemsize != source.dtype.itemsize:
            raise refused(self.label, f"{path} holds {source.dtype} ({name}), not numbers")
        return dtype

    def _visit(self, source: Any, path: str) -> None:
        """Each object once: one that is found under many names could fill any memory."""
        if source in self.seen:
            raise refused(self.label, f"{path or '/'} is found under two names")
        self.seen.add(source)


def _plain(value: Any) -> Any:
    """An attribute as text, a number, a list of text, or an array."""
    match value:
        case bytes():
            return value.decode()
        case np.ndarray() if value.dtype.kind in "SOU":
            return [_plain(item) for item in value.ravel().tolist()]
        case np.generic():
            return _plain(value.item())
    return value


def _joined(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Lists that were written in several parts, made whole."""
    joined = dict(attributes)
    for first in [name for name in attributes if name.endswith("0")]:
        name, number = first[:-1], 0
        if name in attributes or not isinstance(attributes[first], list):
            continue
        joined[name] = []
        while isinstance(part := attributes.get(f"{name}{number}"), list):
            joined[name] += part
            del joined[f"{name}{number}"]
            number += 1
    return joined
