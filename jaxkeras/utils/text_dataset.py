"""A data set of the texts in a folder."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.labelled_files import FileDataset, find_files, in_parts

__all__ = ["text_dataset_from_directory"]


@teaches_keywords()
def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Batches of the texts in a folder, which holds one folder for every class.

    Args:
        directory: the folder; every text is a file ``*.txt`` in UTF-8.
        labels: ``"inferred"`` from the folders; ``None``; or class numbers, one for every text in
            the order of their names.
        label_mode: ``"int"``, class numbers ``(batch,)``; ``"categorical"``, one-hot vectors
            ``(batch, classes)``; ``"binary"``, zeros and ones ``(batch, 1)``; ``None``, none.
        class_names: the folders to take, in the order of their numbers; by default all, sorted.
        batch_size: texts in a batch; ``None`` gives texts one by one.
        max_length: characters to keep of every text; by default all.
        shuffle: whether to shuffle the texts, and again after every epoch.
        seed: of the shuffling; by default it follows NumPy's global seed.
        validation_split: fraction of the texts that is for validation.
        subset: ``"training"``, ``"validation"``, or ``"both"`` for two data sets.
        follow_links: whether to enter folders that are symbolic links.
        format: no matter here: the data set is a `jaxkeras.utils.PyDataset`.
        verbose: whether to tell how many texts and classes there are.

    Returns:
        A `jaxkeras.utils.PyDataset` of texts, arrays of strings ``(batch,)``, and their labels;
        it has ``class_names``. Or a list of two of them.

    Raises:
        ValueError: an argument has a value out of its range, there are no texts, or a file is not
            in UTF-8.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.utils import text_dataset_from_directory
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, text in (("neg", "dull"), ("pos", "great fun")):
        ...         pathlib.Path(folder, name).mkdir()
        ...         _ = pathlib.Path(folder, name, "1.txt").write_text(text)
        ...     data = text_dataset_from_directory(folder, shuffle=False)
        ...     texts, y = data[0]
        Found 2 files belonging to 2 classes.
        >>> texts, y, data.class_names
        (array(['dull', 'great fun'], dtype=object), array([0, 1], dtype=int32), ['neg', 'pos'])

    Keras name: ``keras.utils.text_dataset_from_directory``.
    """
    if format not in ("tf", "grain"):
        raise ValueError(f"format must be 'tf' or 'grain'. Received: {format!r}.")
    files = find_files(directory, (".txt",), labels, label_mode, class_names, follow_links, verbose)
    if seed is None and not validation_split:
        seed = np.random.randint(10**6)
    parts = in_parts(files, shuffle, seed, validation_split, subset, verbose)
    read = functools.partial(_read, max_length=max_length)
    datasets = [
        FileDataset(part, read, _as_array, batch_size, seed if shuffle and place == 0 else None)
        for place, part in enumerate(parts)
    ]
    return datasets if subset == "both" else datasets[0]


def _read(path: str, max_length: int | None) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")[:max_length]
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not a text in UTF-8: {error}. Convert the file, or remove it."
        ) from error


def _as_array(texts: list[str]) -> np.ndarray:
    return np.array(texts, dtype=object)
