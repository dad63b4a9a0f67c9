"""The base class of callbacks, and a callback made of functions."""

from collections.abc import Callable
from typing import Any

from jaxkeras.registry import Configurable

__all__ = ["Callback", "LambdaCallback", "Logs"]

Logs = dict[str, Any]
"""Values of a step or an epoch by name: ``{"accuracy": 0.91, "loss": 0.3, "val_loss": 0.4}``."""

_Hook = Callable[..., Any] | None


class Callback(Configurable):
    """Base class of callbacks; a subclass overrides the hooks that it wants.

    `fit`, `evaluate` and `predict` call the hooks. ``epoch`` and ``batch`` count from zero;
    ``logs`` is a dictionary of floats: at the end of a batch the averages of the epoch so far, at
    the end of an epoch those of the whole epoch, validation values with the prefix ``val_``
    included. A hook may change ``logs``; the callbacks after it see the change. A hook that nobody
    overrides costs nothing. Where several steps run as one, the batch hooks are called once for
    all of them, with the number of the last.

    Attributes:
        model: the model that is trained, evaluated or used.
        params: ``{"epochs": ..., "steps": ..., "verbose": ...}``.
        batches_need_model: whether the batch hooks look at the weights of the model; a class that
            says False, because it only reads ``logs``, spares the model being kept up to date.

    Example:
        >>> from jaxkeras.callbacks import Callback
        >>> class Shout(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(f"epoch {epoch}: loss {logs['loss']}!")
        >>> Shout().on_epoch_end(0, {"loss": 0.5})
        epoch 0: loss 0.5!

    Keras name: ``keras.callbacks.Callback``.
    """

    batches_need_model = True

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self.model: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive the settings of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receive the model of the run."""
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """`fit` begins."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """`fit` ends; ``logs`` are those of the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """An epoch of `fit` begins."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """An epoch of `fit` ends, validation included."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """A training step begins; calls `on_batch_begin` unless overridden."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """A training step ends; calls `on_batch_end` unless overridden."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Old name of `on_train_batch_end`."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """`evaluate`, or the validation in `fit`, begins."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """`evaluate`, or the validation in `fit`, ends."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """A step of `evaluate` or of the validation in `fit` begins."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """A step of `evaluate` or of the validation in `fit` ends."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """`predict` begins."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """`predict` ends."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """A step of `predict` begins."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """A step of `predict` ends; ``logs`` is ``{"outputs": ...}`` with NumPy arrays."""


class LambdaCallback(Callback):
    """A callback made of functions, for something short that deserves no class.

    Args:
        on_epoch_begin: called with ``(epoch, logs)``, as is ``on_epoch_end``.
        on_epoch_end: see above.
        on_train_begin: called with ``(logs)``, as are ``on_train_end``, ``on_test_begin``,
            ``on_test_end``, ``on_predict_begin`` and ``on_predict_end``.
        on_train_end: see above.
        on_train_batch_begin: called with ``(batch, logs)``, as are all other batch hooks.
        on_train_batch_end: see above.
        on_batch_begin: old name of ``on_train_batch_begin``.
        on_batch_end: old name of ``on_train_batch_end``.
        on_test_begin: as in `Callback`; so are the rest.
        on_test_end: see above.
        on_test_batch_begin: see above.
        on_test_batch_end: see above.
        on_predict_begin: see above.
        on_predict_end: see above.
        on_predict_batch_begin: see above.
        on_predict_batch_end: see above.

    Raises:
        TypeError: a hook has no such name, or is given something that cannot be called.

    Example:
        >>> from jaxkeras.callbacks import LambdaCallback
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
        >>> callback.on_epoch_end(0, {"loss": 0.5})
        0 0.5

    Keras name: ``keras.callbacks.LambdaCallback``.
    """

    def __init__(
        self,
        on_epoch_begin: _Hook = None,
        on_epoch_end: _Hook = None,
        on_train_begin: _Hook = None,
        on_train_end: _Hook = None,
        on_train_batch_begin: _Hook = None,
        on_train_batch_end: _Hook = None,
        *,
        on_batch_begin: _Hook = None,
        on_batch_end: _Hook = None,
        on_test_begin: _Hook = None,
        on_test_end: _Hook = None,
        on_test_batch_begin: _Hook = None,
        on_test_batch_end: _Hook = None,
        on_predict_begin: _Hook = None,
        on_predict_end: _Hook = None,
        on_predict_batch_begin: _Hook = None,
        on_predict_batch_end: _Hook = None,
    ) -> None:
        hooks = {name: hook for name, hook in locals().items() if name.startswith("on_")}
        super().__init__()
        for name, hook in hooks.items():
            if hook is None:
                continue
            if not callable(hook):
                raise TypeError(
                    f"LambdaCallback expected a function as {name}, for example "
                    f"{name}=lambda *arguments: print(arguments). Received: {hook!r}"
                )
            setattr(self, name, hook)
