"""Data that makes its batches by number."""

import itertools
from collections.abc import Iterator
from typing import Any

from jaxkeras.registry import teaches_keywords

__all__ = ["PyDataset", "Sequence"]


class PyDataset:
    """Base of data sets that make their batches themselves, one by one; `fit` takes them.

    A subclass gives ``__getitem__``, the batch of a number, and ``__len__``, how many there are.
    It may give ``on_epoch_begin`` and ``on_epoch_end``, to draw or shuffle for instance. `fit`
    takes the batches in another order every epoch unless it is told ``shuffle=False``.

    With workers, batches are made ahead of their use, and come in the same order. So
    ``__getitem__`` must not depend on what it did before. Random numbers that threads draw from
    one generator are not reproducible: make a generator in it from a seed and the index.

    Args:
        workers: how many make batches; up to 1, a batch is made when it is needed.
        use_multiprocessing: whether they are processes, each with a copy of the data set as it
            is at the start of the epoch, rather than threads. The data set must be picklable and
            its class importable, and a script needs ``if __name__ == "__main__":``.
        max_queue_size: most batches that wait to be used.

    Example:
        >>> import numpy as np, jaxkeras
        >>> class Squares(jaxkeras.utils.PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         x = np.arange(4.0)[:, None] + 4 * index
        ...         return x, x**2
        >>> data = Squares()
        >>> [x.shape for x, y in data]
        [(4, 1), (4, 1), (4, 1)]
        >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> hist = model.fit(data, verbose=0)

    Keras name: ``keras.utils.PyDataset``, once ``keras.utils.Sequence``.
    """

    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10
    keeps_order: bool = False  # whether `fit` leaves the batches in their order anyhow

    @teaches_keywords()
    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch of this number: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``."""
        raise TypeError(
            f"{type(self).__name__} makes no batches: define `def __getitem__(self, index)` in it."
        )

    @property
    def num_batches(self) -> int | None:
        """How many batches there are, or ``None`` for no end; by default ``len(self)``."""
        length = getattr(self, "__len__", None)
        if length is None:
            raise TypeError(
                f"{type(self).__name__} does not tell how many batches it has: define "
                "`def __len__(self)` in it."
            )
        return length()

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called by `fit` before the first batch of every epoch is made."""

    def on_epoch_end(self) -> None:
        """Called by `fit` when all batches of an epoch were taken."""


Sequence = PyDataset
