"""Outputs for data: what `predict` does."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jaxkeras.callbacks import CallbackList
from jaxkeras.training.apart import fill_up, keeps_samples_apart, roomy_size
from jaxkeras.training.data import take_item
from jaxkeras.training.feed import Feed
from jaxkeras.training.pure import Arrays, Changes, Structure
from jaxkeras.training.state import Batch

__all__ = ["Predictor"]


class Predictor:
    """Predicts with one model, by programs that are compiled once for each kind of data.

    Args:
        model: the live model, built.
        structure: the model taken apart.
    """

    def __init__(self, model: Any, structure: Structure):
        self._model, self._structure = model, structure
        self._fills_up = keeps_samples_apart(model)
        self._looks_at_values = any(layer._looks_at_values for layer in model._flatten_layers())
        self._programs: dict[Callable, Callable] = {}  # by how batches are taken
        self._sizes: dict[Callable, set[int]] = {}  # of batches that were compiled for, likewise
        self._single: set[Any] = set()  # see `predict_again`

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_programs": {}, "_sizes": {}, "_single": set()}

    def predict(self, feed: Feed, callbacks: CallbackList) -> Any:
        """Outputs for all samples, as NumPy arrays."""
        source = feed.source
        callbacks.on_predict_begin()
        outputs = []
        for index, (item, _) in enumerate(feed.epoch(lambda: None)):
            callbacks.on_predict_batch_begin(index)
            outputs.append(self._outputs(source.take, source.resident, item))
            callbacks.on_predict_batch_end(index, {"outputs": outputs[-1]})
        callbacks.on_predict_end()
        return jax.tree.map(lambda *parts: np.concatenate(parts), *jax.device_get(outputs))

    def predict_again(self, x: Any, batch_size: int | None) -> Any:
        """What `predict` gives for an array, without its preparations, or ``None``.

        That is known only of an array like one that it had before, as a single batch.

        Args:
            x: whatever the user passed.
            batch_size: likewise.

        Raises:
            ValueError: a layer cannot take its numbers.
        """
        is_plain = type(x) is np.ndarray and isinstance(batch_size, int | None)
        if not is_plain or (x.shape, x.dtype, batch_size) not in self._single:
            return None
        if self._looks_at_values:
            self._model._check_values(x)
        is_exact = len(x) in self._sizes[take_item]
        outputs = (self._run if is_exact else self._outputs)(take_item, (), Batch(x))
        return jax.tree.map(np.array, outputs)

    def remember(self, x: Any, batch_size: int | None) -> None:
        """Let `predict_again` know that `predict` took this array as a single batch."""
        if type(x) is np.ndarray:
            self._single.add((x.shape, x.dtype, batch_size))

    def _outputs(self, take: Callable, resident: Any, item: Any) -> Any:
        """The outputs for one batch of any size; the live model gets what the batch changed."""
        if take not in self._programs:
            self._programs[take] = self._program(take)
        count = len(jax.tree.leaves(item)[0])
        size = self._size_for(take, item, count)
        item = item if size == count else fill_up(item, size)
        outputs = self._run(take, resident, item)
        if size == count:
            return outputs
        return jax.tree.map(lambda rows: rows[:count], jax.device_get(outputs))

    def _run(self, take: Callable, resident: Any, item: Any) -> Any:
        """What the program gives for a batch whose size it takes."""
        outputs, changes = self._programs[take](self._structure.arrays(), resident, item)
        self._structure.take_over(changes)
        return outputs

    def _size_for(self, take: Callable, item: Any, count: int) -> int:
        """How many samples a program takes that serves for this many.

        The first batch, and a model in which samples may meet, get a program of just their size.
        """
        known = self._sizes.setdefault(take, {count})
        if count in known or not self._fills_up or not _is_on_host(item):
            return count
        roomy = roomy_size(count)
        size = min((size for size in known if count <= size <= roomy), default=roomy)
        known.add(size)
        return size

    def _program(self, take: Callable) -> Callable:
        """The model's step on an item, which takes what it carries and returns what changed."""

        def run(arrays: Arrays, resident: Any, item: Any) -> tuple[Any, Changes]:
            params, state = self._structure.trees(arrays)
            outputs, state = self._model.predict_step(params, state, take(resident, item))
            return outputs, self._structure.changes(arrays, state)

        return jax.jit(run)


def _is_on_host(item: Any) -> bool:
    return all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(item))
