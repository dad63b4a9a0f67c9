"""RMSprop: gradients divided by a running mean of their size."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["RMSprop"]


class _State(NamedTuple):
    velocity: optax.Params  # like params: running mean of the squared gradients
    momentum: optax.Params | None  # like params; None without momentum
    average_gradient: optax.Params | None  # like params; None unless centered


def _rmsprop(rho: float, momentum: float, epsilon: float, centered: bool) -> Rule:
    def init(params):
        zeros = optax.tree.zeros_like
        return _State(
            velocity=zeros(params),
            momentum=zeros(params) if momentum else None,
            average_gradient=zeros(params) if centered else None,
        )

    def update(grads, state, params=None, *, learning_rate, step):
        velocity = optax.tree.update_moment(grads, state.velocity, rho, 2)
        average = variance = None
        if centered:
            average = optax.tree.update_moment(grads, state.average_gradient, rho, 1)
            variance = jax.tree.map(lambda v, a: v - a * a, velocity, average)
        steps = jax.tree.map(
            lambda g, v: learning_rate * g / jnp.sqrt(v + epsilon),
            grads,
            variance if centered else velocity,
        )
        if momentum:
            steps = jax.tree.map(lambda m, s: momentum * m + s, state.momentum, steps)
        updates = optax.tree.scale(-1, steps)
        return updates, _State(velocity, steps if momentum else None, average)

    return Rule(init, update)


class RMSprop(Optimizer):
    """``v = rho * v + (1 - rho) * g**2; w -= learning_rate * g / sqrt(v + epsilon)``.

    Source: Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.

    Args:
        learning_rate: see `Optimizer`.
        rho: share of the running mean that is kept at every step.
        momentum: share of the last step that is added to the next.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        centered: divide by the running standard deviation, rather than by the root mean square.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.RMSprop(0.1, rho=0.75)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)
        {'kernel': Array([0.8, 1.8], dtype=float32)}
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = config.epsilon() if epsilon is None else epsilon
        self.centered = centered

    def rule(self) -> Rule:
        return _rmsprop(self.rho, self.momentum, self.epsilon, self.centered)
