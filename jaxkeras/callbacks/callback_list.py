"""The callbacks of one run, called as one."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import jax
import numpy as np

from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.callbacks.history import History
from jaxkeras.callbacks.log_names import Named
from jaxkeras.callbacks.progress import ProgbarLogger

__all__ = ["CallbackList"]

_BATCH_HOOKS = [name for name in vars(Callback) if name.startswith("on_") and "batch" in name]


def _flatten(callbacks: Any) -> Iterator[Any]:
    match callbacks:
        case None:
            return
        case CallbackList():
            yield from callbacks.callbacks
        case list() | tuple():
            for item in callbacks:
                yield from _flatten(item)
        case _:
            yield callbacks


def _checked(callback: Any) -> Callback:
    if isinstance(callback, Callback):
        return callback
    is_class = inspect.isclass(callback)
    kind = callback if is_class else type(callback)
    if issubclass(kind, Callback):
        fix = f"Make an object of the class: {kind.__name__}()."
    elif any(base.__name__ == "Callback" for base in kind.__mro__):
        origin = kind.__module__.partition(".")[0]
        fix = f"This one comes from {origin}; take the one of the same name in jaxkeras.callbacks."
    elif callable(callback) and not is_class:
        fix = "Wrap a function: LambdaCallback(on_epoch_end=...)."
    else:
        fix = "Derive the class from jaxkeras.callbacks.Callback."
    raise TypeError(
        "callbacks takes Callback objects, such as EarlyStopping(). "
        f"Received: {callback!r} of type {type(callback).__name__}. {fix}"
    )


def _overrides(callback: Callback, hook: str) -> bool:
    """Whether the callback has this hook, or its old name, from its class or set on the object."""

    def is_own(name: str) -> bool:
        method = getattr(callback, name)
        function = getattr(method, "__func__", method)
        return function not in (getattr(Callback, name), getattr(ProgbarLogger, name))

    return is_own(hook) or is_own(hook.replace("_train", ""))


def _have_batch_hooks(callbacks: Iterable[Callback], mode: str) -> bool:
    return any(
        _overrides(callback, f"on_{mode}_batch_{end}")
        for callback in callbacks
        for end in ("begin", "end")
    )


def _host(logs: Logs | None) -> Logs:
    """Logs in the order of their names, scalars as floats; one transfer from the device."""
    if not logs:
        return {}

    def plain(value):
        is_number = isinstance(value, int | float | np.number | np.bool | np.ndarray)
        return float(value) if is_number and np.ndim(value) == 0 else value

    return Named({name: plain(value) for name, value in sorted(jax.device_get(dict(logs)).items())})


class CallbackList:
    """Calls the same hook of several callbacks, in order, and of those only that have it.

    The values in ``logs`` may lie on a device. They are fetched, all at once, when a callback is
    called that wants them; the progress bar fetches them itself when it draws.

    Args:
        callbacks: callbacks, also in nested lists; or a single one.
        add_history: whether to add a `History` behind them, unless there is one.
        add_progbar: whether to add a `ProgbarLogger` at the end, unless there is one.
        model: passed to each callback's `set_model`.
        **params: passed to each callback's `set_params`: ``epochs``, ``steps``, ``verbose``.

    Attributes:
        callbacks: the callbacks, in the order in which they are called.
        history: the `History` among them, or ``None``.

    Raises:
        TypeError: something that is not a callback is among the callbacks.

    Example:
        >>> from jaxkeras.callbacks import CallbackList, LambdaCallback
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))
        >>> callbacks = CallbackList([callback], add_history=True)
        >>> callbacks.on_train_begin()
        >>> callbacks.on_epoch_end(0, {"loss": 0.5})
        {'loss': 0.5}
        >>> callbacks.history.history
        {'loss': [0.5]}

    Keras name: ``keras.callbacks.CallbackList``.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = [_checked(callback) for callback in _flatten(callbacks)]
        if add_history and not self._has(History):
            self.callbacks.append(History())
        if add_progbar and not self._has(ProgbarLogger):
            self.callbacks.append(ProgbarLogger())
        self.history = next((c for c in self.callbacks if isinstance(c, History)), None)
        self._batch_calls = {hook: list(self._calls_of(hook)) for hook in _BATCH_HOOKS}
        self.model = None
        self.params: dict[str, Any] = {}
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def close(self) -> None:
        """End what goes on beside the callbacks; called when the run is over, well or not."""

    def wants_batches(self, mode: Literal["train", "test", "predict"]) -> bool:
        """Whether the model has to be up to date at the batches of ``mode``, for some callback.

        That is so if one has a hook for them, unless its ``batches_need_model`` is False.

        Example:
            >>> from jaxkeras.callbacks import CallbackList, LambdaCallback, TerminateOnNaN
            >>> callbacks = CallbackList(LambdaCallback(on_batch_end=print), add_progbar=True)
            >>> callbacks.wants_batches("train"), callbacks.wants_batches("test")
            (True, False)
            >>> CallbackList(TerminateOnNaN()).wants_batches("train")
            False
        """
        needing = [callback for callback in self.callbacks if callback.batches_need_model]
        return _have_batch_hooks(needing, mode)

    def sees_batches(self, mode: Literal["train", "test", "predict"]) -> bool:
        """Whether some callback has a hook for the batches of ``mode``; the progress bar aside.

        Example:
            >>> from jaxkeras.callbacks import CallbackList, TerminateOnNaN
            >>> callbacks = CallbackList(TerminateOnNaN(), add_progbar=True)
            >>> callbacks.sees_batches("train"), callbacks.sees_batches("test")
            (True, False)
        """
        return _have_batch_hooks(self.callbacks, mode)

    def _has(self, kind: type[Callback]) -> bool:
        return any(isinstance(callback, kind) for callback in self.callbacks)

    def _calls_of(self, hook: str) -> Iterator[tuple[Callable[..., Any], bool]]:
        """The methods to call for a batch hook, and whether each takes logs as floats."""
        for callback in self.callbacks:
            overrides = _overrides(callback, hook)
            if overrides or isinstance(callback, ProgbarLogger):
                yield getattr(callback, hook), overrides

    def _call(self, hook: str, *arguments: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*arguments)

    def _call_batch(self, hook: str, batch: int, logs: Logs | None) -> None:
        floats = None
        for method, takes_floats in self._batch_calls[hook]:
            if takes_floats and floats is None:
                floats = _host(logs)
            method(batch, floats if takes_floats else logs)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        self._call("set_params", params)

    def set_model(self, model: Any) -> None:
        self.model = model
        self._call("set_model", model)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._call("on_train_begin", _host(logs))

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._call("on_train_end", _host(logs))

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._call("on_epoch_begin", epoch, _host(logs))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._call("on_epoch_end", epoch, _host(logs))

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._call("on_test_begin", _host(logs))

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._call("on_test_end", _host(logs))

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._call("on_predict_begin", _host(logs))

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._call("on_predict_end", _host(logs))

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_batch_end", batch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._call_batch("on_predict_batch_end", batch, logs)
