"""Prepare a data set on disk, and load a prepared one."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from jaxkeras.datasets import _builders, _cache, _keras_data, _keras_file, _prepared, _raw
from jaxkeras.datasets._catalog import Dataset, lookup
from jaxkeras.datasets._download import download
from jaxkeras.datasets._errors import DatasetError
from jaxkeras.datasets._raw import Arrays, Raw

StrPath = str | os.PathLike[str]
Pair = tuple[np.ndarray, np.ndarray]
"""The images and the labels of one split."""


def prepare(
    name: str,
    raw_dir: StrPath | None = None,
    data_dir: StrPath | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Prepare a data set in the folder and the format of tensorflow-datasets, without TensorFlow.

    The raw files come from `raw_dir`; without it from the folder of a system package
    (`/usr/share/datasets/fashion-mnist`, of Debian's `dataset-fashion-mnist`); without that from
    the network. Every file is verified. The examples keep their original order. An interrupted
    or failed call leaves nothing behind.

    The last four of the data sets are files of Keras's, which are verified and put as they are
    into Keras's own folder, where Keras finds them too.

    Args:
        name: `"mnist"`, `"fashion_mnist"`, `"cifar10"`, `"cifar100"`, `"imdb"`, `"reuters"`,
            `"boston_housing"` or `"california_housing"`.
        raw_dir: a folder with the raw files: the four idx files of MNIST and Fashion-MNIST,
            gzipped or not; the binary archive of CIFAR or its unpacked `.bin` files; `imdb.npz`
            and the like, or that file itself.
        data_dir: the data folder; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`, or for
            files of Keras's `~/.keras/datasets`.
        overwrite: prepare again, even if the data set is already prepared.

    Returns:
        The prepared folder, `data_dir/name/version`, which any program that uses
        tensorflow-datasets can read; or the folder with the files of Keras's.

    Raises:
        DatasetError: the files cannot be had, are damaged, or cannot be written.

    Example:
        >>> import jaxkeras
        >>> folder = jaxkeras.datasets.prepare("mnist", raw_dir="raw")  # doctest: +SKIP
        >>> folder.name  # doctest: +SKIP
        '3.0.1'
    """
    if name in _keras_data.KERAS_DATA:
        return _keras_data.prepare_files(name, raw_dir, data_dir, overwrite)
    return _prepare(lookup(name), raw_dir, data_dir, overwrite=overwrite)


def load(
    name: str,
    raw_dir: StrPath | None = None,
    data_dir: StrPath | None = None,
    keras_file: StrPath | None = None,
) -> dict[str, Arrays]:
    """The arrays of a data set, prepared first if need be.

    Args:
        name: the name of the data set.
        raw_dir: as for `prepare`.
        data_dir: as for `prepare`.
        keras_file: a file of Keras's to prepare from, if it exists and there is no `raw_dir`.

    Returns:
        The arrays of `train` and of `test`.

    Raises:
        DatasetError: as for `prepare`, or the prepared folder cannot be read.
    """
    dataset = lookup(name)
    folder = _prepare(dataset, raw_dir, data_dir, keras_file)
    splits = _cache.load(folder)
    if splits is None:
        splits = _prepared.read(dataset, folder)
        _cache.save(folder, splits)
    return splits


def _prepare(
    dataset: Dataset,
    raw_dir: StrPath | None,
    data_dir: StrPath | None,
    keras_file: StrPath | None = None,
    overwrite: bool = False,
) -> Path:
    root = _prepared.data_root(data_dir)
    found = _prepared.find(dataset, root)
    if found and not overwrite:
        return found
    try:
        return _install(dataset, _raw_data(dataset, raw_dir, root, keras_file), root, overwrite)
    except DatasetError:
        raise
    except Exception as error:
        raise _unwritable(dataset, root, error) from error


def _raw_data(
    dataset: Dataset, raw_dir: StrPath | None, root: Path, keras_file: StrPath | None
) -> Raw:
    """The examples, from the first of: `raw_dir`, Keras's file, a known folder, the network."""
    if raw_dir is not None:
        return _raw.read(dataset, _raw.find(dataset, Path(raw_dir).expanduser()))
    left_by_keras = _keras_file.locate(keras_file) if keras_file else None
    if left_by_keras:
        return _keras_file.read(dataset, left_by_keras)
    place = next(filter(Path.is_dir, dataset.places), None)
    if place:
        return _raw.read(dataset, _raw.find(dataset, place))
    return _raw.read(dataset, download(dataset, root))


def _install(dataset: Dataset, raw: Raw, root: Path, overwrite: bool) -> Path:
    """Write into a temporary folder, then move the finished one to its place."""
    new_parents = [path for path in (root / dataset.name, root) if not path.exists()]
    workshop: Path | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".incomplete.{dataset.name}.", dir=root))
        written = _builders.write(dataset, raw, workshop)
        _cache.save(written, raw.splits)
        target = root / written.relative_to(workshop)
        target.parent.mkdir(exist_ok=True)
        return _move(written, target, aside=workshop / "old", overwrite=overwrite)
    finally:
        if workshop:
            shutil.rmtree(workshop, ignore_errors=True)
        for parent in new_parents:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


def _move(written: Path, target: Path, aside: Path, overwrite: bool) -> Path:
    """Move the finished folder to its place, or accept the one that another process finished."""
    try:
        if overwrite and target.exists():
            target.rename(aside)
        written.rename(target)
    except BaseException as error:
        if aside.exists() and not target.exists():
            aside.rename(target)
        if not isinstance(error, OSError) or error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise
        if not (target / "dataset_info.json").exists():
            raise DatasetError(
                f"{target} exists but is not a prepared data set. Delete it and call again."
            ) from error
    return target


def _unwritable(dataset: Dataset, root: Path, error: Exception) -> DatasetError:
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
        reason = "the disk is full"
    elif isinstance(error, OSError):
        reason = error.strerror or str(error)
    else:
        reason = f"{type(error).__name__}: {error}"
    return DatasetError(
        f"{dataset.title} cannot be prepared in {root}: {reason}. "
        "Free some space or give another folder with data_dir= or TFDS_DATA_DIR."
    )
