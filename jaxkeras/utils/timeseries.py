"""Windows over a time series, as batches."""

from typing import Any

import numpy as np

from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.py_dataset import PyDataset

__all__ = ["timeseries_dataset_from_array"]


class _Windows(PyDataset):
    """Batches of windows; they are cut out of the series when they are needed.

    Args:
        data: the series, ``(time, ...)``.
        targets: a target for each start, or ``None``.
        starts: where the windows start.
        steps: what a window takes, counted from its start.
        batch_size: windows in a batch; ``None`` for single windows without a batch axis.
        generator: shuffles the windows after every epoch, or ``None``.
    """

    keeps_order = True

    def __init__(
        self,
        data: np.ndarray,
        targets: np.ndarray | None,
        starts: np.ndarray,
        steps: np.ndarray,
        batch_size: int | None,
        generator: np.random.RandomState | None,
    ):
        super().__init__()
        self.data, self.targets = data, targets
        self.starts, self.steps = starts, steps
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self) -> int:
        return -(-len(self.starts) // (self.batch_size or 1))

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"There are {len(self)} batches of windows, got index {index}.")
        index %= len(self)
        if self.batch_size is None:
            start = self.starts[index]
        else:
            start = self.starts[index * self.batch_size : (index + 1) * self.batch_size]
        windows = self.data[np.add.outer(start, self.steps)]  # (batch, time, ...)
        return windows if self.targets is None else (windows, self.targets[start])

    def on_epoch_end(self) -> None:
        if self.generator is not None:
            self.generator.shuffle(self.starts)


@teaches_keywords()
def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> PyDataset:
    """Windows that slide over a time series, with a target each, in batches for `fit`.

    Args:
        data: the series, ``(time, ...)``.
        targets: ``targets[i]`` belongs to the window that starts at ``data[i]``; or ``None``.
        sequence_length: length of a window.
        sequence_stride: steps from the start of a window to that of the next.
        sampling_rate: steps from a value in a window to the next.
        batch_size: windows in a batch; ``None`` gives single windows.
        shuffle: whether windows come in random order, another one every epoch.
        seed: of the random order.
        start_index: leave out what comes before.
        end_index: leave out what comes from here on.
        format: no matter here: the result is the same for ``"tf"`` and ``"grain"``.

    Returns:
        A `PyDataset` of ``(windows, targets)``, or of windows ``(batch, sequence_length, ...)``
        alone. Its batches can be taken by index, as often as needed.

    Raises:
        ValueError: an argument is out of bounds, or there is not one window.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.utils import timeseries_dataset_from_array
        >>> series = np.arange(8)
        >>> dataset = timeseries_dataset_from_array(series[:-3], series[3:], 3)
        >>> windows, targets = dataset[0]
        >>> windows, targets
        (array([[0, 1, 2],
               [1, 2, 3],
               [2, 3, 4]]), array([3, 4, 5]))

    Keras name: ``keras.utils.timeseries_dataset_from_array``.
    """
    if format not in ("tf", "grain"):
        raise ValueError(f"format must be 'tf' or 'grain'. Received: {format!r}.")
    series = np.asarray(data)
    total = len(series)
    for name, value in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
        ("batch_size", 1 if batch_size is None else batch_size),
    ):
        if value < 1:
            raise ValueError(f"{name} must be at least 1. Received: {value!r}.")
    first, end = start_index or 0, total if end_index is None else end_index
    if not 0 <= first < end <= total:
        raise ValueError(
            "start_index and end_index must be a part of the series, 0 <= start_index < end_index "
            f"<= {total}. Received: start_index={start_index}, end_index={end_index}."
        )
    count = end - first - (sequence_length - 1) * sampling_rate
    if count < 1:
        raise ValueError(
            f"No window fits: {sequence_length} values, {sampling_rate} apart, take "
            f"{(sequence_length - 1) * sampling_rate + 1} steps, the series has {end - first}. "
            "Lower sequence_length or sampling_rate."
        )
    aims = None if targets is None else np.asarray(targets)[first:end]
    if aims is not None and not len(aims):
        raise ValueError(f"There are no targets from start_index={first} on.")
    if aims is not None:
        count = min(count, len(aims))
    starts = np.arange(0, count, sequence_stride)
    generator = None
    if shuffle:
        generator = np.random.RandomState(np.random.randint(10**6) if seed is None else seed)
        generator.shuffle(starts)
    steps = np.arange(sequence_length) * sampling_rate
    return _Windows(series[first:end], aims, starts, steps, batch_size, generator)
