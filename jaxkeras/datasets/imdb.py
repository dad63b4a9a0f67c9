"""IMDB: 50,000 reviews of films as lists of word numbers, good or bad."""

from __future__ import annotations

import numpy as np

from jaxkeras.datasets import _arranging
from jaxkeras.datasets._keras_data import load_arrays, load_word_index
from jaxkeras.datasets._prepare import Pair, StrPath
from jaxkeras.registry import teaches_keywords


@teaches_keywords()
def load_data(
    path: StrPath = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Pair, Pair]:
    """Load the reviews, downloading them first if need be.

    The words are numbered by how often they occur, so `num_words=10000` keeps the most frequent
    ones. The file is Keras's, and is verified; no code that it may hold is executed.

    Source: "Learning Word Vectors for Sentiment Analysis", A. L. Maas et al., 2011.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.
        num_words: the numbers of words that stay are below it; `None` keeps all but the greatest
            number, as Keras does.
        skip_top: the smallest number that stays.
        maxlen: reviews of this many words or more are left out.
        seed: chooses the order of the reviews. NumPy's global generator is not touched.
        start_char: what every review begins with, or `None`.
        oov_char: what stands for a word that does not stay; `None` leaves the word out.
        index_from: what is added to the number of each word.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists `(25000,)`, and labels `(25000,)`,
        1 for a good review and 0 for a bad one.

    Raises:
        DatasetError: the file cannot be had, or is damaged.
        ValueError: `maxlen` leaves nothing.

    Example:
        >>> from jaxkeras.datasets import imdb
        >>> (x_train, y_train), _ = imdb.load_data(num_words=10_000)  # doctest: +SKIP
        >>> x_train[0][:4], y_train[0]  # doctest: +SKIP
        ([1, 14, 22, 16], np.int64(1))

    Keras name: ``keras.datasets.imdb.load_data``.
    """
    x_train, y_train, x_test, y_test = load_arrays("imdb", path)
    generator = np.random.RandomState(seed)
    rows, labels = [], []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        x, y = _arranging.shuffled(generator, x, y)
        kept, y = _arranging.shorter(_arranging.with_marks(x, start_char, index_from), y, maxlen)
        rows.append(kept)
        labels.append(y)
    known = _arranging.with_known_words(rows[0] + rows[1], num_words, skip_top, oov_char)
    size = len(rows[0])
    return (known[:size], labels[0]), (known[size:], labels[1])


def get_word_index(path: StrPath = "imdb_word_index.json") -> dict[str, int]:
    """The number of every word, the most frequent being 1.

    What `load_data` gives is greater by its `index_from`.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.

    Raises:
        DatasetError: the file cannot be had, or is damaged.

    Example:
        >>> from jaxkeras.datasets import imdb
        >>> numbers = imdb.get_word_index()  # doctest: +SKIP
        >>> words = {number + 3: word for word, number in numbers.items()}  # doctest: +SKIP
        >>> " ".join(words.get(number, "?") for number in [1, 14, 22, 16])  # doctest: +SKIP
        '? this film was'

    Keras name: ``keras.datasets.imdb.get_word_index``.
    """
    return load_word_index("imdb", path)
