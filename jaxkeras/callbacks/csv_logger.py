"""The callback that writes the values of every epoch to a table."""

import csv
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jaxkeras.callbacks.callback import Callback, Logs

__all__ = ["CSVLogger"]


def _cell(value: Any) -> Any:
    """A value as it is written: several values as ``"[1, 2]"``, all others as they are."""
    is_single = isinstance(value, str) or getattr(value, "ndim", None) == 0
    if is_single or not isinstance(value, Iterable):
        return value
    return f'"[{", ".join(map(str, value))}]"'


class CSVLogger(Callback):
    """Writes a row of comma-separated values to a file at the end of every epoch.

    The first epoch decides on the columns. If it has no validation, there are columns for that all
    the same. What an epoch lacks is written as ``NA``; a warning tells of values without a column.
    The file is complete after every epoch.

    Args:
        filename: where to write.
        separator: the character between two values.
        append: whether to keep the rows of a file that is there, and its columns.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.callbacks import CSVLogger
        >>> path = pathlib.Path(tempfile.mkdtemp(), "log.csv")
        >>> logger = CSVLogger(path)
        >>> logger.on_train_begin()
        >>> logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
        >>> print(path.read_text())
        epoch,loss,val_loss
        0,0.5,0.75

    Keras name: ``keras.callbacks.CSVLogger``.
    """

    def __init__(
        self,
        filename: str | os.PathLike[str],
        separator: str = ",",
        append: bool = False,
    ) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self._columns: list[str] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._columns = []
        path = Path(self.filename)
        if self.append and path.exists():
            with path.open(newline="") as file:
                self._columns = next(csv.reader(file, delimiter=self.sep), [])
        else:
            path.write_text("")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        row = {"epoch": epoch} | {name: _cell(value) for name, value in (logs or {}).items()}
        is_new = not self._columns
        if is_new:
            names = sorted(logs or {})
            validated = any(name.startswith("val_") for name in names)
            self._columns = ["epoch", *names, *(f"val_{n}" for n in names if not validated)]
        if left_out := row.keys() - set(self._columns):
            warnings.warn(
                f"CSVLogger leaves out {', '.join(sorted(left_out))}: {self.filename!r} has only "
                f"the columns {', '.join(self._columns)}.",
                stacklevel=2,
            )
        with open(self.filename, "a", newline="") as file:
            writer = csv.DictWriter(
                file, self._columns, restval="NA", extrasaction="ignore", delimiter=self.sep
            )
            if is_new:
                writer.writeheader()
            writer.writerow(row)
