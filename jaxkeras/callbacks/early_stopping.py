"""The callback that ends training when a value no longer gets better."""

from typing import Any

from jaxkeras.callbacks.callback import Logs
from jaxkeras.callbacks.monitor import MonitorCallback

__all__ = ["EarlyStopping"]


class EarlyStopping(MonitorCallback):
    """Ends training when a value has not become better for some epochs.

    Args:
        monitor: name of the value.
        min_delta: what counts as better is better by more than this.
        patience: how many epochs in a row may pass without a better value.
        verbose: whether to print what is done.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to ask the metric which way is better.
        baseline: patience runs on while the value is not better than this one.
        restore_best_weights: whether the model ends with the weights of its best epoch.
        start_from_epoch: number of the first epoch that counts.

    Attributes:
        best: the best value.
        best_epoch: the number of its epoch, from zero.
        stopped_epoch: the number of the epoch after which training was stopped, or zero.
        wait: epochs since the best one.

    Raises:
        ValueError: at the end of an epoch, if ``mode`` is ``"auto"`` and the metric is unknown.

    Example:
        >>> import numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> stop = jaxkeras.callbacks.EarlyStopping("loss", min_delta=10.0, patience=2)
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones((8, 1)), epochs=10, callbacks=[stop], verbose=0)
        >>> history.epoch, stop.best_epoch
        ([0, 1, 2], 0)

    Keras name: ``keras.callbacks.EarlyStopping``.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best: Any = None
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self.watched(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.improves(value, on=self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.improves(value, on=self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
            if self.verbose:
                print(f"The model has the weights of its best epoch again: {self.best_epoch + 1}.")
