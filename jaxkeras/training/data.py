"""One protocol for whatever the user feeds: arrays, generators, iterables of batches."""

import collections
import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import floatx, max_epochs, max_steps_per_epoch
from jaxkeras.layers.arguments import JOIN_SAMPLES, as_numpy, whole_number
from jaxkeras.training.state import Batch
from jaxkeras.utils.py_dataset import PyDataset

__all__ = [
    "ArraySource",
    "BatchSource",
    "Feed",
    "OneBatch",
    "Source",
    "limited_epochs",
    "make_source",
    "split_off",
    "validation_feed",
]

DEFAULT_BATCH_SIZE = 32
_ALIGNMENT = 64  # bytes


class Source(Protocol):
    """Where batches come from.

    A step is compiled for ``take``, a pure function that makes a batch from what stays on the
    device (``resident``) and what is new for the step (an entry of ``items``).

    Attributes:
        take: ``take(resident, item) -> Batch``.
    """

    take: Callable[[Any, Any], Batch]

    @property
    def is_indexed(self) -> bool:
        """Whether an item is row numbers, ``(batch_size,)`` but for the last of a pass."""
        ...

    @property
    def batch_size(self) -> int | None:
        """Rows in a batch, where it is known."""

    @property
    def resident(self) -> Any:
        """Arrays that stay on the device, or ``()``."""

    @property
    def size(self) -> int | None:
        """Batches in an epoch, or ``None`` where it is not known."""

    def items(self, key: jax.Array | None) -> Iterator[Any]:
        """What each step of one epoch needs; shuffled where a key is given."""
        ...

    def first(self) -> Batch:
        """A batch to learn shapes and types from; nothing is used up."""
        ...


def _on_device(array: Any) -> jax.Array:
    """An array in the memory of the device.

    On CPU JAX takes over what is aligned as it needs it, and copies anything else slowly.
    """
    if isinstance(array, np.ndarray) and jax.default_backend() == "cpu":
        memory = np.empty(array.nbytes + _ALIGNMENT, np.uint8)
        start = -memory.ctypes.data % _ALIGNMENT
        aligned = memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
        aligned[...] = array
        array = aligned
    return jax.device_put(array)


def take_rows(resident: Batch, rows: jax.Array) -> Batch:
    """The batch that consists of some rows of resident arrays."""
    return jax.tree.map(lambda array: array[rows], resident)


def take_item(resident: tuple, item: Batch) -> Batch:
    """The batch that was handed over as it is."""
    return item


class ArraySource:
    """Arrays that fit into memory: they go to the device once and are drawn from by index.

    Args:
        data: arrays whose first axis is the samples.
        batch_size: samples in a batch; the last batch may be smaller.
    """

    take = staticmethod(take_rows)
    is_indexed = True

    def __init__(self, data: Batch, batch_size: int):
        self.data = data
        self.num_samples = len(jax.tree.leaves(data)[0])
        self.batch_size = min(batch_size, self.num_samples)
        self.size = -(-self.num_samples // self.batch_size)
        self.resident = jax.tree.map(_on_device, data)

    def items(self, key: jax.Array | None) -> Iterator[np.ndarray]:
        """Row numbers, one array a batch."""
        if key is None:
            rows = np.arange(self.num_samples, dtype=np.int32)
        else:
            rows = np.asarray(jax.random.permutation(key, self.num_samples), np.int32)
        for start in range(0, self.num_samples, self.batch_size):
            yield rows[start : start + self.batch_size]

    def first(self) -> Batch:
        """The first rows, unshuffled."""
        return jax.tree.map(lambda array: array[: self.batch_size], self.data)


class OneBatch:
    """A single batch, handed over as it is.

    Args:
        batch: arrays whose first axis is the samples.
    """

    take = staticmethod(take_item)
    is_indexed = False
    resident = ()
    size = 1

    def __init__(self, batch: Batch):
        self.data = batch
        self.batch_size = len(jax.tree.leaves(batch)[0])

    def items(self, key: jax.Array | None) -> Iterator[Batch]:
        """The batch."""
        yield self.data

    def first(self) -> Batch:
        """The batch."""
        return self.data


class BatchSource:
    """Batches made by somebody else: a generator, or an iterable that starts anew every epoch.

    The batches of a `PyDataset` come in another order every epoch where a key is given, as they are
    fetched by their numbers.

    Args:
        batches: yields ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``; a list stands for
            a tuple, as in Keras.
        class_weight: weight by class, applied to every batch.
    """

    take = staticmethod(take_item)
    is_indexed = False
    batch_size = None
    resident = ()

    def __init__(self, batches: Iterable[Any], class_weight: Mapping[int, float] | None = None):
        self.batches = batches
        self._class_weight = class_weight
        self._is_iterator = iter(batches) is batches
        self._peeked: list[Batch] = []
        self.size = _number_of_batches(batches)

    def items(self, key: jax.Array | None) -> Iterator[Batch]:
        """The batches; but for those of a `PyDataset`, shuffling is the iterable's own matter."""
        if self._is_iterator:
            while self._peeked:
                yield self._peeked.pop()
        order = None
        is_shuffled = isinstance(self.batches, PyDataset) and not self.batches.keeps_order
        if key is not None and is_shuffled and self.size is not None:
            order = np.asarray(jax.random.permutation(key, self.size)).tolist()
        yield from self._convert(order)

    def first(self) -> Batch:
        """The first batch; one that an iterator gave up is kept for the epoch."""
        if self._peeked:
            return self._peeked[0]
        batch = next(self._convert(), None)
        if batch is None:
            raise ValueError("The data has no batches: the generator or iterable gave nothing.")
        if self._is_iterator:
            self._peeked.append(batch)
        return batch

    def _convert(self, order: Iterable[int] | None = None) -> Iterator[Batch]:
        batches: Any = self.batches
        indexable = hasattr(batches, "__getitem__") and self.size is not None
        order = range(self.size or 0) if order is None else order
        entries = (batches[index] for index in order) if indexable else batches
        for entry in entries:
            parts = entry if isinstance(entry, (tuple, list)) else (entry,)
            if not 1 <= len(parts) <= 3:
                raise ValueError(
                    "A batch is x, (x, y) or (x, y, sample_weight); "
                    f"got a {type(entry).__name__} of {len(parts)} entries."
                )
            yield make_batch(*parts, class_weight=self._class_weight)


def limited_epochs(epochs: int) -> int:
    """A number of epochs, or the one that `jaxkeras.config.max_epochs` allows.

    Example:
        >>> from jaxkeras.training.data import limited_epochs
        >>> limited_epochs(20)
        20
    """
    return int(_limited(epochs, "max_epochs", max_epochs()))


def _limited(number: float, setting: str, limit: int | None) -> float:
    if limit is None or number <= limit:
        return number
    warnings.warn(
        f"jaxkeras.config.{setting}() is {limit}, so there will be no more than that.",
        stacklevel=4,
    )
    return limit


def _number_of_batches(batches: Any) -> int | None:
    if isinstance(batches, PyDataset):
        return batches.num_batches
    is_iterator = iter(batches) is batches
    return len(batches) if not is_iterator and hasattr(batches, "__len__") else None


class Feed:
    """Epochs of a source, of a given number of steps.

    With ``steps``, an epoch goes on where the last one stopped, and arrays start anew when they
    are used up.

    Args:
        source: where batches come from.
        steps: batches in an epoch, a fraction rounded up, as in ``len(x) / 32``; by default all
            that the source has.
    """

    def __init__(self, source: Source, steps: float | None = None):
        if isinstance(steps, (float, np.floating)) and math.isfinite(steps):
            steps = math.ceil(steps)
        if steps is not None:
            steps = whole_number("The number of steps", steps)
        size = steps or source.size or math.inf
        limited = _limited(size, "max_steps_per_epoch", max_steps_per_epoch())
        steps = steps if limited == size else int(limited)
        self.source = source
        self.size = steps or source.size
        self._steps = steps
        self._running: Iterator[Any] | None = None
        self.taken = 0  # items of the running pass over the data
        self.is_used_up = False

    def restart(self) -> None:
        """Begin the next epoch with the first batch; an iterator goes on where it is."""
        self._running, self.taken = None, 0

    def skip(self, count: int, next_key: Callable[[], jax.Array | None]) -> None:
        """Begin a pass over the data behind its first items; an iterator goes on where it is."""
        self._running, self.taken = self.source.items(next_key()), count
        if not getattr(self.source, "_is_iterator", False):
            collections.deque(itertools.islice(self._running, count), maxlen=0)

    def epoch(
        self, next_key: Callable[[], jax.Array | None], first: int = 0
    ) -> Iterator[tuple[Any, int]]:
        """The items of one epoch, each with how many of the running pass were taken with it.

        Batches that have methods ``on_epoch_begin`` and ``on_epoch_end`` get them called.

        Args:
            next_key: gives the key for each pass over the data, or ``None`` for no shuffling.
            first: number of the step to begin with, after a `skip`.
        """
        self._notify("on_epoch_begin")
        yield from self._items(next_key, first)
        self._notify("on_epoch_end")

    def _notify(self, event: str) -> None:
        batches = getattr(self.source, "batches", None)
        getattr(batches, event, lambda: None)()

    def _items(
        self, next_key: Callable[[], jax.Array | None], first: int
    ) -> Iterator[tuple[Any, int]]:
        if self._steps is None:
            if not first:
                self._running, self.taken = self.source.items(next_key()), 0
            is_empty = not first
            for item in self._running or ():
                is_empty = False
                self.taken += 1
                yield item, self.taken
            self.restart()
            if is_empty:
                raise ValueError(
                    "The data is used up: a generator runs through once. Pass steps_per_epoch with "
                    "an endless generator, or an object that can be iterated anew every epoch."
                )
            return
        for position in range(first, self._steps):
            item = next(self._running, None) if self._running is not None else None
            if item is None:
                self._running, self.taken = self.source.items(next_key()), 0
                item = next(self._running, None)
            if item is None:
                warnings.warn(
                    f"The data ran out after {position} of {self._steps} steps. Make it repeat, "
                    "or lower steps_per_epoch.",
                    stacklevel=2,
                )
                self.is_used_up = True
                return
            self.taken += 1
            yield item, self.taken


def make_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    class_weight: Mapping[int, float] | None = None,
    once: bool = False,
) -> Source:
    """The source for whatever the user passed.

    Args:
        x: arrays, or a generator or iterable of batches.
        y: targets, for arrays.
        sample_weight: weight of every sample, for arrays.
        batch_size: samples in a batch, for arrays; 32 by default.
        class_weight: weight by class.
        once: whether there will be one pass, for which a single batch need not stay on the device.

    Raises:
        ValueError: lengths differ, there is nothing, or targets came beside a generator.
        TypeError: an array holds objects or text.
    """
    if not _is_arrays(x):
        if y is not None or sample_weight is not None:
            raise ValueError(
                f"x is a {type(x).__name__}, which brings its own targets: "
                "leave y and sample_weight out and yield (x, y) or (x, y, sample_weight)."
            )
        return BatchSource(x, class_weight)
    size = DEFAULT_BATCH_SIZE if batch_size is None else whole_number("batch_size", batch_size)
    data = make_batch(x, y, sample_weight, class_weight)
    is_single = once and len(jax.tree.leaves(data.x)[0]) <= size
    return OneBatch(data) if is_single else ArraySource(data, size)


def validation_feed(data: Any, batch_size: int | None, steps: int | None) -> Feed:
    """The feed of what the user passed as ``validation_data``.

    Raises:
        ValueError: it is an array alone, or a tuple of another length.
    """
    is_tuple = isinstance(data, (tuple, list))
    if hasattr(data, "shape") or (is_tuple and len(data) not in (2, 3)):
        raise ValueError(
            "validation_data must be (x, y) or (x, y, sample_weight), or an iterable of batches. "
            f"Received: {f'{len(data)} entries' if is_tuple else type(data).__name__}."
        )
    return Feed(make_source(*(data if is_tuple else (data,)), batch_size=batch_size), steps)


def make_batch(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> Batch:
    """Arrays of one length, of types that a device takes."""
    data = Batch(as_arrays(x, "x"), as_arrays(y, "y"), as_arrays(sample_weight, "sample_weight"))
    if data.x is None:
        raise ValueError("x is missing: there is nothing to feed the model with.")
    lengths = {
        name + "".join(map(str, path)): len(leaf)
        for name, part in zip(Batch._fields, data, strict=True)
        for path, leaf in jax.tree_util.tree_leaves_with_path(part)
    }
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {length}" for name, length in list(lengths.items())[:6])
        fix = JOIN_SAMPLES if any("[" in name for name in lengths) else ""
        raise ValueError(f"All data must have the same number of samples, but {shown}.{fix}")
    if 0 in lengths.values():
        raise ValueError(f"The data is empty: x has shape {np.shape(jax.tree.leaves(data.x)[0])}.")
    if class_weight is not None:
        data = data._replace(sample_weight=_class_weights(data, class_weight))
    return data


def split_off(data: Batch, fraction: float) -> tuple[Batch, Batch]:
    """The samples in two parts, of which the second is the last ``fraction``.

    Raises:
        ValueError: one of the parts would be empty.
    """
    if not isinstance(fraction, (int, float, np.number)) or not 0 < fraction < 1:
        raise ValueError(
            "validation_split must be a number between 0 and 1, 0.2 for a fifth of the samples. "
            f"Received: {repr(fraction)[:40]}. Pass data of its own as validation_data=(x, y)."
        )
    total = len(jax.tree.leaves(data.x)[0])
    cut = int(total * (1 - fraction))
    if cut in (0, total):
        raise ValueError(
            f"validation_split={fraction} of {total} samples leaves nothing to train or to "
            "validate on."
        )
    return (
        jax.tree.map(lambda array: array[:cut], data),
        jax.tree.map(lambda array: array[cut:], data),
    )


def as_arrays(value: Any, name: str) -> Any:
    """A structure of NumPy or JAX arrays; doubles become `floatx`, long integers 32 bits.

    Raises:
        TypeError: an array holds objects or text.
        ValueError: it is a bare number.
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: as_arrays(item, f"{name}[{key!r}]") for key, item in value.items()}
    is_list = isinstance(value, (list, tuple)) and len(value) > 0
    if is_list and all(_has_shape(part) and np.ndim(part) for part in value):
        parts = [as_arrays(item, f"{name}[{i}]") for i, item in enumerate(value)]
        return parts[0] if len(parts) == 1 else type(value)(parts)
    if not isinstance(value, jax.Array) or jnp.issubdtype(value.dtype, jnp.complexfloating):
        value = as_numpy(value, name)
    if value.ndim == 0:
        raise ValueError(
            f"{name} must be an array of samples, got the single value {value}. Put it into an "
            "array; a generator yields batches of samples."
        )
    return value


def _has_shape(value: Any) -> bool:
    return hasattr(value, "shape")


def _is_arrays(x: Any) -> bool:
    """Whether ``x`` is data itself rather than something that makes batches."""
    if isinstance(x, (Mapping, list, tuple)) or _has_shape(x) or hasattr(x, "__array__"):
        return True
    makes_batches = hasattr(x, "__iter__") or hasattr(x, "__getitem__")
    if not makes_batches or isinstance(x, (str, bytes, set, frozenset)):
        fix = " Call the function that makes the generator." if callable(x) else ""
        raise TypeError(
            "x must be an array, a list or dictionary of arrays, or a generator of batches. "
            f"Received: {type(x).__name__}.{fix}"
        )
    return False


def _class_weights(data: Batch, class_weight: Mapping[int, float]) -> np.ndarray:
    """Weight of every sample by its class, times its own weight if it has one."""
    if not isinstance(class_weight, Mapping):
        fix = "" if isinstance(class_weight, str) else " Pass dict(enumerate(class_weight))."
        raise TypeError(
            "class_weight must be a dictionary from class number to weight, such as {0: 1.0, "
            f"1: 5.0}}. Received: {type(class_weight).__name__} {class_weight!r}.{fix}"
        )
    if data.y is None or len(jax.tree.leaves(data.y)) != 1:
        raise ValueError("class_weight needs one array of targets.")
    targets = np.asarray(data.y)
    if targets.ndim > 1 and targets.shape[-1] > 1:
        classes = targets.argmax(-1)
    else:
        classes = targets.reshape(len(targets), -1)[:, 0].astype(int)
    missing = sorted(set(np.unique(classes).tolist()) - set(class_weight))
    if missing:
        raise ValueError(
            f"class_weight has no entry for class {missing[0]}. Its keys: {list(class_weight)}. "
            f"Add the number of the class and a weight: {missing[0]}: 1.0."
        )
    present = np.unique(classes, return_inverse=True)
    table = as_numpy([class_weight[c] for c in present[0].tolist()], "class_weight")
    table = table.astype(floatx())
    weights = table[present[1].reshape(classes.shape)]
    return weights if data.sample_weight is None else weights * np.asarray(data.sample_weight)
