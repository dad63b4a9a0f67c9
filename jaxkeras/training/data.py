"""One protocol for whatever the user feeds: arrays, generators, iterables of batches."""

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

import jax
import numpy as np

from jaxkeras.layers.arguments import whole_number
from jaxkeras.training.batch_source import BatchSource, RecordSource, holds_records, take_item
from jaxkeras.training.batches import is_arrays, make_batch
from jaxkeras.training.read_ahead import ReadAhead
from jaxkeras.training.state import Batch

__all__ = ["ArraySource", "BatchSource", "OneBatch", "Source", "make_source", "take_item"]

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

    def items(self, generator: np.random.Generator | None) -> Generator[Any, None, None]:
        """What each step of one epoch needs; shuffled where a generator is given."""
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

    def items(self, generator: np.random.Generator | None) -> Generator[np.ndarray, None, None]:
        """Row numbers, one array a batch."""
        rows = np.arange(self.num_samples, dtype=np.int32)
        if generator is not None:
            generator.shuffle(rows)
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

    def items(self, generator: np.random.Generator | None) -> Generator[Batch, None, None]:
        """The batch."""
        yield self.data

    def first(self) -> Batch:
        """The batch."""
        return self.data


def make_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    class_weight: Mapping[int, float] | None = None,
    once: bool = False,
    ahead: ReadAhead | None = None,
) -> Source:
    """The source for whatever the user passed.

    Args:
        x: arrays; a generator or iterable of batches; numbered samples, such as those that
            TensorFlow Datasets reads from disk; or a source made before.
        y: targets, for arrays.
        sample_weight: weight of every sample, for arrays.
        batch_size: samples in a batch, for arrays and numbered samples; 32 by default.
        class_weight: weight by class.
        once: whether there will be one pass, for which a single batch need not stay on the device.
        ahead: makes batches ahead of their use, where they are not made yet.

    Raises:
        ValueError: lengths differ, there is nothing, or targets came beside a generator.
        TypeError: an array holds objects or text.
    """
    size = DEFAULT_BATCH_SIZE if batch_size is None else whole_number("batch_size", batch_size)
    is_made = isinstance(x, BatchSource)
    if is_made or not is_arrays(x):
        if y is not None or sample_weight is not None:
            raise ValueError(
                f"x is a {type(x).__name__}, which brings its own targets: "
                "leave y and sample_weight out and yield (x, y) or (x, y, sample_weight)."
            )
        if is_made:
            x.class_weight = x.class_weight if class_weight is None else class_weight
            return x
        if holds_records(x):
            return RecordSource(x, size, class_weight, ahead)
        return BatchSource(x, class_weight, ahead)
    data = make_batch(x, y, sample_weight, class_weight)
    is_single = once and len(jax.tree.leaves(data.x)[0]) <= size
    return OneBatch(data) if is_single else ArraySource(data, size)
