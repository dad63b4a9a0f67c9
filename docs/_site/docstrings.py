"""Docstrings as mkdocstrings reads them."""

import re
from typing import Any

import griffe

__all__ = ["Docstrings", "readable"]


class Docstrings(griffe.Extension):
    """Puts the package's docstrings into the form whose sections mkdocstrings knows."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Called for every object of the package.

        Args:
            obj: whose docstring is read.
            **kwargs: not used.
        """
        if obj.docstring is not None:
            obj.docstring.value = readable(obj.docstring.value)


def readable(text: str) -> str:
    """A docstring whose example is set as code, and whose ``Args:`` on one line is a sentence.

    Args:
        text: of the docstring.

    Example:
        >>> from docstrings import readable
        >>> readable("Args: those of `Dense`; no\\n    bias.\\n\\nExample:\\n    >>> 1\\n")
        '**Parameters:** those of `Dense`; no bias.\\n\\nExamples:\\n    >>> 1\\n'
    """
    text = re.sub(r"^Example:$", "Examples:", text, flags=re.MULTILINE)
    return re.sub(
        r"^Args: (.+(?:\n +.+)*)",
        lambda found: "**Parameters:** " + " ".join(found[1].split()),
        text,
        flags=re.MULTILINE,
    )
