"""Folders of arrays in memory, as a file of weights lays them out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Group"]


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
