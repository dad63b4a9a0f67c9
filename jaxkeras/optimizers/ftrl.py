"""Ftrl: follow the regularized leader, which sets weights of sparse linear models to exactly 0."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Ftrl"]


class _State(NamedTuple):
    accumulator: optax.Params  # like params: sum of the squared gradients
    linear: optax.Params  # like params: slope of the sum of all losses, made linear


def _ftrl(
    power: float, initial: float, l1: float, l2: float, shrinkage: float, beta: float
) -> Rule:
    def init(params):
        return _State(optax.tree.full_like(params, initial), optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        accumulator = jax.tree.map(lambda n, g: n + g * g, state.accumulator, grads)

        def slope(z, n_old, n, g, w):
            sigma = (n**-power - n_old**-power) / learning_rate
            return z + g + 2 * shrinkage * w - sigma * w

        def leader(z, n):
            curvature = (n**-power + beta) / learning_rate + 2 * l2
            return (jnp.clip(z, -l1, l1) - z) / curvature

        linear = jax.tree.map(slope, state.linear, state.accumulator, accumulator, grads, params)
        updates = jax.tree.map(lambda z, n, w: leader(z, n) - w, linear, accumulator, params)
        return updates, _State(accumulator, linear)

    return Rule(init, update)


class Ftrl(Optimizer):
    """The weights that would have been best so far, under an L1 and an L2 penalty.

    With ``n += g**2`` and ``z += g - (n**-p - n_old**-p) / learning_rate * w`` it is ``w = 0``
    where ``|z| <= l1``, otherwise ``w = (sign(z) * l1 - z) / ((n**-p + beta) / learning_rate +
    2 * l2)``; p is ``learning_rate_power``.

    Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013.

    Args:
        learning_rate: see `Optimizer`.
        learning_rate_power: how steps shrink with the gradients seen; 0 for steps of one size.
        initial_accumulator_value: the sum n at first.
        l1_regularization_strength: the penalty l1.
        l2_regularization_strength: the penalty l2.
        l2_shrinkage_regularization_strength: an L2 penalty that is part of the gradient.
        beta: added to the divisor.
        **kwargs: the other arguments of `Optimizer`.

    Raises:
        ValueError: ``learning_rate_power`` is positive, or another of these numbers negative.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([0.01, 1.0])}
        >>> optimizer = optimizers.Ftrl(0.5, l1_regularization_strength=0.1)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.  , 0.17], dtype=float32)
    """

    reads_params = True

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self._require(
            learning_rate_power <= 0, "learning_rate_power of at most 0", learning_rate_power
        )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            value = getattr(self, name)
            self._require(value >= 0, f"{name} of at least 0", value)

    def rule(self) -> Rule:
        return _ftrl(
            self.learning_rate_power,
            self.initial_accumulator_value,
            self.l1_regularization_strength,
            self.l2_regularization_strength,
            self.l2_shrinkage_regularization_strength,
            self.beta,
        )
