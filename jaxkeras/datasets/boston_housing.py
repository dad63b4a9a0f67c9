"""Boston Housing: prices of houses in 506 quarters, from 13 numbers about each."""

from __future__ import annotations

import numpy as np

from jaxkeras.datasets._arranging import shuffled, split
from jaxkeras.datasets._keras_data import load_arrays
from jaxkeras.datasets._prepare import Pair, StrPath
from jaxkeras.registry import teaches_keywords


@teaches_keywords()
def load_data(
    path: StrPath = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Pair, Pair]:
    """Load the prices, downloading them first if need be.

    One of the 13 numbers was made on the assumption that people of another colour lower the price
    of a house. Take `california_housing` unless this is what you want to show.

    Source: "Hedonic Housing Prices and the Demand for Clean Air", D. Harrison and D. L. Rubinfeld,
    1978.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.
        test_split: the part of the quarters to test on, from 0 up to 1.
        seed: chooses which. NumPy's global generator is not touched.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `float64` numbers `(404, 13)` and `(102, 13)`, and
        prices in thousands of dollars, `(404,)` and `(102,)`.

    Raises:
        DatasetError: the file cannot be had, or is damaged.
        ValueError: `test_split` is not in `[0, 1)`.

    Example:
        >>> from jaxkeras.datasets import boston_housing
        >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
        >>> x_train.shape, x_test.shape  # doctest: +SKIP
        ((404, 13), (102, 13))

    Keras name: ``keras.datasets.boston_housing.load_data``.
    """
    x, y = load_arrays("boston_housing", path)
    return split(*shuffled(np.random.RandomState(seed), x, y), test_split)
