"""Schedule-free AdamW: an average of the steps stands in for a decaying learning rate."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["ScheduleFreeAdamW"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: the sequence z that the gradients move
    velocity: optax.Params  # like params: running mean of the squared gradients


def _schedule_free(beta_1: float, beta_2: float, epsilon: float, warmup_steps: int) -> Rule:
    def init(params):
        return _State(jax.tree.map(jnp.copy, params), optax.tree.zeros_like(params))

    def update(grads, state, params=None, *, learning_rate, step):
        rate = learning_rate * jnp.minimum(step / max(warmup_steps, 1), 1)
        velocity = optax.tree.update_moment(grads, state.velocity, beta_2, 2)
        of_velocity = 1 / (1 - beta_2**step)
        momentum = jax.tree.map(
            lambda z, g, v: z - rate * g / (jnp.sqrt(of_velocity * v) + epsilon),
            state.momentum,
            grads,
            velocity,
        )

        def change(y, z_old, z):
            x_old = (y - (1 - beta_1) * z_old) / beta_1
            x = (1 - 1 / step) * x_old + z / step
            return (1 - beta_1) * z + beta_1 * x - y

        return jax.tree.map(change, params, state.momentum, momentum), _State(momentum, velocity)

    return Rule(init, update)


class ScheduleFreeAdamW(Optimizer):
    """`Adam` that needs no schedule: the weights lie between its last point and their mean.

    ``z -= learning_rate * g / (sqrt(v / (1 - beta_2**t)) + epsilon)``, ``x`` is the mean of all
    z, and the weights are ``(1 - beta_1) * z + beta_1 * x``.

    Source: Defazio et al., "The Road Less Scheduled", 2024.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: the share of the mean x in the weights.
        beta_2: share of the running mean v of the squared gradients that is kept at every step.
        epsilon: keeps the division finite.
        warmup_steps: in how many steps the learning rate rises from 0 to its value.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.ScheduleFreeAdamW(0.5)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.5, 1.5], dtype=float32)
    """

    reads_params = True

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def rule(self) -> Rule:
        return _schedule_free(self.beta_1, self.beta_2, self.epsilon, self.warmup_steps)
