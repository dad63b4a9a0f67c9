"""The callback that shows the progress of `fit`, `evaluate` and `predict`."""

from typing import Any

from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.utils.messages import report
from jaxkeras.utils.progbar import Progbar

__all__ = ["ProgbarLogger"]

_REDRAW_INTERVAL = 0.1  # seconds


class ProgbarLogger(Callback):
    """Shows a progress bar on standard output; the model adds one unless ``verbose=0``.

    In `fit` the validation shows nothing of its own: its values join the line of the epoch.

    Example:
        >>> from jaxkeras.callbacks import CallbackList
        >>> callbacks = CallbackList(add_progbar=True, epochs=2, steps=3, verbose=1)
        >>> for epoch in range(2):
        ...     callbacks.on_epoch_begin(epoch)
        ...     for step in range(3):
        ...         callbacks.on_train_batch_end(step, {"loss": 0.5})
        ...     callbacks.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.25})
        Epoch 1/2
        3/3 ━━━━━━━━━━━━━━━━━━━━ 0s .../step - loss: 0.5000 - val_loss: 0.2500
        Epoch 2/2
        3/3 ━━━━━━━━━━━━━━━━━━━━ 0s .../step - loss: 0.5000 - val_loss: 0.2500

    Keras name: ``keras.callbacks.ProgbarLogger``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.verbose = 1
        self.epochs = 1
        self.steps: int | None = None
        self.seen = 0
        self.progbar = Progbar(None, verbose=0)
        self._expected_steps: int | None = None
        self._in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive ``epochs``, ``steps`` (``None`` if unknown) and ``verbose``.

        Raises:
            ValueError: ``verbose`` is a word other than ``"auto"``.
        """
        super().set_params(params)
        verbose = params.get("verbose", "auto")
        if isinstance(verbose, str) and verbose != "auto":
            raise ValueError(
                "verbose must be 'auto', 0 (silent), 1 (progress bar) or 2 (one line per epoch). "
                f"Received: {verbose!r}"
            )
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.steps = self._expected_steps = params.get("steps")

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.verbose and self.epochs > 1:
            report(f"Epoch {epoch + 1}/{self.epochs}")
        self._start()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._advance(batch, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._advance(batch, None)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finish(None)

    def _start(self) -> None:
        self.seen = 0
        self.progbar = Progbar(
            self._expected_steps,
            verbose=self.verbose,
            interval=_REDRAW_INTERVAL,
            stateless_metrics=(),
        )

    def _advance(self, batch: int, logs: Logs | None) -> None:
        self.seen = batch + 1
        if self.progbar.is_due:
            self.progbar.update(self.seen, sorted((logs or {}).items()), finalize=False)

    def _finish(self, logs: Logs | None) -> None:
        if self.steps is None and self.seen:
            self._expected_steps = self.progbar.target = self.seen
        shown = self.seen or self.progbar.target or 0
        self.progbar.update(shown, sorted((logs or {}).items()), finalize=True)
