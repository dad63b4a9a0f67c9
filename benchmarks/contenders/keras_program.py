"""jaxkeras and Keras: the same program with another import."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.contenders.keras_models import MODELS
from benchmarks.workloads import Workload

__all__ = ["KerasProgram"]


class _Enough(Exception):
    """No further epoch is wanted."""


class KerasProgram:
    """`compile`, `fit` and `predict`, as in a textbook.

    Args:
        library: ``"jaxkeras"`` or ``"keras"``.
    """

    def __init__(self, library: str):
        self.keras: Any = importlib.import_module(library)

    def train(
        self, workload: Workload, x: np.ndarray, y: np.ndarray, turns: Iterator[dict[str, float]]
    ) -> None:
        """One call of `fit`; an epoch ends where the next begins."""

        class OneEpochATurn(self.keras.callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                turn = next(turns, None)
                if turn is None:
                    raise _Enough
                self.turn = turn

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                self.turn.update(logs)

        model = self._build(workload)
        binary = model.output_shape[-1] == 1
        model.compile(
            optimizer=self.keras.optimizers.Adam(1e-3),
            loss="binary_crossentropy" if binary else "sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        with contextlib.suppress(_Enough):
            model.fit(
                x,
                y,
                batch_size=workload.batch_size,
                epochs=1_000_000,
                verbose=0,
                callbacks=[OneEpochATurn()],
            )

    def predictor(self, workload: Workload) -> Callable[[np.ndarray], np.ndarray]:
        model = self._build(workload)
        return lambda x: model.predict(x, batch_size=workload.batch_size, verbose=0)

    def _build(self, workload: Workload) -> Any:
        self.keras.utils.set_random_seed(0)
        return MODELS[workload.model](self.keras)
