"""Lamb: Adam for large batches, its steps in proportion to the size of each weight array."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Lamb"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: running mean of the gradients
    velocity: optax.Params  # like params: running mean of their squares


def _lamb(beta_1: float, beta_2: float, epsilon: float) -> Rule:
    def init(params):
        return _State(optax.tree.zeros_like(params), optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        momentum = optax.tree.update_moment(grads, state.momentum, beta_1, 1)
        velocity = optax.tree.update_moment(grads, state.velocity, beta_2, 2)
        of_momentum, of_velocity = 1 / (1 - beta_1**step), 1 / (1 - beta_2**step)

        def change(m, v, w):
            direction = of_momentum * m / (jnp.sqrt(of_velocity * v) + epsilon)
            size, length = optax.tree.norm(w), optax.tree.norm(direction)
            is_defined = (size > 0) & (length > 0)
            ratio = jnp.where(is_defined, size / jnp.where(is_defined, length, 1.0), 1.0)
            return -learning_rate * ratio * direction

        return jax.tree.map(change, momentum, velocity, params), _State(momentum, velocity)

    return Rule(init, update)


class Lamb(Optimizer):
    """`Adam` whose step on each array of weights is a share of that array's norm.

    ``d = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)`` and
    ``w -= learning_rate * norm(w) / norm(d) * d``; the ratio is 1 where a norm is 0.

    Source: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
    2019.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: share of the running mean of the gradients that is kept at every step.
        beta_2: share of the running mean of their squares that is kept at every step.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([3.0, 4.0])}
        >>> optimizer = optimizers.Lamb(0.2)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([2.29, 3.29], dtype=float32)
    """

    reads_params = True

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = config.epsilon() if epsilon is None else epsilon

    def rule(self) -> Rule:
        return _lamb(self.beta_1, self.beta_2, self.epsilon)
