"""CIFAR-10: 60,000 colour pictures in 10 classes, 32x32 pixels."""

from __future__ import annotations

from jaxkeras.datasets._prepare import Pair, StrPath, load
from jaxkeras.registry import teaches_keywords


@teaches_keywords()
def load_data(
    *, raw_dir: StrPath | None = None, data_dir: StrPath | None = None
) -> tuple[Pair, Pair]:
    """Load CIFAR-10, preparing it first if need be.

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck, `0` to
    `9`. The first call prepares the data set in the folder of tensorflow-datasets (see
    `jaxkeras.datasets.prepare`); later calls take a fraction of a second. The examples come in
    their original order, unless another program prepared the folder: tensorflow-datasets itself
    shuffles them, always in the same way.

    Args:
        raw_dir: a folder with `cifar-10-binary.tar.gz`, or its unpacked `.bin` files.
        data_dir: the data folder; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` images `(50000, 32, 32, 3)` and
        `(10000, 32, 32, 3)`, `uint8` labels `(50000, 1)` and `(10000, 1)`.

    Raises:
        DatasetError: the data cannot be had, is damaged, or cannot be written.

    Example:
        >>> from jaxkeras.datasets import cifar10
        >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train.shape  # doctest: +SKIP
        ((50000, 32, 32, 3), (50000, 1))
    """
    splits = load("cifar10", raw_dir, data_dir)
    train, test = splits["train"], splits["test"]
    return (train["image"], train["label"][:, None]), (test["image"], test["label"][:, None])
