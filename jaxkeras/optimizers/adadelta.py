"""Adadelta: steps as large as the last steps, per size of the last gradients."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Adadelta"]


class _State(NamedTuple):
    accumulated_grad: optax.Params  # like params: running mean of the squared gradients
    accumulated_delta: optax.Params  # like params: running mean of the squared steps


def _adadelta(rho: float, epsilon: float) -> Rule:
    def rms(x):
        return jnp.sqrt(x + epsilon)

    def init(params):
        return _State(optax.tree.zeros_like(params), optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        of_grads = optax.tree.update_moment(grads, state.accumulated_grad, rho, 2)
        deltas = jax.tree.map(
            lambda d, g, a: -rms(d) * g / rms(a), state.accumulated_delta, grads, of_grads
        )
        of_deltas = optax.tree.update_moment(deltas, state.accumulated_delta, rho, 2)
        return optax.tree.scale(learning_rate, deltas), _State(of_grads, of_deltas)

    return Rule(init, update)


class Adadelta(Optimizer):
    """``w -= learning_rate * rms(steps) / rms(gradients) * g``, from running means of squares.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, where the learning rate
    is 1; Keras's default is 0.001.

    Args:
        learning_rate: see `Optimizer`.
        rho: share of the running means that is kept at every step.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.Adadelta(1.0, epsilon=0.01)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.59, 1.56], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        rho: float = 0.95,
        epsilon: float | None = 1e-7,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.epsilon = config.epsilon() if epsilon is None else epsilon

    def rule(self) -> Rule:
        return _adadelta(self.rho, self.epsilon)
