"""How Keras puts its data sets in order: shuffled, split, and words left out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from jaxkeras.datasets._object_arrays import array_of_lists
from jaxkeras.datasets._prepare import Pair


def shuffled(
    generator: np.random.RandomState, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Samples and their labels, both in one new order."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], y[order]


def split(x: np.ndarray, y: np.ndarray, test_split: float) -> tuple[Pair, Pair]:
    """The first samples to train on, and the last ``test_split`` of them to test on.

    Raises:
        ValueError: ``test_split`` is not in ``[0, 1)``.
    """
    require_test_split(test_split)
    size = int(len(x) * (1 - test_split))
    return (x[:size], y[:size]), (x[size:], y[size:])


def require_test_split(test_split: float) -> None:
    """Refuse what is no part of the data.

    Raises:
        ValueError: ``test_split`` is not in ``[0, 1)``.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be in [0, 1). Received: test_split={test_split}")


def with_marks(
    rows: Iterable[list[int]], start_char: int | None, index_from: int | None
) -> list[list[int]]:
    """Lists of words that begin with a mark, and whose words are counted from a number.

    Args:
        rows: a list of words for each text.
        start_char: what each begins with, or ``None``.
        index_from: what is added to the number of each word.

    Example:
        >>> from jaxkeras.datasets._arranging import with_marks
        >>> with_marks([[1, 5], [2]], start_char=1, index_from=3)
        [[1, 4, 8], [1, 5]]
    """
    start = [] if start_char is None else [start_char]
    shift = index_from or 0
    return [[*start, *(word + shift for word in row)] for row in rows]


def shorter(
    rows: list[list[int]], labels: np.ndarray, maxlen: int | None
) -> tuple[list[list[int]], np.ndarray]:
    """The lists of less than ``maxlen`` words, and their labels.

    Raises:
        ValueError: none is so short.
    """
    if not maxlen:
        return rows, labels
    kept = [place for place, row in enumerate(rows) if len(row) < maxlen]
    if not kept:
        raise ValueError(
            f"No text is shorter than maxlen={maxlen} words, so nothing is left. Increase maxlen: "
            f"the shortest has {min(map(len, rows))}."
        )
    return [rows[place] for place in kept], labels[kept]


def with_known_words(
    rows: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> np.ndarray:
    """Lists in which rare words, and the most frequent ones, are replaced or left out.

    Args:
        rows: a list of words for each text, a small number for a frequent word.
        num_words: what the numbers of words that stay are below; ``None`` is the greatest there
            is, as in Keras, so that one word goes.
        skip_top: the smallest number that stays.
        oov_char: what stands for those that go; ``None`` leaves them out.

    Returns:
        An array of lists ``(rows,)``.

    Example:
        >>> from jaxkeras.datasets._arranging import with_known_words
        >>> with_known_words([[1, 9, 5], [3]], num_words=6, skip_top=2, oov_char=0).tolist()
        [[0, 0, 5], [3]]
    """
    end = num_words or max(max(row) for row in rows if row)
    if oov_char is None:
        return array_of_lists([[word for word in row if skip_top <= word < end] for row in rows])
    return array_of_lists(
        [[word if skip_top <= word < end else oov_char for word in row] for row in rows]
    )
