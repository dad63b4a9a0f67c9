"""Texts standardized and split, by functions that are known by name."""

import re
import string
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from jaxkeras.registry import Catalog

__all__ = ["apply", "splits", "standardizations"]

standardizations = Catalog("standardization")
splits = Catalog("split")

# As in TensorFlow, only the letters and the white space of ASCII count.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_STRIP = str.maketrans("", "", string.punctuation)
_LOWER_AND_STRIP = _LOWER | _STRIP
_WORD = re.compile(r"\S+", re.ASCII)


@standardizations.register()
def lower(texts: np.ndarray) -> list[str]:
    """Texts ``(batch,)`` in lower case."""
    return [text.translate(_LOWER) for text in texts]


@standardizations.register()
def strip_punctuation(texts: np.ndarray) -> list[str]:
    """Texts ``(batch,)`` without punctuation."""
    return [text.translate(_STRIP) for text in texts]


@standardizations.register()
def lower_and_strip_punctuation(texts: np.ndarray) -> list[str]:
    """Texts ``(batch,)`` in lower case and without punctuation."""
    return [text.translate(_LOWER_AND_STRIP) for text in texts]


@splits.register()
def whitespace(texts: np.ndarray) -> list[list[str]]:
    """The words of every text."""
    return [_WORD.findall(text) for text in texts]


@splits.register()
def character(texts: np.ndarray) -> list[list[str]]:
    """The characters of every text."""
    return [list(text) for text in texts]


def apply(function: Callable, texts: np.ndarray) -> Iterable[Any]:
    """What a function makes of texts ``(batch,)``, be it one of these or the user's.

    A function of the user gets an array on which those of `numpy.char` work.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing import _words
        >>> texts = np.array(["Foo bar"], object)
        >>> _words.apply(_words.splits.get("whitespace"), texts)
        [['Foo', 'bar']]
        >>> _words.apply(np.char.upper, texts)
        array(['FOO BAR'], dtype='<U7')
    """
    is_own = getattr(function, "__module__", None) == __name__
    return function(texts if is_own else texts.astype(str))
