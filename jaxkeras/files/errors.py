"""What is wrong with a file."""

import os
from typing import Any

__all__ = ["CorruptFileError", "label_of"]


class CorruptFileError(ValueError):
    """A file is damaged, or holds what no model file needs and what could do harm.

    Example:
        >>> import io
        >>> from jaxkeras.files import CorruptFileError, read_archive
        >>> try:
        ...     read_archive(io.BytesIO(b"PK"), "model.keras")
        ... except CorruptFileError as error:
        ...     print(error)
        model.keras cannot be read: it is damaged or incomplete (File is not a zip file). Copy or
        save it anew.
    """


def damaged(label: str, what: Any) -> CorruptFileError:
    """The answer to a file that ends too early or makes no sense."""
    return CorruptFileError(
        f"{label} cannot be read: it is damaged or incomplete ({what}). Copy or save it anew."
    )


def refused(label: str, what: str) -> CorruptFileError:
    """The answer to a file that asks for more than a model needs."""
    return CorruptFileError(f"{label} is refused: {what}. Load files from sources you trust.")


def label_of(path: str | os.PathLike[str]) -> str:
    """A path as messages show it.

    Example:
        >>> import pathlib
        >>> from jaxkeras.files.errors import label_of
        >>> label_of(pathlib.Path("models") / "best.keras")
        'models/best.keras'
    """
    return os.fspath(path)
