"""Fashion-MNIST: 70,000 pictures of clothes in 10 classes, 28x28 pixels."""

from __future__ import annotations

from jaxkeras.datasets._prepare import Pair, StrPath, load
from jaxkeras.registry import teaches_keywords


@teaches_keywords()
def load_data(
    raw_dir: StrPath | None = None,
    data_dir: StrPath | None = None,
) -> tuple[Pair, Pair]:
    """Load Fashion-MNIST, preparing it first if need be.

    The classes are t-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and
    ankle boot, `0` to `9`. The images are white on black, `0` to `255`. The first call prepares
    the data set in the folder of tensorflow-datasets (see `jaxkeras.datasets.prepare`); later
    calls take a fraction of a second. The examples come in their original order, unless another
    program prepared the folder: tensorflow-datasets itself shuffles them, always in the same way.

    Args:
        raw_dir: a folder with the four idx files, gzipped or not. Without it, Debian's
            package `dataset-fashion-mnist` is used where it is installed.
        data_dir: the data folder; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` images `(60000, 28, 28)` and
        `(10000, 28, 28)`, `uint8` labels `(60000,)` and `(10000,)`.

    Raises:
        DatasetError: the data cannot be had, is damaged, or cannot be written.

    Example:
        >>> from jaxkeras.datasets import fashion_mnist
        >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train.shape  # doctest: +SKIP
        ((60000, 28, 28), (60000,))
    """
    splits = load("fashion_mnist", raw_dir, data_dir)
    train, test = splits["train"], splits["test"]
    return (train["image"][..., 0], train["label"]), (test["image"][..., 0], test["label"])
