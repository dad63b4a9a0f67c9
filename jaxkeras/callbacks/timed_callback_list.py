"""The callbacks of one run, called as one, by somebody who looks at the clock."""

import threading
import time
from typing import Any

import jax

from jaxkeras.callbacks.callback import Logs
from jaxkeras.callbacks.callback_list import CallbackList
from jaxkeras.callbacks.timing import EpochTime, Timing

__all__ = ["TimedCallbackList"]

_COMPILING = "/jax/core/compile/"
_clock = time.perf_counter


class TimedCallbackList(CallbackList):
    """A list of callbacks that times what happens between its calls.

    The loop calls it at every turn, so nothing else has to be changed to be timed: what comes
    before a batch is waiting for data, what comes between its beginning and its end is the step.
    What JAX says about compilation is taken out of either.

    Args:
        *args: those of `CallbackList`.
        **kwargs: likewise.

    Attributes:
        timing: the `Timing`, which the `History` among the callbacks gets too.

    Example:
        >>> from jaxkeras.callbacks.timed_callback_list import TimedCallbackList
        >>> callbacks = TimedCallbackList(add_history=True)
        >>> callbacks.on_train_begin()
        >>> callbacks.on_epoch_begin(0)
        >>> callbacks.on_epoch_end(0)
        >>> callbacks.close()
        >>> len(callbacks.history.timing.epochs)
        1
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.timing = Timing()
        self._seconds = dict.fromkeys(EpochTime._fields, 0.0)
        self._part = "compile"  # nothing else is done before the first call
        self._since = _clock()
        self._compiling: list[tuple[float, float]] = []  # spans since then that do not overlap
        self._thread = threading.get_ident()
        super().__init__(*args, **kwargs)
        if self.history is not None:
            self.history.timing = self.timing
        jax.monitoring.register_event_duration_secs_listener(self._note)

    def close(self) -> None:
        """Listen to JAX no more."""
        jax.monitoring.unregister_event_duration_listener(self._note)

    def _note(self, event: str, duration_secs: float, **_: Any) -> None:
        """JAX has traced, lowered or compiled; while it traces one function it traces others."""
        if event.startswith(_COMPILING) and threading.get_ident() == self._thread:
            end = _clock()
            start = end - duration_secs
            while self._compiling and self._compiling[-1][1] > start:
                start = min(start, self._compiling.pop()[0])
            self._compiling.append((start, end))

    def _turn_to(self, part: str) -> None:
        now = _clock()
        compiling = sum(end - max(start, self._since) for start, end in self._compiling)
        self._seconds["compile"] += compiling
        self._seconds[self._part] += now - self._since - compiling
        self._part, self._since = part, now
        self._compiling.clear()

    def _call(self, hook: str, *arguments: Any) -> None:
        self._turn_to("callbacks")
        super()._call(hook, *arguments)
        self._turn_to("compile" if hook.startswith("set_") else "data")
        if hook == "on_epoch_end":
            self.timing.epochs.append(EpochTime(**self._seconds))
            self._seconds = dict.fromkeys(EpochTime._fields, 0.0)

    def _call_batch(self, hook: str, batch: int, logs: Logs | None) -> None:
        is_end = hook.endswith("_end")
        if is_end:
            jax.block_until_ready(logs)
        self._turn_to("callbacks")
        super()._call_batch(hook, batch, logs)
        self._turn_to("data" if is_end else "step")
