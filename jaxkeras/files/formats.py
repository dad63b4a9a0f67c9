"""What kind of file lies at a path, told by its content."""

import os
import pathlib
import shutil
from typing import Literal

from jaxkeras.files.archive import Archive, archive_of, members_of, read_archive
from jaxkeras.files.atomic import atomic_write
from jaxkeras.files.errors import CorruptFileError, label_of, refused
from jaxkeras.files.hdf5 import Group, read_hdf5
from jaxkeras.files.orbax import is_orbax, read_orbax

__all__ = ["format_of", "read_model_file", "write_folder"]

_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"


def format_of(path: str | os.PathLike[str]) -> Literal["archive", "folder", "hdf5", "orbax"]:
    """A ``.keras`` archive, the folder that one was unpacked to, HDF5, or checkpoints of Orbax.

    Args:
        path: of a file or folder, whatever its name.

    Raises:
        FileNotFoundError: there is nothing.
        CorruptFileError: it is neither of them.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.files import format_of
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "model.h5"
        ...     _ = path.write_bytes(b"PK\\x03\\x04")
        ...     format_of(path)
        'archive'
    """
    label = label_of(path)
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "config.json")):
            return "folder"
        if is_orbax(path):
            return "orbax"
        raise CorruptFileError(f"{label} is a folder without config.json: no model lies in it.")
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no file {label}. Path of the working folder: {os.getcwd()}."
        )
    with open(path, "rb") as file:
        start = file.read(len(_HDF5))
    if start.startswith(_ZIP):
        return "archive"
    if start == _HDF5:
        return "hdf5"
    raise CorruptFileError(
        f"{label} is neither a .keras archive nor an HDF5 file: it starts with {start!r}. Write "
        "models by model.save('model.keras') and weights by model.save_weights('model.weights.h5')."
    )


def write_folder(path: str | os.PathLike[str], archive: Archive, overwrite: bool = True) -> None:
    """Write what a ``.keras`` archive holds as files of a folder.

    Each file is written as a whole; the configuration comes last, so that a folder which was begun
    and not ended is no model.

    Args:
        path: of the folder.
        archive: what to write.
        overwrite: whether a model that lies there is replaced.

    Raises:
        FileExistsError: there is something else than a model, or ``overwrite`` is False.

    Example:
        >>> import tempfile
        >>> from jaxkeras.files import Archive, Group, format_of, write_folder
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_folder(folder, Archive({"class_name": "Sequential"}, Group()))
        ...     format_of(folder)
        'folder'
    """
    label, folder = label_of(path), pathlib.Path(path)
    config = folder / "config.json"
    is_taken = folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))
    if is_taken and not (overwrite and config.is_file()):
        raise FileExistsError(
            f"{label} exists already{'' if overwrite else ' and overwrite=False'}. Name a new "
            "folder, an empty one, or with overwrite=True one that holds a model."
        )
    if is_taken:
        config.unlink()
        shutil.rmtree(folder / "assets", ignore_errors=True)
    members = members_of(archive)
    for name in sorted(members, key=lambda name: name == config.name):
        with atomic_write(folder / name) as file:
            file.write(members[name])


def read_model_file(path: str | os.PathLike[str]) -> Archive | Group:
    """What a file holds: a model's `Archive`, or the `Group` of an HDF5 file.

    Raises:
        FileNotFoundError: there is nothing at the path.
        CorruptFileError: it is damaged, no model file at all, or leads out of itself.
    """
    label, kind = label_of(path), format_of(path)
    if kind == "orbax":
        return read_orbax(path, label)
    if kind == "folder":
        folder = pathlib.Path(path)
        places = [*folder.glob("*.json"), *folder.glob("*.h5"), *folder.glob("assets/**/*")]
        for place in places:
            if place.is_symlink():
                raise refused(label, f"{place.relative_to(folder)} is a link to another place")
        files = [file for file in places if file.is_file()]
        contents = {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
        return archive_of(contents, label)
    with open(path, "rb") as file:
        return read_archive(file, label) if kind == "archive" else read_hdf5(file, label)
