"""Files in folders, one folder for every class."""

import os
from collections.abc import Sequence
from typing import Any

from jaxkeras.registry import suggest

__all__ = ["class_folders", "files_below"]


def class_folders(directory: Any, names: Sequence[str] | None = None) -> list[str]:
    """The names of the folders in a folder, sorted; hidden ones are no classes.

    Args:
        directory: the folder that holds one folder for every class.
        names: the classes wanted, in their order; by default all that there are.

    Raises:
        FileNotFoundError: there is no such folder.
        NotADirectoryError: it is a file.
        ValueError: a class has no folder.

    Example:
        >>> import os, tempfile
        >>> from jaxkeras.utils.class_folders import class_folders
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("dogs", "cats", ".cache"):
        ...         os.mkdir(os.path.join(folder, name))
        ...     class_folders(folder)
        ['cats', 'dogs']
    """
    folder = _existing(directory)
    found = sorted(
        name
        for name in os.listdir(folder)
        if not name.startswith(".") and os.path.isdir(os.path.join(folder, name))
    )
    for name in names or ():
        if not os.path.isdir(os.path.join(folder, name)):
            raise ValueError(
                f"{folder} has no folder {name!r} for the class of that name. It has: "
                f"{', '.join(found) or 'none'}.{suggest(name, found)}"
            )
    return list(names) if names else found


def files_below(directory: Any, endings: tuple[str, ...], follow_links: bool = False) -> list[str]:
    """The files in a folder and the folders inside it, sorted folder by folder.

    Args:
        directory: the folder.
        endings: of the names wanted, in lower case.
        follow_links: whether to enter folders that are symbolic links.

    Returns:
        Paths relative to ``directory``.

    Raises:
        FileNotFoundError: there is no such folder.
        NotADirectoryError: it is a file.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.utils.class_folders import files_below
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("b.JPG", "a.png", "notes.txt"):
        ...         pathlib.Path(folder, name).touch()
        ...     files_below(folder, (".jpg", ".png"))
        ['a.png', 'b.JPG']
    """
    folder = _existing(directory)
    walked = sorted(os.walk(folder, followlinks=follow_links), key=lambda entry: entry[0])
    return [
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in walked
        for name in sorted(names)
        if name.lower().endswith(endings)
    ]


def _existing(directory: Any) -> str:
    """The path of a folder, which has to be there."""
    folder = os.fspath(directory)
    if os.path.isdir(folder):
        return folder
    if os.path.exists(folder):
        hint = " Unpack it, if it is an archive, and pass the folder that comes out."
        raise NotADirectoryError(f"{folder!r} is a file, not a folder of files.{hint}")
    parent, name = os.path.split(os.path.abspath(folder))
    while not os.path.isdir(parent):
        parent, name = os.path.split(parent)
    inside = sorted(entry.name for entry in os.scandir(parent) if entry.is_dir())
    shown = ", ".join(inside[:8]) + (", ..." if len(inside) > 8 else "")
    raise FileNotFoundError(
        f"There is no folder {folder!r}; the program runs in {os.getcwd()!r}. It should hold the "
        "files, for classes in one folder each, such as train/cats and train/dogs. There is "
        f"{parent!r}, which has no folder {name!r} in it, but: {shown or 'none'}."
        f"{suggest(name, inside)} Correct the path, or make it an absolute one."
    )
