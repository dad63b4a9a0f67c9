"""Reuters: 11,228 newswires as lists of word numbers, of 46 topics."""

from __future__ import annotations

import numpy as np

from jaxkeras.datasets import _arranging
from jaxkeras.datasets._keras_data import load_arrays, load_word_index
from jaxkeras.datasets._prepare import Pair, StrPath
from jaxkeras.registry import teaches_keywords

_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves
ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin
strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange
pet-chem dlr gas silver wpi hog lead
"""


@teaches_keywords()
def load_data(
    path: StrPath = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Pair, Pair]:
    """Load the newswires, downloading them first if need be.

    The file is Keras's, and is verified; no code that it may hold is executed.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.
        num_words: see `imdb.load_data`, as of all that follows but `test_split`.
        skip_top: likewise.
        maxlen: likewise.
        test_split: the part of the newswires to test on, from 0 up to 1.
        seed: likewise.
        start_char: likewise.
        oov_char: likewise.
        index_from: likewise.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists `(8982,)` and `(2246,)`, and the
        numbers of their topics, see `get_label_names`.

    Raises:
        DatasetError: the file cannot be had, or is damaged.
        ValueError: `maxlen` leaves nothing, or `test_split` is not in `[0, 1)`.

    Example:
        >>> from jaxkeras.datasets import reuters
        >>> (x_train, y_train), _ = reuters.load_data(num_words=10_000)  # doctest: +SKIP
        >>> x_train.shape, reuters.get_label_names()[y_train[0]]  # doctest: +SKIP
        ((8982,), 'earn')

    Keras name: ``keras.datasets.reuters.load_data``.
    """
    x, y = _arranging.shuffled(np.random.RandomState(seed), *load_arrays("reuters", path))
    rows, y = _arranging.shorter(_arranging.with_marks(x, start_char, index_from), y, maxlen)
    x = _arranging.with_known_words(rows, num_words, skip_top, oov_char)
    return _arranging.split(x, y, test_split)


def get_word_index(path: StrPath = "reuters_word_index.json") -> dict[str, int]:
    """The number of every word, the most frequent being 1; see `imdb.get_word_index`.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.

    Raises:
        DatasetError: the file cannot be had, or is damaged.

    Example:
        >>> from jaxkeras.datasets import reuters
        >>> reuters.get_word_index()["the"]  # doctest: +SKIP
        1

    Keras name: ``keras.datasets.reuters.get_word_index``.
    """
    return load_word_index("reuters", path)


def get_label_names() -> tuple[str, ...]:
    """The names of the topics, in the order of their numbers.

    Example:
        >>> from jaxkeras.datasets import reuters
        >>> reuters.get_label_names()[:3]
        ('cocoa', 'grain', 'veg-oil')

    Keras name: ``keras.datasets.reuters.get_label_names``.
    """
    return tuple(_TOPICS.split())
