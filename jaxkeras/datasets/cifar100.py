"""CIFAR-100: 60,000 colour pictures in 100 classes and 20 groups, 32x32 pixels."""

from __future__ import annotations

from jaxkeras.datasets._prepare import Pair, StrPath, load
from jaxkeras.registry import teaches_keywords

_LABELS = {"fine": "label", "coarse": "coarse_label"}


@teaches_keywords()
def load_data(
    label_mode: str = "fine",
    *,
    raw_dir: StrPath | None = None,
    data_dir: StrPath | None = None,
) -> tuple[Pair, Pair]:
    """Load CIFAR-100, preparing it first if need be.

    The first call prepares the data set in the folder of tensorflow-datasets (see
    `jaxkeras.datasets.prepare`); later calls take a fraction of a second. The examples come in
    their original order, unless another program prepared the folder: tensorflow-datasets itself
    shuffles them, always in the same way.

    Args:
        label_mode: `"fine"` for the 100 classes, `"coarse"` for the 20 groups of classes.
        raw_dir: a folder with `cifar-100-binary.tar.gz`, or its unpacked `.bin` files.
        data_dir: the data folder; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` images `(50000, 32, 32, 3)` and
        `(10000, 32, 32, 3)`, `uint8` labels `(50000, 1)` and `(10000, 1)`.

    Raises:
        ValueError: `label_mode` is neither `"fine"` nor `"coarse"`.
        DatasetError: the data cannot be had, is damaged, or cannot be written.

    Example:
        >>> from jaxkeras.datasets import cifar100
        >>> (x_train, y_train), _ = cifar100.load_data("coarse")  # doctest: +SKIP
        >>> y_train.max()  # doctest: +SKIP
        np.uint8(19)
    """
    if label_mode not in _LABELS:
        raise ValueError(f"label_mode must be 'fine' or 'coarse'. Received: {label_mode!r}")
    splits = load("cifar100", raw_dir, data_dir)
    label = _LABELS[label_mode]
    train, test = splits["train"], splits["test"]
    return (train["image"], train[label][:, None]), (test["image"], test[label][:, None])
