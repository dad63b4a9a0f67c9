"""The file `mnist.npz` that Keras leaves in its own folder."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from jaxkeras.config import keras_home
from jaxkeras.datasets._catalog import Dataset
from jaxkeras.datasets._errors import DatasetError
from jaxkeras.datasets._raw import Raw, idx_header, verify_md5


def locate(path: str | os.PathLike[str]) -> Path | None:
    """The file, where Keras would look for it.

    Args:
        path: an absolute path, or one relative to `~/.keras/datasets` (or `KERAS_HOME`).

    Returns:
        Its path, or `None` when there is no such file.
    """
    found = Path(keras_home()) / "datasets" / Path(path).expanduser()
    return found if found.is_file() else None


def read(dataset: Dataset, path: Path) -> Raw:
    """Read and verify the arrays `x_train`, `y_train`, `x_test` and `y_test`.

    Args:
        dataset: what the file should hold.
        path: the file.

    Returns:
        Its examples.

    Raises:
        DatasetError: the file is damaged or holds something else.
    """
    splits: dict[str, dict[str, np.ndarray]] = {"train": {}, "test": {}}
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            for part in dataset.parts:
                is_images = "images" in part.name
                header = idx_header(dataset, part)
                array = file[("x_" if is_images else "y_") + part.split].astype(np.uint8)
                verify_md5(part, header + array.tobytes(), path)
                shape = (part.examples, *dataset.image_shape) if is_images else (part.examples,)
                splits[part.split]["image" if is_images else "label"] = array.reshape(shape)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"{path} is not Keras's {dataset.title} file: {error}. "
            "Delete it, or give the raw files with raw_dir=."
        ) from error
    return Raw(splits, {})
