"""Callbacks that change the learning rate between epochs."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.callbacks.monitor import MonitorCallback

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau"]


def _scheduled_rate(schedule: Callable[..., Any], epoch: int, rate: float) -> float:
    """What a schedule says, with the rate of now as its second argument if it takes two."""
    try:
        inspect.signature(schedule).bind(epoch, rate)
        takes_rate = True
    except (TypeError, ValueError):  # it takes one argument, or does not tell
        takes_rate = False
    answer = schedule(epoch, rate) if takes_rate else schedule(epoch)
    if isinstance(answer, bool | str) or np.ndim(answer) != 0:
        answer = None
    try:
        return float(answer)  # pyright: ignore
    except (TypeError, ValueError):
        raise ValueError(
            f"The schedule of LearningRateScheduler must return the learning rate as a number. "
            f"Received: {answer!r} for epoch {epoch}. Does it end with return?"
        ) from None


class LearningRateScheduler(Callback):
    """Sets the learning rate at the begin of every epoch.

    The rate appears in the logs, and so in the history, as ``learning_rate``.

    Args:
        schedule: a function ``(epoch)`` or ``(epoch, learning_rate)`` that returns the new rate;
            epochs count from zero.
        verbose: whether to print the rate.

    Raises:
        TypeError: ``schedule`` cannot be called; or, when training begins, the optimizer follows a
            schedule of its own.
        ValueError: at the begin of an epoch, if the schedule returns no number.

    Example:
        >>> import numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
        >>> model.compile(jaxkeras.optimizers.SGD(0.5), "mse")
        >>> halve = jaxkeras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones((8, 1)), epochs=3, callbacks=[halve], verbose=0)
        >>> history.history["learning_rate"]
        [0.25, 0.125, 0.0625]

    Keras name: ``keras.callbacks.LearningRateScheduler``.
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                "LearningRateScheduler expected a function from the epoch to the learning rate, "
                f"for example lambda epoch: 0.1 * 0.9**epoch. Received: {schedule!r}"
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        rate = _scheduled_rate(self.schedule, epoch, float(optimizer.learning_rate))
        optimizer.learning_rate = rate
        if self.verbose:
            print(f"Epoch {epoch + 1}: LearningRateScheduler sets the learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(MonitorCallback):
    """Reduces the learning rate when a value has not become better for some epochs.

    The rate appears in the logs, and so in the history, as ``learning_rate``.

    Args:
        monitor: name of the value.
        factor: what the rate is multiplied with, less than one.
        patience: how many epochs in a row may pass without a better value.
        verbose: whether to print what is done.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to ask the metric which way is better.
        min_delta: what counts as better is better by more than this.
        cooldown: epochs after a reduction that do not count.
        min_lr: the rate to stop at.
        epsilon: Keras 2's first name of ``min_delta``.

    Attributes:
        best: the best value.
        wait: epochs since the best one or the last reduction.
        cooldown_counter: epochs that will not count.

    Raises:
        ValueError: ``factor`` is not less than one; or, at the end of an epoch, ``mode`` is
            ``"auto"`` and the metric is unknown.
        TypeError: when the rate is to be reduced, if the optimizer follows a schedule of its own.

    Example:
        >>> import numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
        >>> model.compile(jaxkeras.optimizers.SGD(0.5), "mse")
        >>> reduce = jaxkeras.callbacks.ReduceLROnPlateau(
        ...     "loss", factor=0.5, patience=2, min_delta=10.0)
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones((8, 1)), epochs=5, callbacks=[reduce], verbose=0)
        >>> history.history["learning_rate"], float(model.optimizer.learning_rate)
        ([0.5, 0.5, 0.5, 0.25, 0.25], 0.125)

    Keras name: ``keras.callbacks.ReduceLROnPlateau``.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        epsilon: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta if epsilon is None else epsilon)
        if factor >= 1.0:
            raise ValueError(
                "ReduceLROnPlateau multiplies the learning rate with factor, which must be less "
                f"than 1. Received: factor={factor}"
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best: Any = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self.watched(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(value, on=self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether epochs do not count, because the rate was reduced lately."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch: int) -> bool:
        """Reduce the learning rate, unless it is as low as it may be."""
        optimizer = self.model.optimizer
        rate = float(optimizer.learning_rate)
        if np.float32(rate) <= np.float32(self.min_lr):
            return False
        optimizer.learning_rate = rate = max(rate * self.factor, self.min_lr)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reduces the learning rate to {rate}.")
        return True
