"""Outputs for data: what `predict` does."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jaxkeras.callbacks import CallbackList
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
        self._programs: dict[Callable, Callable] = {}  # by how batches are taken
        self._single: set[Any] = set()  # see `predict_again`

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_programs": {}}

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
        """
        is_plain = type(x) is np.ndarray and isinstance(batch_size, int | None)
        if not is_plain or (x.shape, x.dtype, batch_size) not in self._single:
            return None
        return jax.tree.map(np.array, self._outputs(take_item, (), Batch(x)))

    def remember(self, x: Any, batch_size: int | None) -> None:
        """Let `predict_again` know that `predict` took this array as a single batch."""
        if type(x) is np.ndarray:
            self._single.add((x.shape, x.dtype, batch_size))

    def _outputs(self, take: Callable, resident: Any, item: Any) -> Any:
        """The outputs for one batch; the live model gets what the batch changed."""
        if take not in self._programs:
            self._programs[take] = self._program(take)
        outputs, changes = self._programs[take](self._structure.arrays(), resident, item)
        self._structure.take_over(changes)
        return outputs

    def _program(self, take: Callable) -> Callable:
        """The model's step on an item, which takes what it carries and returns what changed."""

        def run(arrays: Arrays, resident: Any, item: Any) -> tuple[Any, Changes]:
            params, state = self._structure.trees(arrays)
            outputs, state = self._model.predict_step(params, state, take(resident, item))
            return outputs, self._structure.changes(arrays, state)

        return jax.jit(run)
