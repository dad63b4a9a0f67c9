"""What is wrong with a file."""

import os
from typing import Any

__all__ = [
    "ConfigurationError",
    "CorruptFileError",
    "UnsafeCodeError",
    "damaged",
    "label_of",
    "most_bytes",
    "printable",
    "refused",
]

_ALWAYS = 64 * 2**20  # bytes
_EXPANSION = 100  # times the size; trained weights hardly get smaller by packing


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


class ConfigurationError(CorruptFileError):
    """What a file says of its model cannot be followed; the message tells the layer and why.

    Args:
        label: what says so.
        error: what happened when it was followed, with notes on where.

    Example:
        >>> from jaxkeras.files import ConfigurationError
        >>> raise ConfigurationError("model.keras", KeyError("units"))
        Traceback (most recent call last):
            ...
        jaxkeras.files.errors.ConfigurationError: model.keras describes no model that can be made.
        It lacks 'units'.
    """

    def __init__(self, label: str, error: Exception):
        kind, text = type(error), str(error).strip()
        if kind is KeyError:
            text = f"It lacks {text}."
        elif kind not in (TypeError, ValueError) or not text:
            text = f"{kind.__name__}: {text}"
        start = "" if text.startswith(label) else f"{label} describes no model that can be made. "
        notes = [note for note in getattr(error, "__notes__", ()) if not note.startswith("---")]
        super().__init__(" ".join([start + text, *notes]))  # JAX tells under a line of its frames


class UnsafeCodeError(CorruptFileError):
    """A file holds code, which is never run, and which is more than arithmetic.

    Args:
        layer: the layer's name.
        reason: what of the code is not understood.
        listing: the code as text.

    Example:
        >>> from jaxkeras.files import UnsafeCodeError
        >>> raise UnsafeCodeError("shout", "it calls os.system", "<lambda>(x): ...")
        Traceback (most recent call last):
            ...
        jaxkeras.files.errors.UnsafeCodeError: The Lambda layer "shout" was saved with code, which
        is not run here, and which is more than arithmetic: it calls os.system. Write it as a
        function f and pass custom_objects={'shout': f}. The code that the file holds:
        <lambda>(x): ...
    """

    def __init__(self, layer: str, reason: str, listing: str):
        super().__init__(
            f'The Lambda layer "{printable(layer)}" was saved with code, which is not run here, '
            f"and which is more than arithmetic: {printable(reason.rstrip('.'))}. Write it as a "
            f"function f and pass custom_objects={{{layer!r}: f}}. The code that the file holds:\n"
            f"{listing}"
        )
        self.listing = listing


def damaged(label: str, what: Any) -> CorruptFileError:
    """The answer to a file that ends too early or makes no sense."""
    return CorruptFileError(
        f"{label} cannot be read: it is damaged or incomplete ({what}). Copy or save it anew."
    )


def refused(label: str, what: str) -> CorruptFileError:
    """The answer to a file that asks for more than a model needs."""
    return CorruptFileError(f"{label} is refused: {what}. Load files from sources you trust.")


def printable(text: str) -> str:
    """Text of a file as messages show it, without what could steer a terminal.

    Example:
        >>> from jaxkeras.files.errors import printable
        >>> print(printable("name" + chr(27) + "[2J"))
        name\\x1b[2J
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def most_bytes(size: int) -> int:
    """How many bytes the content of a file of this size may have when it is unpacked.

    Example:
        >>> from jaxkeras.files.errors import most_bytes
        >>> most_bytes(1_000_000)
        167108864
    """
    return _ALWAYS + _EXPANSION * size


def label_of(path: str | os.PathLike[str]) -> str:
    """A path as messages show it.

    Example:
        >>> import pathlib
        >>> from jaxkeras.files.errors import label_of
        >>> label_of(pathlib.Path("models") / "best.keras")
        'models/best.keras'
    """
    return os.fspath(path)
