"""What callbacks share that watch one value of the logs: finding it, and telling better from worse.

In the mode ``"auto"`` the metric decides which way is better, as in Keras 3.
"""

import inspect
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np

from jaxkeras import losses
from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.callbacks.log_names import absence_of, find_name
from jaxkeras.config import floatx
from jaxkeras.metrics.metric import catalog
from jaxkeras.registry import suggest

__all__ = ["MonitorCallback", "direction"]

Direction = Literal["min", "max"]

_MODES = ("auto", "min", "max")

# Class names; what derives from one of them goes the same way.
_BETTER_UP = {
    "AUC", "Accuracy", "BinaryAccuracy", "BinaryIoU", "CategoricalAccuracy",
    "ConcordanceCorrelation", "CosineSimilarity", "F1Score", "FBetaScore", "IoU", "MeanIoU",
    "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation", "Precision", "PrecisionAtRecall", "R2Score",
    "Recall", "RecallAtPrecision", "SensitivityAtSpecificity", "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity", "TopKCategoricalAccuracy",
}  # fmt: skip
_BETTER_DOWN = {
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "Hinge", "KLDivergence",
    "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "Poisson", "RootMeanSquaredError",
    "SparseCategoricalCrossentropy", "SquaredHinge",
}  # fmt: skip


def direction(name: str, model: Any = None) -> Direction | None:
    """Whether a value of the logs is better small or large; ``None`` if that is not known.

    The metric of this name is looked for among ``model.metrics``, then among those that `compile`
    knows by name. A metric may also tell by an attribute ``_direction``, ``"up"`` or ``"down"``.

    Args:
        name: the name in the logs, with or without ``val_``.
        model: the model that reports it.

    Example:
        >>> from jaxkeras.callbacks.monitor import direction
        >>> direction("val_accuracy"), direction("val_loss"), direction("my_metric")
        ('max', 'min', None)
    """
    name = name.removeprefix("val_")
    if name == "loss":
        return "min"
    return next((way for metric in _metrics(name, model) if (way := _direction(metric))), None)


def _metrics(name: str, model: Any) -> Iterator[Any]:
    """Metrics, classes of metrics and functions that may be reported under this name."""
    for metric in getattr(model, "metrics", ()):
        if metric.name == name:
            yield metric
    known = find_name(name, catalog.names())
    if known is not None:
        yield catalog.find(known)


def _direction(metric: Any) -> Direction | None:
    if own := getattr(metric, "_direction", None):
        return "max" if own == "up" else "min"
    kind = metric if inspect.isclass(metric) else type(metric)
    names = {base.__name__ for base in kind.__mro__}
    if names & _BETTER_UP:
        return "max"
    function = getattr(metric, "fn", metric)
    is_loss = getattr(losses, getattr(function, "__name__", ""), None) is function
    return "min" if names & _BETTER_DOWN or is_loss else None


class MonitorCallback(Callback):
    """Base of callbacks that watch one value of the logs.

    Args:
        monitor: the name of the value, for example ``"val_loss"``; ``"acc"`` and ``"accuracy"``
            stand for each other.
        mode: ``"min"`` if smaller is better, ``"max"`` if larger is; ``"auto"`` asks the metric.
        baseline: the value to be better than at first; ``None`` takes any.
        min_delta: what counts as better is better by more than this.

    Attributes:
        best: the best value so far.

    Example:
        >>> from jaxkeras.callbacks.monitor import MonitorCallback
        >>> callback = MonitorCallback("val_acc")
        >>> value = callback.watched({"loss": 0.5, "val_accuracy": 0.75})
        >>> value, callback.improves(value, on=0.5)
        (0.75, True)

    Keras name: ``keras.src.callbacks.monitor_callback.MonitorCallback``.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0.0,
    ) -> None:
        super().__init__()
        if mode not in _MODES:
            warnings.warn(
                f"{type(self).__name__} expected mode 'auto', 'min' or 'max' and goes on with "
                f"'auto'. Received: {mode!r}.{suggest(mode, _MODES)}",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._direction: Direction | None = None if mode == "auto" else mode  # pyright: ignore

    def watched(self, logs: Logs | None) -> Any:
        """The value that is monitored; ``None``, with a warning, if it is not in the logs.

        Raises:
            ValueError: the mode is ``"auto"`` and it is not known which way the value is better.
        """
        logs = logs or {}
        name = find_name(self.monitor, logs)
        if name is None:
            warnings.warn(
                f"{type(self).__name__} waits for {self.monitor!r}, which is not in the logs. They "
                f"hold: {absence_of(self.monitor, logs)}",
                stacklevel=3,
            )
            return None
        if self._direction is None:
            self._direction = direction(name, self.model)
        if self._direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether {self.monitor!r} is better small or "
                "large. Pass mode='min' or mode='max'."
            )
        return logs[name]

    def improves(self, value: Any, on: Any) -> bool:
        """Whether a value from `watched` is better than another one; anything is better than None.

        Values are compared in `floatx`, the precision that they were computed in.
        """
        if on is None:
            return True
        dtype = jnp.dtype(floatx())
        if self._direction == "max":
            return bool(np.asarray(value - self.min_delta, dtype) > np.asarray(on, dtype))
        return bool(np.asarray(value + self.min_delta, dtype) < np.asarray(on, dtype))
