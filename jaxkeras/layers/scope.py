"""What a call of a layer shares with the layers that it calls in turn."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxkeras.registry import names_kept

__all__ = ["Build", "Call", "call_scope", "current_call", "rehearsal"]


class Build(NamedTuple):
    """A layer was built.

    Attributes:
        record: the layer's record of its arguments, which copies of it share.
        args: what `build` was called with.
        kwargs: what it was called with by name.
    """

    record: Any
    args: tuple
    kwargs: dict[str, Any]


@dataclass
class Call:
    """A call that is running, layers inside included.

    Attributes:
        training: whether it is a training call; ``None`` leaves it to each layer's own default.
        losses: what layers added with `add_loss`.
        builds: the layers that were built, in the order in which that began.
    """

    training: bool | None = None
    losses: list[jax.Array] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """The innermost `call_scope`, or ``None`` outside of any.

    Example:
        >>> from jaxkeras.layers.scope import call_scope, current_call
        >>> with call_scope(training=True) as call:
        ...     current_call() is call
        True
    """
    return _current.get()


@contextlib.contextmanager
def call_scope(training: bool | None, outer: Call | None = None) -> Iterator[Call]:
    """Layers called in the ``with`` block use this ``training`` unless told otherwise.

    Args:
        training: see `Call`.
        outer: the call around it, to which losses and builds are added too.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from jaxkeras.layers.scope import call_scope
        >>> layer = jaxkeras.layers.ActivityRegularization(l1=1.0)
        >>> with call_scope(training=True) as call:
        ...     outputs = layer(jnp.ones((1, 3)))
        >>> call.losses
        [Array(3., dtype=float32)]
    """
    outer = outer or Call()
    call = Call(training, outer.losses, outer.builds)
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)


@contextlib.contextmanager
def rehearsal() -> Iterator[None]:
    """After the ``with`` block, automatic names and NumPy's random numbers go on as before it.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.scope import rehearsal
        >>> with rehearsal():
        ...     name = jaxkeras.layers.Dense(1).name
        >>> name == jaxkeras.layers.Dense(1).name
        True
    """
    state = np.random.get_state()
    try:
        with names_kept():
            yield
    finally:
        np.random.set_state(state)
