"""Batches that somebody else makes: generators, iterables, and samples to be put together."""

import collections
import contextlib
import functools
import itertools
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from jaxkeras.layers.arguments import explain
from jaxkeras.training.batches import make_batch
from jaxkeras.training.read_ahead import ReadAhead
from jaxkeras.training.state import Batch
from jaxkeras.utils.py_dataset import PyDataset

__all__ = ["BatchSource", "RecordSource", "holds_records", "take_item"]

_END: Any = object()  # in place of a batch that an iterator does not have
_ENDLESS = (itertools.count, itertools.cycle, itertools.repeat)


def take_item(resident: tuple, item: Batch) -> Batch:
    """The batch that was handed over as it is."""
    return item


class BatchSource:
    """Batches made by somebody else: a generator, or an iterable that starts anew every epoch.

    The batches of a `PyDataset` come in another order every epoch where a generator is given, as
    they are fetched by their numbers. A generator is read by one thread, however many there are.

    Args:
        batches: yields ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``; a list stands for
            a tuple, as in Keras.
        class_weight: weight by class, applied to every batch.
        ahead: makes batches ahead of their use; by default as a `PyDataset` says.

    Attributes:
        check: called with a batch that differs in shape or type from all before it.
        position: where the iterator stood behind the last batch, as its ``get_state`` tells;
            ``None`` where it has no such method, which Grain's have.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.training.batch_source import BatchSource
        >>> source = BatchSource((np.full((2, 1), n), np.zeros(2)) for n in range(3))
        >>> source.first().x.shape
        (2, 1)
        >>> [int(batch.x[0, 0]) for batch in source.items(None)]
        [0, 1, 2]
    """

    take = staticmethod(take_item)
    is_indexed = False
    batch_size = None
    resident = ()

    def __init__(
        self,
        batches: Any,
        class_weight: Mapping[int, float] | None = None,
        ahead: ReadAhead | None = None,
    ):
        self.batches = batches
        self.class_weight = class_weight
        self.check: Callable[[Batch], Any] | None = None
        self.position: Any = None
        is_dataset = isinstance(batches, PyDataset)
        if is_dataset and not (ahead and ahead.is_on):
            ahead = ReadAhead(batches.workers, batches.use_multiprocessing, batches.max_queue_size)
        self._ahead = ahead if ahead is not None and ahead.is_on else None
        self._is_iterator = not is_dataset and hasattr(batches, "__next__")
        size = _number_of_batches(batches)
        is_repeated = size == sys.maxsize  # as Grain says of what begins anew for ever
        self.size = None if is_repeated else size
        self.is_endless = (
            is_repeated or (is_dataset and size is None) or isinstance(batches, _ENDLESS)
        )
        self._is_numbered = hasattr(batches, "__getitem__") and (
            is_dataset or self.size is not None
        )
        self._peeked: collections.deque[Batch] = collections.deque()
        self._positions: collections.deque[Any] = collections.deque()  # of batches to come
        self._start: Any = None  # where the next iterator begins, if not at its start
        self._given = 0  # batches of this pass, or of all where there is one pass
        self._known: set[Any] = set()  # shapes and types
        if self._ahead and self._ahead.use_multiprocessing and not self._is_numbered:
            warnings.warn(
                f"A {type(batches).__name__} cannot be read by several processes: one thread reads "
                "it ahead. Make a jaxkeras.utils.PyDataset of it to use processes.",
                stacklevel=2,
            )

    def items(self, generator: np.random.Generator | None) -> Generator[Batch, None, None]:
        """The batches; but for those of a `PyDataset`, shuffling is the iterable's own matter."""
        if not self._is_iterator:
            self._given = 0
        try:
            with contextlib.closing(self._pass(generator)) as batches:
                for batch in batches:
                    self._look_at(batch)
                    self._given += 1
                    self.position = self._positions.popleft() if self._positions else None
                    yield batch
        except Exception as error:
            name = type(self.batches).__name__
            explain(error, f"In batch {self._given} of the {name}, counted from 0.")
            raise

    def first(self) -> Batch:
        """The first batch; one that an iterator gave up is kept for the epoch."""
        if self._peeked:
            return self._peeked[0]
        try:
            batch = next(self._made(None, None), None)
        except ValueError as error:
            if self._is_numbered and not isinstance(self.batches, PyDataset):
                explain(
                    error,
                    f"Entries of a {type(self.batches).__name__} are taken for batches. If they"
                    " are single samples, have it make batches of them, such as data.batch(32).",
                )
            raise
        if batch is None:
            raise ValueError("The data has no batches: the generator or iterable gave nothing.")
        if self._is_iterator:
            self._peeked.append(batch)
        self._known.add(_kind(batch))
        return batch

    def go_to(self, position: Any) -> bool:
        """Let the next pass begin where an iterator stood; what was taken ahead is dropped.

        Args:
            position: what `position` told, or ``None``.

        Returns:
            Whether there is a position, and batches come from an iterator.
        """
        if position is None or self._is_numbered:
            return False
        self._peeked.clear()
        self._positions.clear()
        self._start = self.position = position
        return True

    def close(self) -> None:
        """End the workers, if there are any."""
        if self._ahead is not None:
            self._ahead.close()

    def _look_at(self, batch: Batch) -> None:
        if (kind := _kind(batch)) not in self._known:
            self._known.add(kind)
            try:
                if self.check is not None:
                    self.check(batch)
            except Exception as error:
                explain(error, f"Its x has shape {jax.tree.map(np.shape, batch.x)}.")
                raise

    def _pass(self, generator: np.random.Generator | None) -> Generator[Batch, None, None]:
        """Batches that were taken before their time, then those that come."""
        while self._peeked:
            yield self._peeked.popleft()
        with contextlib.closing(self._made(generator, self._ahead)) as batches:
            yield from batches

    def _made(
        self, generator: np.random.Generator | None, ahead: ReadAhead | None
    ) -> Generator[Batch, None, None]:
        if self._is_numbered:
            order = self._order(generator)
            if ahead and ahead.use_multiprocessing:
                with contextlib.closing(ahead.run_in_processes(self.batches, order)) as entries:
                    yield from map(self._convert, entries)
                return
            tasks = (functools.partial(self._fetch, index) for index in order)
        else:
            tasks = itertools.repeat(functools.partial(self._draw, self._iterator()))
        if ahead is None:
            yield from itertools.takewhile(_is_batch, (task() for task in tasks))
            return
        unused = collections.deque()
        tasks = (functools.partial(_on_device, task) for task in tasks)
        results = ahead.run(tasks, alone=not self._is_numbered, unused=unused)
        try:
            with contextlib.closing(results):
                yield from itertools.takewhile(_is_batch, results)
        finally:
            if self._is_iterator:
                self._peeked.extend(filter(_is_batch, unused))

    def _order(self, generator: np.random.Generator | None) -> Iterable[Any]:
        """What to fetch in one pass."""
        if self.size is None:
            return itertools.count()
        is_shuffled = isinstance(self.batches, PyDataset) and not self.batches.keeps_order
        if generator is not None and is_shuffled:
            return generator.permutation(self.size).tolist()
        return range(self.size)

    def _iterator(self) -> Iterator[Any]:
        as_numpy = getattr(self.batches, "as_numpy_iterator", None)  # TensorFlow's tf.data
        iterator = iter(self.batches) if as_numpy is None else as_numpy()
        if not self._is_iterator:
            self._positions.clear()
        if self._start is not None:
            _set_position(iterator, self._start)
            self._start = None
        return iterator

    def _draw(self, iterator: Any) -> Batch:
        entry = next(iterator, _END)
        if entry is _END:
            return _END
        batch = self._convert(entry)
        if _tells_position(iterator):
            self._positions.append(iterator.get_state())
        return batch

    def _fetch(self, index: Any) -> Batch:
        return self._convert(self.batches[index])

    def _convert(self, entry: Any) -> Batch:
        parts = entry if isinstance(entry, (tuple, list)) else (entry,)
        if not 1 <= len(parts) <= 3:
            raise ValueError(
                "A batch is x, (x, y) or (x, y, sample_weight); "
                f"got a {type(entry).__name__} of {len(parts)} entries."
            )
        return make_batch(*parts, class_weight=self.class_weight)


class RecordSource(BatchSource):
    """Samples that are read one by one, by their numbers, and put together in batches.

    TensorFlow Datasets' ``builder.as_data_source()`` is such a thing, as are PyTorch's ``Dataset``
    and Grain's ``MapDataset``. Samples, not batches, are shuffled.

    Args:
        records: has ``records[index]``, ``(x, y)`` or a dictionary, and ``len(records)``. Where
            it says which entries of the dictionary are input and target, as TensorFlow Datasets
            does, these become ``(x, y)``.
        batch_size: samples in a batch.
        class_weight: see `BatchSource`.
        ahead: likewise.

    Example:
        >>> from jaxkeras.training.batch_source import RecordSource
        >>> source = RecordSource([([0.0, 1.0], 0), ([2.0, 3.0], 1), ([4.0, 5.0], 0)], 2)
        >>> [(batch.x.shape, batch.y.tolist()) for batch in source.items(None)]
        [((2, 2), [0, 1]), ((1, 2), [0])]
    """

    def __init__(
        self,
        records: Any,
        batch_size: int,
        class_weight: Mapping[int, float] | None = None,
        ahead: ReadAhead | None = None,
    ):
        if len(records) == sys.maxsize:
            raise ValueError(
                f"{type(records).__name__} gives its samples again and again, without end. Have it "
                f"make batches, as Grain does by data.batch({batch_size}), and say how many make "
                "an epoch: steps_per_epoch=100."
            )
        super().__init__(_Stacks(records, batch_size), class_weight, ahead)

    def _order(self, generator: np.random.Generator | None) -> Iterable[Any]:
        size, total = self.batches.batch_size, len(self.batches.records)
        rows = np.arange(total)
        if generator is not None:
            generator.shuffle(rows)
        return (rows[start : start + size].tolist() for start in range(0, total, size))


class _Stacks:
    """Batches of samples, fetched by a list of numbers.

    Args:
        records: the samples.
        batch_size: samples in a batch, all but the last.
    """

    def __init__(self, records: Any, batch_size: int):
        self.records = records
        self.batch_size = batch_size
        info = getattr(records, "dataset_info", None)
        self._keys = getattr(info, "supervised_keys", None)

    def __len__(self) -> int:
        return -(-len(self.records) // self.batch_size)

    def __getitem__(self, rows: list[int]) -> Any:
        read = getattr(self.records, "__getitems__", None)
        samples = read(rows) if read else [self.records[row] for row in rows]
        batch = jax.tree.map(
            lambda *parts: np.stack(parts), *map(_parts, samples), is_leaf=_is_list
        )
        if self._keys and isinstance(batch, dict):
            return tuple(batch[key] for key in self._keys)
        return batch


def holds_records(x: Any) -> bool:
    """Whether ``x`` has single samples by their numbers, rather than batches.

    A batch holds no single number; a sample has one for its class.

    Args:
        x: no arrays, but something that has them.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.training.batch_source import holds_records
        >>> class Digits:
        ...     def __len__(self):
        ...         return 100
        ...     def __getitem__(self, index):
        ...         return np.zeros((28, 28)), 7
        >>> holds_records(Digits())
        True
    """
    has_numbers = hasattr(x, "__getitem__") and hasattr(x, "__len__")
    if not has_numbers or isinstance(x, PyDataset) or hasattr(x, "__next__") or not len(x):
        return False
    if hasattr(x, "__getitems__"):
        return True
    leaves = jax.tree.leaves(_parts(x[0]), is_leaf=_is_list)
    return any(not _is_list(leaf) and np.ndim(leaf) == 0 for leaf in leaves)


def _parts(sample: Any) -> Any:
    """A sample in which every list stands for an array."""
    return tuple(sample) if _is_list(sample) else sample


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _kind(batch: Batch) -> Any:
    leaves, structure = jax.tree.flatten(batch)
    return structure, *((leaf.shape[1:], leaf.dtype) for leaf in leaves)


def _is_batch(result: Any) -> bool:
    return result is not _END


def _on_device(task: Callable[[], Any]) -> Any:
    batch = task()
    return batch if batch is _END else jax.device_put(batch)


def _tells_position(iterator: Any) -> bool:
    return hasattr(iterator, "get_state") and hasattr(iterator, "set_state")


def _set_position(iterator: Any, position: Any) -> None:
    name = type(iterator).__name__
    if not _tells_position(iterator):
        raise ValueError(
            f"Training is to go on at the place {position!r} of an iterator, but {name} has no "
            "place that can be set. Pass the data that training began with, or begin anew."
        )
    try:
        iterator.set_state(position)
    except Exception as error:
        explain(
            error,
            f"Training was to go on at the place {position!r} of this {name}. Pass the data that "
            "training began with, or begin anew: remove the backup.",
        )
        raise


def _number_of_batches(batches: Any) -> int | None:
    if isinstance(batches, PyDataset):
        return batches.num_batches
    if hasattr(batches, "__next__") or not hasattr(batches, "__len__"):
        return None
    try:
        return len(batches)
    except TypeError:  # so tf.data and PyTorch say that they do not know
        return None
