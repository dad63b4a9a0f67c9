"""Data sets: MNIST and its kin without TensorFlow, and digits that ship with the package.

Example:
    >>> import jaxkeras
    >>> (x_train, y_train), (x_test, y_test) = jaxkeras.datasets.digits.load_data()
    >>> len(x_train), len(x_test)
    (1438, 359)
"""

from jaxkeras.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from jaxkeras.datasets._errors import DatasetError
from jaxkeras.datasets._prepare import prepare

__all__ = [
    "DatasetError",
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "mnist",
    "prepare",
    "reuters",
]
