"""What `fit` returns: the losses and metrics of every epoch."""

import functools
import io
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.callbacks.log_names import Named
from jaxkeras.callbacks.timing import Timing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["History"]


class _Curves(Named):
    _what = "history has no curve"


class History(Callback):
    """Records the logs of every epoch; `fit` returns one.

    Copies and pickles hold the numbers, not the model.

    Attributes:
        history: a list of values, one per epoch, under each name. What was compiled as
            ``"accuracy"`` is found under ``"acc"`` too, and the other way round.
        epoch: the numbers of the epochs, from zero.
        timing: where the time went, after ``fit(..., profile=True)``; otherwise ``None``.

    Example:
        >>> from jaxkeras.callbacks import History
        >>> history = History()
        >>> history.on_train_begin()
        >>> history.on_epoch_end(0, {"accuracy": 0.5, "loss": 0.7})
        >>> history.on_epoch_end(1, {"accuracy": 0.75, "loss": 0.4})
        >>> history.history
        {'accuracy': [0.5, 0.75], 'loss': [0.7, 0.4]}
        >>> history.history["acc"], history.epoch
        ([0.5, 0.75], [0, 1])

    Keras name: ``keras.callbacks.History``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = _Curves()
        self.epoch: list[int] = []
        self.timing: Timing | None = None
        self._numbers: dict[str, list[int]] = _Curves()  # the epochs, from one, of each value
        self._last_number = 0

    def __getitem__(self, name: str) -> Any:
        raise TypeError(f"History is no dictionary, it holds one: history.history[{name!r}].")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "model": None}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        self._last_number = max(epoch, self._last_number) + 1
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._numbers.setdefault(name, []).append(self._last_number)

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        metrics: str | Iterable[str] | None = None,
    ) -> "Figure":
        """Draw the curves of the epochs: one panel per metric, training and validation in it.

        Args:
            path: where to save the figure; the suffix chooses the format.
            metrics: the names to draw, without ``val_``; by default all, the loss first.

        Returns:
            The figure, which a notebook shows. It belongs to no window and no global state.

        Raises:
            ImportError: matplotlib is not installed.
            KeyError: a name in ``metrics`` was not recorded.
            ValueError: nothing was recorded yet.

        Example:
            >>> from jaxkeras.callbacks import History
            >>> history = History()
            >>> history.on_epoch_end(0, {"loss": 0.7, "val_loss": 0.8})
            >>> figure = history.plot("curves.png")  # doctest: +SKIP
        """
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError(
                'History.plot draws with matplotlib: pip install "jaxkeras[plot]"'
            ) from error
        if metrics is None:
            recorded = dict.fromkeys(name.removeprefix("val_") for name in self.history)
            names = sorted(recorded, key=lambda name: name != "loss")
        else:
            names = [metrics] if isinstance(metrics, str) else list(metrics)
        if not names:
            raise ValueError(
                "History.plot found nothing to draw: no epoch was recorded. Train first: "
                "model.fit(x, y, epochs=5).plot()"
            )
        figure = Figure(figsize=(5.0 * len(names), 3.75), layout="constrained")
        panels = figure.subplots(1, len(names), squeeze=False)[0]
        for panel, name in zip(panels, names, strict=True):
            keys = [key for key in (name, f"val_{name}") if key in self.history]
            for key in keys or [name]:
                curve = self.history[key]
                numbers = self._numbers.get(key, [])
                if len(numbers) != len(curve):
                    numbers = range(1, len(curve) + 1)
                label = "validation" if key.startswith("val_") else "training"
                panel.plot(numbers, curve, ".-", label=label)
            panel.set(xlabel="epoch", ylabel=name)
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.legend()
        # A notebook shows a figure of its own accord only after pyplot was imported.
        figure.__dict__["_repr_png_"] = functools.partial(_png, figure)
        if path is not None:
            figure.savefig(path)
        return figure


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
