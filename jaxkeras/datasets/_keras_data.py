"""Data sets in files that Keras publishes, which tensorflow-datasets does not have in this form."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from jaxkeras.config import keras_home
from jaxkeras.datasets._catalog import KERAS_DATA, KerasData
from jaxkeras.datasets._errors import DatasetError
from jaxkeras.datasets._object_arrays import read_arrays
from jaxkeras.utils.downloads import get_file

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def load_arrays(name: str, path: str | os.PathLike[str]) -> list[np.ndarray]:
    """The arrays of a data file, which is downloaded if it is not there.

    Args:
        name: the data set.
        path: where the file is, absolute or relative to Keras's folder of data sets.

    Raises:
        DatasetError: the file cannot be had, or holds something else.
    """
    data = KERAS_DATA[name]
    file = _obtain(data, f"{name}.npz", _place(path))
    try:
        return read_arrays(file, data.arrays)
    except Exception as error:
        raise _strange(data, file, error) from error


def load_word_index(name: str, path: str | os.PathLike[str]) -> dict[str, int]:
    """The numbers of words, from a file that is downloaded if it is not there.

    Args:
        name: the data set.
        path: see `load_arrays`.

    Raises:
        DatasetError: the file cannot be had, or holds something else.
    """
    data = KERAS_DATA[name]
    file = _obtain(data, f"{name}_word_index.json", _place(path))
    try:
        return json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise _strange(data, file, error) from error


def prepare_files(
    name: str,
    source: str | os.PathLike[str] | None,
    data_dir: str | os.PathLike[str] | None,
    overwrite: bool,
) -> Path:
    """Put the files of a data set where `load_arrays` finds them.

    Args:
        name: the data set.
        source: its data file, or a folder that holds it and perhaps its other files; ``None``
            downloads all.
        data_dir: where to put them; ``None`` is Keras's folder of data sets.
        overwrite: whether to put them there even if they are there.

    Returns:
        The folder where they are.

    Raises:
        DatasetError: a file cannot be had, is damaged, or cannot be written.
    """
    data = KERAS_DATA[name]
    folder = _place("") if data_dir is None else Path(data_dir).expanduser().absolute()
    given = None if source is None else Path(source).expanduser().absolute()
    first = f"{name}.npz"
    if given is None:
        found = dict.fromkeys(data.checksums)
    elif given.is_dir():
        found = {each: given / each for each in data.checksums if (given / each).is_file()}
    else:
        found = {first: given} if given.is_file() else {}
    if first not in found:
        raise DatasetError(
            f"{given} is neither Keras's {first} nor a folder that holds it. It is published as "
            f"{_URL}{first}."
        )
    for file_name, origin in found.items():
        _obtain(data, file_name, folder / file_name, origin, overwrite)
    return folder


def _place(path: str | os.PathLike[str]) -> Path:
    """Where Keras would look for a file of that name."""
    return Path(keras_home()).absolute() / "datasets" / Path(path).expanduser()


def _obtain(
    data: KerasData, name: str, place: Path, origin: Path | None = None, anew: bool = False
) -> Path:
    """A verified file in its place, brought there if it is not."""
    try:
        get_file(
            place.name,
            f"{_URL}{name}" if origin is None else origin.as_uri(),
            file_hash=data.checksums[name],
            cache_subdir="",
            cache_dir=place.parent,
            force_download=anew,
        )
    except (OSError, ValueError) as error:
        if origin is not None:
            raise DatasetError(
                f"{data.title}: {origin} cannot be taken for {name}, which is published as "
                f"{_URL}{name}. {error}"
            ) from error
        raise DatasetError(
            f"{data.title}: {name} cannot be had: {error}\n"
            "Three ways out:\n"
            "  1. connect to the network and call again: it downloads by itself;\n"
            f"  2. get {_URL}{name} another way, then run "
            f"`python -m jaxkeras data prepare {data.name} --from FILE`, or put it at {place};\n"
            "  3. use the embedded handwritten digits: jaxkeras.datasets.digits.load_data()."
        ) from error
    return place


def _strange(data: KerasData, file: Path, error: Exception) -> DatasetError:
    return DatasetError(
        f"{file} is not Keras's {data.title} file: {error}. Delete it and call again."
    )
