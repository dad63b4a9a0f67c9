"""Stochastic gradient descent, with momentum or Nesterov's."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import optax

from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["SGD"]


class _State(NamedTuple):
    momentum: optax.Params | None  # like params: the velocity; None without momentum


def _sgd(momentum: float, nesterov: bool) -> Rule:
    def init(params):
        return _State(optax.tree.zeros_like(params) if momentum else None)

    def update(grads, state, params=None, *, learning_rate, step):
        descent = optax.tree.scale(-learning_rate, grads)
        if not momentum:
            return descent, state
        velocity = jax.tree.map(lambda v, d: momentum * v + d, state.momentum, descent)
        if not nesterov:
            return velocity, _State(velocity)
        return jax.tree.map(lambda v, d: momentum * v + d, velocity, descent), _State(velocity)

    return Rule(init, update)


class SGD(Optimizer):
    """Gradient descent: ``velocity = momentum * velocity - learning_rate * g; w += velocity``.

    With ``nesterov`` the step is ``w += momentum * velocity - learning_rate * g``.

    Args:
        learning_rate: see `Optimizer`.
        momentum: share of the last step's velocity that is kept, from 0 to 1.
        nesterov: look ahead along the velocity.
        **kwargs: the other arguments of `Optimizer`.

    Raises:
        ValueError: ``momentum`` is not between 0 and 1.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.SGD(0.5)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)
        {'kernel': Array([0.5, 1. ], dtype=float32)}
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        if not 0 <= momentum <= 1:
            raise ValueError(
                f"SGD {self.name!r} expected momentum between 0 and 1. Received: "
                f"momentum={momentum}"
            )
        self.momentum = momentum
        self.nesterov = nesterov

    def rule(self) -> Rule:
        return _sgd(self.momentum, self.nesterov)
