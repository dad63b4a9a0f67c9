"""Adafactor: Adam's second moment from the means of rows and columns, to save memory."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Adafactor"]


class _Velocity(NamedTuple):
    """Running mean of the squared gradients of one parameter: whole, or that of rows and columns.

    What is not needed is None: a matrix ``(..., rows, columns)`` has no ``whole``.
    """

    rows: jax.Array | None  # (..., rows): over the last axis
    columns: jax.Array | None  # (..., columns): over the last axis but one
    whole: jax.Array | None  # like the parameter, of less than 2 dimensions

    def estimate(self) -> Any:
        """The running mean, in the shape of the parameter."""
        if self.rows is None or self.columns is None:
            return self.whole
        rows = self.rows / jnp.mean(self.rows, axis=-1, keepdims=True)
        return rows[..., :, None] * self.columns[..., None, :]


def _rms(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(jnp.square(x)))


def _adafactor(
    beta_2_decay: float, epsilon_1: float, epsilon_2: float, clip_threshold: float
) -> Rule:
    def measure(param) -> _Velocity:
        if param.ndim < 2:
            return _Velocity(None, None, param)
        return _Velocity(jnp.mean(param, axis=-1), jnp.mean(param, axis=-2), None)

    def init(params):
        return jax.tree.map(lambda param: measure(jnp.zeros_like(param)), params)

    def update(grads, state, params=None, *, learning_rate, step):
        beta_2 = 1 - step**beta_2_decay
        rate = jnp.minimum(learning_rate, 1 / jnp.sqrt(step))

        def advance(grad, velocity):
            now = measure(jnp.square(grad) + epsilon_1)
            return jax.tree.map(lambda v, n: beta_2 * v + (1 - beta_2) * n, velocity, now)

        def change(grad, velocity, param):
            direction = grad / jnp.sqrt(velocity.estimate())
            direction = direction / jnp.maximum(1.0, _rms(direction) / clip_threshold)
            return -rate * jnp.maximum(epsilon_2, _rms(param)) * direction

        state = jax.tree.map(advance, grads, state)
        return jax.tree.map(change, grads, state, params), state

    return Rule(init, update)


class Adafactor(Optimizer):
    """Steps in proportion to the weights, by a second moment that takes little memory.

    For a matrix it keeps the running means of the squared gradients of rows and of columns, whose
    outer product stands for the whole: ``v = rows * columns / mean(rows)``. Then
    ``w -= min(learning_rate, 1 / sqrt(t)) * max(epsilon_2, rms(w)) * g / sqrt(v)``, the last
    factor clipped to the root mean square ``clip_threshold``.

    Source: Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost",
    2018.

    Args:
        learning_rate: see `Optimizer`.
        beta_2_decay: ``1 - t**beta_2_decay`` of the running means is kept at step t.
        epsilon_1: added to the squared gradients.
        epsilon_2: the least size that weights are taken to have.
        clip_threshold: see above.
        relative_step: bound the learning rate by ``1 / sqrt(t)``; as in Keras, that bound holds
            in any case.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([[1.0, 2.0], [2.0, 4.0]])}
        >>> optimizer = optimizers.Adafactor(0.1)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([[0.75, 1.75], [1.75, 3.75]], dtype=float32)
    """

    reads_params = True

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def rule(self) -> Rule:
        return _adafactor(self.beta_2_decay, self.epsilon_1, self.epsilon_2, self.clip_threshold)
