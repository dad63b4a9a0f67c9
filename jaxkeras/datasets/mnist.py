"""MNIST: 70,000 handwritten digits, 28x28 pixels."""

from __future__ import annotations

from jaxkeras.datasets._prepare import Pair, StrPath, load
from jaxkeras.registry import teaches_keywords


@teaches_keywords()
def load_data(
    path: StrPath = "mnist.npz",
    *,
    raw_dir: StrPath | None = None,
    data_dir: StrPath | None = None,
) -> tuple[Pair, Pair]:
    """Load MNIST, preparing it first if need be.

    The images are white on black, `0` to `255`. The first call prepares the data set in the
    folder of tensorflow-datasets (see `jaxkeras.datasets.prepare`); later calls take a fraction
    of a second. The examples come in their original order, unless another program prepared the
    folder: tensorflow-datasets itself shuffles them, always in the same way.

    Args:
        path: where Keras keeps its file, absolute or relative to `~/.keras/datasets`. If the
            file exists, the data set is prepared from it rather than from the network.
        raw_dir: a folder with the four idx files, gzipped or not.
        data_dir: the data folder; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` images `(60000, 28, 28)` and
        `(10000, 28, 28)`, `uint8` labels `(60000,)` and `(10000,)`.

    Raises:
        DatasetError: the data cannot be had, is damaged, or cannot be written.

    Example:
        >>> from jaxkeras.datasets import mnist
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train.shape  # doctest: +SKIP
        ((60000, 28, 28), (60000,))
    """
    splits = load("mnist", raw_dir, data_dir, keras_file=path)
    train, test = splits["train"], splits["test"]
    return (train["image"][..., 0], train["label"]), (test["image"][..., 0], test["label"])
