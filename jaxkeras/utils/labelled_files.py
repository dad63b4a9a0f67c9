"""Files in folders as samples of a data set: found, labelled, parted, and read in batches."""

import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxkeras.registry import suggest
from jaxkeras.utils.class_folders import class_folders, files_below
from jaxkeras.utils.messages import report
from jaxkeras.utils.numerical import to_categorical
from jaxkeras.utils.py_dataset import PyDataset

__all__ = ["FileDataset", "LabelledFiles", "find_files", "in_parts"]

_LABEL_MODES = ("int", "categorical", "binary")
_SUBSETS = ("training", "validation", "both")


class LabelledFiles(NamedTuple):
    """Files and what they show.

    Attributes:
        paths: the files.
        labels: for every file what a model is to say, ``(files, ...)``, or ``None``.
        class_names: by class number, or ``None``.

    Example:
        >>> from jaxkeras.utils.labelled_files import LabelledFiles
        >>> LabelledFiles(["a.txt"], None, None).paths
        ['a.txt']
    """

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None


class FileDataset(PyDataset):
    """Batches of what is read from files.

    Args:
        files: what to read.
        read: makes a sample of a path.
        join: makes the inputs of a batch of samples.
        batch_size: samples in a batch; ``None`` gives single samples.
        seed: of the order that samples come in after the first epoch; ``None`` keeps it.

    Example:
        >>> from jaxkeras.utils.labelled_files import FileDataset, LabelledFiles
        >>> files = LabelledFiles(["a.txt", "b.txt", "c.txt"], None, None)
        >>> list(FileDataset(files, str.upper, " ".join, 2, seed=None))
        ['A.TXT B.TXT', 'C.TXT']
    """

    keeps_order = True

    def __init__(
        self,
        files: LabelledFiles,
        read: Callable[[str], Any],
        join: Callable[[list[Any]], Any],
        batch_size: int | None,
        seed: int | None,
    ):
        super().__init__()
        self.file_paths, self.labels, self.class_names = files
        self.batch_size = batch_size
        self._read, self._join = read, join
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(self.file_paths))

    def __len__(self) -> int:
        return -(-len(self.file_paths) // (self.batch_size or 1))

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"The data set has {len(self)} batches; there is no batch {index}.")
        index %= len(self)
        if self.batch_size is None:
            rows = self._order[index]
            samples = self._read(self.file_paths[rows])
        else:
            rows = self._order[index * self.batch_size :][: self.batch_size]
            samples = self._join([self._read(self.file_paths[row]) for row in rows])
        return samples if self.labels is None else (samples, self.labels[rows])

    def on_epoch_end(self) -> None:
        if self._generator is not None:
            self._order = self._generator.permutation(len(self.file_paths))


def find_files(
    directory: Any,
    endings: tuple[str, ...],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> LabelledFiles:
    """The files in a folder, which holds one folder for every class where labels are inferred.

    Args:
        directory: the folder.
        endings: of the names wanted, in lower case.
        labels: ``"inferred"`` from the folders; ``None``; or class numbers, one for every file in
            the order of their names.
        label_mode: ``"int"``, class numbers ``(files,)``; ``"categorical"``, one-hot vectors
            ``(files, classes)``; ``"binary"``, zeros and ones ``(files, 1)``; ``None``, none.
        class_names: the folders to take, in the order of their numbers; by default all, sorted.
        follow_links: whether to enter folders that are symbolic links.
        verbose: whether to tell how many files and classes there are.

    Raises:
        ValueError: an argument has a value out of its range, or there are no files.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.utils.labelled_files import find_files
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("dogs", "cats"):
        ...         pathlib.Path(folder, name).mkdir()
        ...         pathlib.Path(folder, name, "1.txt").touch()
        ...     files = find_files(folder, (".txt",))
        Found 2 files belonging to 2 classes.
        >>> files.labels, files.class_names
        (array([0, 1], dtype=int32), ['cats', 'dogs'])
    """
    if label_mode not in (*_LABEL_MODES, None):
        raise ValueError(
            f"label_mode must be one of {_LABEL_MODES}, or None. Received: {label_mode!r}."
            f"{suggest(str(label_mode), _LABEL_MODES)}"
        )
    folder = os.fspath(directory)
    labels = None if label_mode is None else labels
    is_inferred = isinstance(labels, str) and labels == "inferred"
    if class_names and not is_inferred:
        raise ValueError(f"class_names go with labels='inferred' only. Received: {class_names}.")
    names = class_folders(folder, class_names) if is_inferred else None
    folders = [folder] if names is None else [os.path.join(folder, name) for name in names]
    found = [
        [os.path.join(place, file) for file in files_below(place, endings, follow_links)]
        for place in folders
    ]
    paths = [path for files in found for path in files]
    if not paths:
        place = f"{folder}, in its folders {names}" if names else folder
        raise ValueError(f"{place}, has no files that end in {', '.join(endings)}.")
    numbers = None
    if is_inferred:
        numbers = np.repeat(np.arange(len(found), dtype="int32"), list(map(len, found)))
    elif labels is not None:
        if not isinstance(labels, (list, tuple, np.ndarray)) or len(labels) != len(paths):
            raise ValueError(
                "labels must be 'inferred', None, or a list of class numbers, one for each of the "
                f"{len(paths)} files in {folder}. Received: "
                f"{repr(labels) if isinstance(labels, str) else f'{len(labels)} numbers'}."
            )
        numbers = np.asarray(labels, "int32")
        names = [str(number) for number in np.unique(numbers)]
    if label_mode == "binary" and numbers is not None and len(names or ()) != 2:
        raise ValueError(f"label_mode='binary' takes two classes. Received: {names}.")
    if verbose:
        ending = f" belonging to {len(names)} classes." if names else "."
        report(f"Found {len(paths)} files{ending}")
    return LabelledFiles(paths, _encode(numbers, label_mode, len(names or ())), names)


def _encode(numbers: np.ndarray | None, label_mode: str | None, count: int) -> np.ndarray | None:
    if numbers is None or label_mode == "int":
        return numbers
    if label_mode == "binary":
        return numbers.astype("float32")[:, None]
    return to_categorical(numbers, count).astype("float32")


def in_parts(
    files: LabelledFiles,
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    verbose: bool = True,
) -> list[LabelledFiles]:
    """Files in random order, and those for training apart from those for validation.

    Args:
        files: all of them.
        shuffle: whether to shuffle.
        seed: of the shuffling.
        validation_split: fraction of the files, from the end, that is for validation.
        subset: ``"training"``, ``"validation"``, or ``"both"`` for two parts.
        verbose: whether to tell how many files are in each part.

    Raises:
        ValueError: an argument has a value out of its range, or a part would be empty.

    Example:
        >>> from jaxkeras.utils.labelled_files import LabelledFiles, in_parts
        >>> files = LabelledFiles(["a.txt", "b.txt", "c.txt"], None, None)
        >>> [part.paths for part in in_parts(files, False, None, 0.4, "both", verbose=False)]
        [['a.txt', 'b.txt'], ['c.txt']]
    """
    if bool(validation_split) != bool(subset) or subset not in (*_SUBSETS, None):
        raise ValueError(
            f"validation_split, a fraction, goes with subset, one of {_SUBSETS}. Received: "
            f"validation_split={validation_split!r}, subset={subset!r}."
        )
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"validation_split must lie between 0 and 1. Received: {validation_split!r}."
        )
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "Without a seed the parts for training and validation would overlap: pass seed=0, or "
            "shuffle=False."
        )
    total = len(files.paths)
    order = np.random.RandomState(seed).permutation(total) if shuffle else np.arange(total)
    if not validation_split:
        return [_rows(files, order)]
    border = total - int(validation_split * total)
    both = {"training": order[:border], "validation": order[border:]}
    parts = []
    for name, rows in both.items():
        if subset not in (name, "both"):
            continue
        if not len(rows):
            raise ValueError(f"{validation_split=} of {total} files leaves none for {name}.")
        if verbose:
            report(f"Using {len(rows)} files for {name}.")
        parts.append(_rows(files, rows))
    return parts


def _rows(files: LabelledFiles, rows: np.ndarray) -> LabelledFiles:
    labels = None if files.labels is None else files.labels[rows]
    return LabelledFiles([files.paths[row] for row in rows], labels, files.class_names)
