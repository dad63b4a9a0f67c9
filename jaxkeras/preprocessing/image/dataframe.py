"""Batches of images that a table names."""

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from jaxkeras.preprocessing.image.files import FileIterator, FileOptions, check_class_mode
from jaxkeras.preprocessing.image.iterators import part_of
from jaxkeras.registry import suggest, teaches_keywords
from jaxkeras.utils.messages import report

if TYPE_CHECKING:
    from jaxkeras.preprocessing.image.generator import ImageDataGenerator

__all__ = ["DataFrameIterator"]


class DataFrameIterator(FileIterator):
    """Batches of images that a table names, with their targets.

    `ImageDataGenerator.flow_from_dataframe` makes it.

    Args:
        dataframe: a data frame of pandas, or a dictionary of columns.
        directory: where the files lie; by default their names are whole paths.
        image_data_generator: changes the images; ``None`` leaves them as they are.
        x_col: column of the names of the files.
        y_col: column of the targets, or a list of columns.
        weight_col: column of the weights of the images.
        target_size: height and width to resize to.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        classes: the classes to take, in the order of their numbers; by default all, sorted.
        class_mode: what the targets are: ``"categorical"``, one-hot vectors, with several ones
            where the column has lists; ``"binary"`` or ``"sparse"``, class numbers; ``"raw"``, the
            column itself; ``"multi_output"``, a list of columns; ``"input"``, the images
            themselves; ``None``, none.
        batch_size: images in a batch.
        shuffle: whether to shuffle them before every pass.
        seed: of whatever is random; by default it follows NumPy's global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        save_to_dir: folder to write the changed images to.
        save_prefix: beginning of the names of these files.
        save_format: their format.
        subset: ``"training"`` or ``"validation"``: the part that the generator's
            ``validation_split`` makes.
        interpolation: how to resize, see `jaxkeras.utils.load_img`.
        keep_aspect_ratio: whether to cut images instead of stretching them.
        dtype: type of the batches; by default `jaxkeras.config.floatx`.
        validate_filenames: whether to leave out, with a warning, what is no file of an image.

    Attributes:
        classes: class number of every image, or list of them.

    Raises:
        KeyError: there is no such column.
        TypeError: a column holds values of another type.
        ValueError: an argument has a value out of its range, or there are no images.

    Example:
        >>> import os, tempfile
        >>> from PIL import Image
        >>> from jaxkeras.preprocessing.image import DataFrameIterator
        >>> table = {"filename": ["a.png", "b.png"], "class": ["dog", "cat"]}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in table["filename"]:
        ...         Image.new("RGB", (9, 8)).save(os.path.join(folder, name))
        ...     batches = DataFrameIterator(table, folder, class_mode="binary", shuffle=False)
        ...     x, y = batches[0]
        Found 2 validated image filenames belonging to 2 classes.
        >>> x.shape, y
        ((2, 256, 256, 3), array([1., 0.], dtype=float32))

    Keras name: ``keras.preprocessing.image.DataFrameIterator`` of Keras 2.
    """

    allowed_class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse")

    @teaches_keywords()
    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: "ImageDataGenerator | None" = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        *,
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        subset: str | None = None,
        validate_filenames: bool = True,
        **options: Unpack[FileOptions],
    ):
        check_class_mode(class_mode, self.allowed_class_modes)
        has_classes = class_mode in ("binary", "categorical", "sparse")
        if classes and not has_classes:
            warnings.warn(f"class_mode={class_mode!r} makes no use of classes.", stacklevel=3)
        if class_mode == "multi_output" and not isinstance(y_col, (list, tuple)):
            raise TypeError(
                f"class_mode='multi_output' takes a list of columns. Received: y_col={y_col!r}."
            )
        filenames = _column(dataframe, x_col)
        _check_types(x_col, filenames, (str, os.PathLike), "the name of a file")
        rows = list(range(len(filenames)))
        if validate_filenames:
            rows = self._existing(
                rows, x_col, [os.path.join(directory or "", f) for f in filenames]
            )
        labels: Any = None
        names: list[str] = []
        if has_classes:
            column = _column(dataframe, y_col)
            kinds = (str, list, tuple) if class_mode == "categorical" else (str,)
            _check_types(y_col, column, kinds, "a class, as text")
            names, numbers = _numbered(column, classes)
            if class_mode == "binary" and len(names) != 2:
                raise ValueError(
                    f"class_mode='binary' takes two classes. Received: {len(names)}, {names}."
                )
            rows = [row for row in rows if numbers[row] is not None]
        fraction = getattr(image_data_generator, "validation_split", 0.0)
        rows = rows[part_of(subset, fraction, len(rows))]
        if not rows:
            raise ValueError(
                f"No image is left of the {len(filenames)} that the table names in {x_col!r}. Look "
                f"at directory={str(directory)!r}, subset={subset!r} and {classes=}."
            )
        if has_classes:
            labels = [numbers[row] for row in rows]
            self.classes = labels
        elif class_mode == "multi_output":
            labels = [np.array(_column(dataframe, name))[rows] for name in y_col]
        elif class_mode == "raw":
            is_one = not isinstance(y_col, (list, tuple))
            columns = [_column(dataframe, name) for name in ([y_col] if is_one else y_col)]
            labels = np.stack([np.array(column)[rows] for column in columns], axis=-1)
            labels = labels[..., 0] if is_one else labels
        weights = None
        if weight_col:
            weights = np.array(_column(dataframe, weight_col))[rows]
            if not np.issubdtype(weights.dtype, np.number):
                raise TypeError(f"The column {weight_col!r} must hold numbers, the weights.")
        kind = "validated" if validate_filenames else "non-validated"
        ending = f" belonging to {len(names)} classes." if has_classes else "."
        report(f"Found {len(rows)} {kind} image filenames{ending}")
        super().__init__(
            [os.fspath(filenames[row]) for row in rows],
            directory,
            labels,
            weights,
            {name: number for number, name in enumerate(names)},
            image_data_generator,
            class_mode,
            **options,
        )

    def _existing(self, rows: list[int], x_col: str, paths: list[str]) -> list[int]:
        endings = tuple(f".{ending}" for ending in self.white_list_formats)
        kept = [
            row
            for row in rows
            if paths[row].lower().endswith(endings) and os.path.isfile(paths[row])
        ]
        if len(kept) < len(rows):
            missing = paths[min(set(rows) - set(kept))]
            warnings.warn(
                f"{len(rows) - len(kept)} entries of the column {x_col!r} are no files of images "
                f"and are left out; the first is {missing}.",
                stacklevel=4,
            )
        return kept


def _column(table: Any, name: Any) -> list[Any]:
    try:
        return list(table[name])
    except KeyError as error:
        columns = [str(column) for column in table]
        raise KeyError(
            f"The table has no column {name!r}, but {columns}.{suggest(str(name), columns)}"
        ) from error


def _check_types(name: Any, column: list[Any], kinds: tuple[type, ...], meaning: str) -> None:
    for entry in column:
        if not isinstance(entry, kinds):
            raise TypeError(
                f"The column {name!r} must hold {meaning}. Received: {entry!r}, "
                f"{type(entry).__name__}."
            )


def _numbered(column: list[Any], classes: Sequence[str] | None) -> tuple[list[str], list[Any]]:
    """The names of the classes, and of every entry its number or numbers, or ``None``."""
    if classes:
        names = list(dict.fromkeys(classes))
    else:
        names = sorted({name for entry in column for name in _as_list(entry)})
    numbers = {name: number for number, name in enumerate(names)}

    def number(entry: Any) -> Any:
        if isinstance(entry, str):
            return numbers.get(entry)
        return [numbers[name] for name in entry if name in numbers] or None

    return names, [number(entry) for entry in column]


def _as_list(entry: Any) -> Sequence[str]:
    return [entry] if isinstance(entry, str) else entry
