"""Writing a file so that it is there as a whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["atomic_write"]


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str], overwrite: bool = True) -> Iterator[BinaryIO]:
    """A file to write and read, which takes its name when the ``with`` block ends well.

    It lies in the folder of its goal, so that the last move is one step; where the block fails, the
    goal stays as it was. Folders that are missing are made.

    Args:
        path: where the file shall be.
        overwrite: whether a file that is there is replaced.

    Raises:
        FileExistsError: there is one and ``overwrite`` is False.
        IsADirectoryError: the path is a folder.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.files import atomic_write
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "note.txt"
        ...     with atomic_write(path) as file:
        ...         written = file.write(b"all of it")
        ...     path.read_bytes()
        b'all of it'
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path} is a folder. Name a file in it: {path}/model.keras.")
    if not overwrite and os.path.lexists(path):
        raise FileExistsError(
            f"{path} exists already and overwrite=False. Choose another name, or pass "
            "overwrite=True to replace it."
        )
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(
        prefix=f".{os.path.basename(path)}.", suffix=".part", dir=folder
    )
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _permissions(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _permissions(path: str) -> int:
    """Those of the file that is replaced, or those of a new one."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: str) -> None:
    """Make the new name last through a power failure, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
