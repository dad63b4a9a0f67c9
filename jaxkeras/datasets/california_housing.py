"""California Housing: prices of houses in 20,640 districts, from 8 numbers about each."""

from __future__ import annotations

import numpy as np

from jaxkeras.datasets._arranging import shuffled, split
from jaxkeras.datasets._keras_data import load_arrays
from jaxkeras.datasets._prepare import Pair, StrPath
from jaxkeras.registry import teaches_keywords

_SIZES = {"large": None, "small": 600}


@teaches_keywords()
def load_data(
    version: str = "large",
    path: StrPath = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> tuple[Pair, Pair]:
    """Load the prices, downloading them first if need be.

    The numbers about a district are its median income, the median age of its houses, its rooms and
    bedrooms by household, its people, these by household, its latitude and its longitude.

    Source: "Sparse Spatial Autoregressions", R. K. Pace and R. Barry, 1997.

    Args:
        version: `"large"`, or `"small"` for the first 600 districts alone.
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`.
        test_split: the part of the districts to test on, from 0 up to 1.
        seed: chooses which. NumPy's global generator is not touched.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: numbers `(16512, 8)` and `(4128, 8)`, and prices in
        dollars, `(16512,)` and `(4128,)`.

    Raises:
        DatasetError: the file cannot be had, or is damaged.
        ValueError: there is no such version, or `test_split` is not in `[0, 1)`.

    Example:
        >>> from jaxkeras.datasets import california_housing
        >>> (x_train, y_train), _ = california_housing.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train.shape  # doctest: +SKIP
        ((16512, 8), (16512,))

    Keras name: ``keras.datasets.california_housing.load_data``.
    """
    if version not in _SIZES:
        raise ValueError(f"version must be 'large' or 'small'. Received: version={version!r}")
    x, y = load_arrays("california_housing", path)
    x, y = x[: _SIZES[version]], y[: _SIZES[version]]
    return split(*shuffled(np.random.RandomState(seed), x, y), test_split)
