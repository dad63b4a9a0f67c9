"""Epochs over a source: how many steps each has, and where one goes on."""

import collections
import itertools
import math
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np

from jaxkeras.config import max_epochs, max_steps_per_epoch
from jaxkeras.layers.arguments import whole_number
from jaxkeras.training.data import BatchSource, Source, make_source
from jaxkeras.training.read_ahead import ReadAhead

__all__ = ["Feed", "limited_epochs", "validation_feed"]

_MANY = 10_000  # batches, of which a generator perhaps has no last


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
        if steps is None and isinstance(source, BatchSource) and source.is_endless:
            raise ValueError(
                f"{type(source.batches).__name__} has no end, so it must be said how many batches "
                "make an epoch: steps_per_epoch=100 of fit, validation_steps= for validation_data, "
                "steps= of evaluate and predict."
            )
        self._running: Generator[Any, None, None] | None = None
        self.taken = 0  # items of the running pass over the data
        self.is_used_up = False

    @property
    def position(self) -> Any:
        """Where the iterator stands that batches are drawn from, if it can say so."""
        return self.source.position if isinstance(self.source, BatchSource) else None

    def restart(self) -> None:
        """Begin the next epoch with the first batch; an iterator goes on where it is."""
        if self._running is not None:
            self._running.close()
        self._running, self.taken = None, 0

    def close(self) -> None:
        """End the workers of the source; batches that they have made and nobody took are lost."""
        self.restart()
        if isinstance(self.source, BatchSource):
            self.source.close()

    def _begin(self, running: Generator[Any, None, None]) -> Iterator[Any]:
        """Begin a pass; the one before gives back to the source what it did not use."""
        self.restart()
        self._running = running
        return running

    def skip(
        self,
        count: int,
        next_generator: Callable[[], np.random.Generator | None],
        position: Any = None,
    ) -> None:
        """Begin a pass over the data behind its first items; an iterator goes on where it is.

        Args:
            count: how many items.
            next_generator: see `epoch`.
            position: where the iterator stood behind them; one that can goes there at once.
        """
        running = self._begin(self.source.items(next_generator()))
        self.taken = count
        if isinstance(self.source, BatchSource) and self.source.go_to(position):
            return
        if not getattr(self.source, "_is_iterator", False):
            collections.deque(itertools.islice(running, count), maxlen=0)

    def epoch(
        self, next_generator: Callable[[], np.random.Generator | None], first: int = 0
    ) -> Iterator[tuple[Any, int]]:
        """The items of one epoch, each with how many of the running pass were taken with it.

        Batches that have methods ``on_epoch_begin`` and ``on_epoch_end`` get them called.

        Args:
            next_generator: gives the generator for each pass over the data, or ``None`` for no
                shuffling.
            first: number of the step to begin with, after a `skip`.
        """
        self._notify("on_epoch_begin")
        yield from self._items(next_generator, first)
        self._notify("on_epoch_end")

    def _notify(self, event: str) -> None:
        batches = getattr(self.source, "batches", None)
        getattr(batches, event, lambda: None)()

    def _items(
        self, next_generator: Callable[[], np.random.Generator | None], first: int
    ) -> Iterator[tuple[Any, int]]:
        if self._steps is None:
            if not first:
                self._begin(self.source.items(next_generator()))
            is_empty = not first
            for item in self._running or ():
                is_empty = False
                self.taken += 1
                if self.taken == _MANY and self.size is None:
                    warnings.warn(
                        f"{_MANY:,} batches have come, and nothing tells how many there are. If "
                        "the generator has no end, stop here and say how many make an epoch: "
                        "steps_per_epoch=100 of fit, steps= of evaluate and predict.",
                        stacklevel=2,
                    )
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
                item = next(self._begin(self.source.items(next_generator())), None)
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


def validation_feed(
    data: Any, batch_size: int | None, steps: int | None, ahead: ReadAhead | None = None
) -> Feed:
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
    parts = data if is_tuple else (data,)
    return Feed(make_source(*parts, batch_size=batch_size, ahead=ahead), steps)


def limited_epochs(epochs: int) -> int:
    """A number of epochs, or the one that `jaxkeras.config.max_epochs` allows.

    Example:
        >>> from jaxkeras.training.feed import limited_epochs
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
