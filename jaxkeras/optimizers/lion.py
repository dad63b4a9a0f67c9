"""Lion: steps of one size, along the sign of the momentum."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Lion"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: running mean of the gradients


def _lion(beta_1: float, beta_2: float) -> Rule:
    def init(params):
        return _State(optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        mixture = optax.tree.update_moment(grads, state.momentum, beta_1, 1)
        updates = jax.tree.map(lambda m: -learning_rate * jnp.sign(m), mixture)
        return updates, _State(optax.tree.update_moment(grads, state.momentum, beta_2, 1))

    return Rule(init, update)


class Lion(Optimizer):
    """``w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * g)``, then m moves on by ``beta_2``.

    Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: share of the momentum m in the step.
        beta_2: share of the momentum that is kept at every step.
        **kwargs: the other arguments of `Optimizer`.

    Raises:
        ValueError: ``beta_1`` is not above 0 and at most 1.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, -2.0])}
        >>> optimizer = optimizers.Lion(0.25)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)
        {'kernel': Array([ 0.75, -1.75], dtype=float32)}
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"Lion {self.name!r} expected beta_1 above 0 and at most 1. Received: "
                f"beta_1={beta_1}"
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def rule(self) -> Rule:
        return _lion(self.beta_1, self.beta_2)
