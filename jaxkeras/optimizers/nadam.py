"""Nadam: Adam with Nesterov's momentum."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Nadam"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: running mean of the gradients
    velocity: optax.Params  # like params: running mean of their squares
    u_product: jax.Array  # (), floatx: product of the momentum coefficients so far


def _nadam(beta_1: float, beta_2: float, epsilon: float) -> Rule:
    def coefficient(step):
        return beta_1 * (1 - 0.5 * 0.96**step)

    def init(params):
        zeros = optax.tree.zeros_like
        return _State(zeros(params), zeros(params), jnp.ones((), config.floatx()))

    def update(grads, state, params=None, *, learning_rate, step):
        u, u_next = coefficient(step), coefficient(step + 1)
        u_product = state.u_product * u
        momentum = optax.tree.update_moment(grads, state.momentum, beta_1, 1)
        velocity = optax.tree.update_moment(grads, state.velocity, beta_2, 2)
        of_momentum = learning_rate * u_next / (1 - u_product * u_next)
        of_gradient = learning_rate * (1 - u) / (1 - u_product)
        of_velocity = 1 / (1 - beta_2**step)
        updates = jax.tree.map(
            lambda m, v, g: (
                -(of_momentum * m + of_gradient * g) / (jnp.sqrt(of_velocity * v) + epsilon)
            ),
            momentum,
            velocity,
            grads,
        )
        return updates, _State(momentum, velocity, u_product)

    return Rule(init, update)


class Nadam(Optimizer):
    """`Adam` whose momentum looks one step ahead, and grows with the steps.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2015.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: share of the running mean of the gradients that is kept at every step.
        beta_2: share of the running mean of their squares that is kept at every step.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.Nadam(0.1)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.89, 1.89], dtype=float32)
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
        return _nadam(self.beta_1, self.beta_2, self.epsilon)
