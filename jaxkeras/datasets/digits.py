"""Handwritten digits, 8x8 pixels, inside the package: no network, no preparing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jaxkeras.datasets._arranging import require_test_split
from jaxkeras.datasets._prepare import Pair
from jaxkeras.registry import teaches_keywords

_FILE = Path(__file__).with_name("digits.npz")


@teaches_keywords()
def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Pair, Pair]:
    """Load the handwritten digits that ship with jaxkeras.

    1,797 pictures of 8x8 pixels, with values from `0` (white) to `16` (black): divide by 16, not
    by 255. The split is stratified and fixed by `seed`: `test_split` of each digit, chosen at
    random, is set aside, and both parts are shuffled. NumPy's global generator is not touched.

    Source: "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0. This is the test part
    of that data set, as scikit-learn distributes it.

    Args:
        test_split: the fraction of each digit that goes to the test set, from 0 up to 1.
        seed: chooses the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` images `(n, 8, 8)` and `uint8` labels
        `(n,)`.

    Raises:
        ValueError: `test_split` is not in `[0, 1)`.

    Example:
        >>> from jaxkeras.datasets import digits
        >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((1438, 8, 8), (1438,), (359, 8, 8), (359,))
        >>> x_train.max()
        np.uint8(16)
    """
    require_test_split(test_split)
    with np.load(_FILE, allow_pickle=False) as file:
        x, y = file["x"], file["y"]
    generator = np.random.default_rng(seed)
    is_test = np.zeros(len(x), bool)
    for digit in range(10):
        members = generator.permutation(np.flatnonzero(y == digit))
        is_test[members[: round(test_split * len(members))]] = True
    train = generator.permutation(np.flatnonzero(~is_test))
    test = generator.permutation(np.flatnonzero(is_test))
    return (x[train], y[train]), (x[test], y[test])
