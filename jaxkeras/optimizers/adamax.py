"""Adamax: Adam with the largest gradient in place of the root mean square."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Adamax"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: running mean of the gradients
    norm: optax.Params  # like params: decaying maximum of their absolute values


def _adamax(beta_1: float, beta_2: float, epsilon: float) -> Rule:
    def init(params):
        return _State(optax.tree.zeros_like(params), optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        alpha = learning_rate / (1 - beta_1**step)
        momentum = optax.tree.update_moment(grads, state.momentum, beta_1, 1)
        norm = optax.tree.update_infinity_moment(grads, state.norm, beta_2, eps=0.0)
        updates = jax.tree.map(lambda m, n: -alpha * m / (n + epsilon), momentum, norm)
        return updates, _State(momentum, norm)

    return Rule(init, update)


class Adamax(Optimizer):
    """``w -= learning_rate / (1 - beta_1**t) * m / (max(beta_2 * u, |g|) + epsilon)``.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: share of the running mean of the gradients that is kept at every step.
        beta_2: share of the largest gradient u that is kept at every step.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.Adamax(0.5)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.5, 1.5], dtype=float32)
    """

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
        return _adamax(self.beta_1, self.beta_2, self.epsilon)
