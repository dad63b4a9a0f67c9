"""Adagrad: gradients divided by the size of all gradients so far."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Adagrad"]


class _State(NamedTuple):
    accumulator: optax.Params  # like params: sum of the squared gradients


def _adagrad(initial: float, epsilon: float) -> Rule:
    def init(params):
        return _State(optax.tree.full_like(params, initial))

    def update(grads, state, params=None, *, learning_rate, step):
        accumulator = jax.tree.map(lambda a, g: a + g * g, state.accumulator, grads)
        updates = jax.tree.map(
            lambda a, g: -learning_rate * g / jnp.sqrt(a + epsilon), accumulator, grads
        )
        return updates, _State(accumulator)

    return Rule(init, update)


class Adagrad(Optimizer):
    """``a += g**2; w -= learning_rate * g / sqrt(a + epsilon)``.

    Source: Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", 2011.

    Args:
        learning_rate: see `Optimizer`.
        initial_accumulator_value: the sum a at first.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        **kwargs: the other arguments of `Optimizer`.

    Raises:
        ValueError: ``initial_accumulator_value`` is negative.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.Adagrad(0.1, initial_accumulator_value=0.0)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)
        {'kernel': Array([0.9, 1.9], dtype=float32)}
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        if initial_accumulator_value < 0:
            raise ValueError(
                f"Adagrad {self.name!r} expected initial_accumulator_value of at least 0. "
                f"Received: initial_accumulator_value={initial_accumulator_value}"
            )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = config.epsilon() if epsilon is None else epsilon

    def rule(self) -> Rule:
        return _adagrad(self.initial_accumulator_value, self.epsilon)
