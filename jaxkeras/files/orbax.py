"""Orbax checkpoints as plain groups of arrays: a folder of numbered steps."""

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxkeras.files.archive import Archive
from jaxkeras.files.errors import CorruptFileError, damaged
from jaxkeras.files.hdf5 import Group

__all__ = ["Checkpoints", "is_orbax", "read_orbax"]

_METADATA = "_CHECKPOINT_METADATA"
_ARRAYS, _CONFIG = "pytree", "model_config"


class Checkpoints:
    """A folder of checkpoints that is being written to.

    Args:
        folder: where they lie.
        max_to_keep: how many of the latest are kept; ``None`` keeps all.
        in_background: whether writing goes on while the program does.

    Example:
        >>> import os, tempfile, numpy as np
        >>> from jaxkeras.files import Archive, Group
        >>> from jaxkeras.files.orbax import Checkpoints, read_orbax
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     checkpoints = Checkpoints(folder, max_to_keep=1)
        ...     for step in range(3):
        ...         checkpoints.save(step, Archive({}, Group(children={"x": np.full(2, step)})))
        ...     checkpoints.close()
        ...     read_orbax(folder, folder).weights.array("x")
        array([2, 2])
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        max_to_keep: int | None = None,
        in_background: bool = False,
    ):
        import orbax.checkpoint

        options = orbax.checkpoint.CheckpointManagerOptions(
            max_to_keep=max_to_keep, enable_async_checkpointing=in_background
        )
        self._manager = orbax.checkpoint.CheckpointManager(
            pathlib.Path(folder).absolute(), options=options
        )

    def save(self, step: int, archive: Archive) -> None:
        """Write a checkpoint; one of the same number is replaced."""
        from orbax.checkpoint import args

        parts: dict[str, Any] = {_ARRAYS: args.StandardSave(_tree(archive.weights))}
        if archive.config:
            parts[_CONFIG] = args.JsonSave(archive.config)
        if step in self._manager.all_steps():
            self._manager.wait_until_finished()
            self._manager.delete(step)
        self._manager.save(step, args=args.Composite(**parts), force=True)

    def wait(self) -> None:
        """Return when all checkpoints are written."""
        self._manager.wait_until_finished()

    def close(self) -> None:
        """Write all checkpoints and end."""
        self._manager.wait_until_finished()
        self._manager.close()


def is_orbax(path: str | os.PathLike[str]) -> bool:
    """Whether a folder is an Orbax checkpoint, or holds numbered ones.

    Example:
        >>> import tempfile
        >>> from jaxkeras.files.orbax import is_orbax
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     is_orbax(folder)
        False
    """
    folder = pathlib.Path(path)
    return (folder / _METADATA).exists() or bool(_steps(folder))


def _steps(folder: pathlib.Path) -> list[int]:
    return sorted(
        int(entry.name)
        for entry in folder.iterdir()
        if entry.name.isdigit() and (entry / _METADATA).exists()
    )


def read_orbax(path: str | os.PathLike[str], label: str) -> Archive:
    """A checkpoint, or the latest of those that a folder holds.

    Args:
        path: the folder.
        label: its name, for messages.

    Returns:
        Its arrays, and its configuration, which is empty where only weights were saved.

    Raises:
        CorruptFileError: it is damaged, or another program laid it out in a way of its own.
    """
    from orbax.checkpoint import PyTreeCheckpointer
    from orbax.checkpoint.handlers import JsonCheckpointHandler

    folder: Any = pathlib.Path(path).absolute()
    if not (folder / _METADATA).exists():
        folder /= str(_steps(folder)[-1])
    if not (folder / _ARRAYS).exists():
        raise CorruptFileError(f"{label} is an Orbax checkpoint without {_ARRAYS!r}, the arrays.")
    try:
        tree = PyTreeCheckpointer().restore(folder / _ARRAYS)
        config: Any = {}
        if (folder / _CONFIG).exists():
            config = JsonCheckpointHandler().restore(folder / _CONFIG)
    except Exception as error:  # Orbax answers damage with errors of any kind
        raise damaged(label, error) from error
    return Archive(config, _group(tree))


def _tree(group: Group) -> dict[str, Any]:
    """Nested dictionaries of arrays; groups without arrays are left out."""
    found = {
        name: _tree(child) if isinstance(child, Group) else child
        for name, child in group.children.items()
    }
    return {name: child for name, child in found.items() if not isinstance(child, dict) or child}


def _group(tree: Mapping[str, Any]) -> Group:
    return Group(
        children={
            str(name): _group(child) if isinstance(child, Mapping) else np.asarray(child)
            for name, child in tree.items()
        }
    )
