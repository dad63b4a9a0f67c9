"""Adam and AdamW: steps from running means of the gradients and of their squares."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule

__all__ = ["Adam", "AdamW", "adam_rule"]


class _State(NamedTuple):
    momentum: optax.Params  # like params: running mean of the gradients
    velocity: optax.Params  # like params: running mean of their squares
    velocity_hat: optax.Params | None  # like params: largest velocity yet; None unless amsgrad


def adam_rule(beta_1: float, beta_2: float, epsilon: float, amsgrad: bool = False) -> Rule:
    """The formula of `Adam`.

    Example:
        >>> from jaxkeras.optimizers.adam import adam_rule
        >>> rule = adam_rule(0.9, 0.999, 1e-7)
        >>> grads = {"bias": 3.0}
        >>> updates, _ = rule.update(grads, rule.init(grads), learning_rate=0.5, step=1.0)
        >>> float(updates["bias"].round(3))
        -0.5
    """

    def init(params):
        zeros = optax.tree.zeros_like
        return _State(zeros(params), zeros(params), zeros(params) if amsgrad else None)

    def update(grads, state, params=None, *, learning_rate, step):
        alpha = learning_rate * jnp.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        momentum = optax.tree.update_moment(grads, state.momentum, beta_1, 1)
        velocity = optax.tree.update_moment(grads, state.velocity, beta_2, 2)
        largest = jax.tree.map(jnp.maximum, state.velocity_hat, velocity) if amsgrad else None
        updates = jax.tree.map(
            lambda m, v: -alpha * m / (jnp.sqrt(v) + epsilon),
            momentum,
            largest if amsgrad else velocity,
        )
        return updates, _State(momentum, velocity, largest)

    return Rule(init, update)


class Adam(Optimizer):
    """``w -= alpha * m / (sqrt(v) + epsilon)``, m and v being running means of g and g**2.

    ``alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)`` corrects their bias at step t.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, the formula before
    section 2.1, whose epsilon is not the epsilon of its algorithm 1; Reddi et al., "On the
    Convergence of Adam and Beyond", 2018, for ``amsgrad``.

    Args:
        learning_rate: see `Optimizer`.
        beta_1: share of the running mean of the gradients that is kept at every step.
        beta_2: share of the running mean of their squares that is kept at every step.
        epsilon: keeps the division finite; ``None`` means `jaxkeras.config.epsilon`.
        amsgrad: divide by the largest running mean of the squares so far.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.Adam(0.5)
        >>> opt_state = optimizer.init(params)
        >>> updates, opt_state = optimizer.update(params, opt_state, params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.5, 1.5], dtype=float32)
        >>> opt_state.inner_state.momentum
        {'kernel': Array([0.1, 0.2], dtype=float32)}
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = config.epsilon() if epsilon is None else epsilon
        self.amsgrad = amsgrad

    def rule(self) -> Rule:
        return adam_rule(self.beta_1, self.beta_2, self.epsilon, self.amsgrad)


class AdamW(Adam):
    """`Adam` with weight decay, which is not mixed into the gradients.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.

    Args:
        learning_rate: see `Optimizer`.
        weight_decay: see `Optimizer`.
        beta_1: see `Adam`.
        beta_2: see `Adam`.
        epsilon: see `Adam`.
        amsgrad: see `Adam`.
        **kwargs: the other arguments of `Optimizer`.

    Raises:
        ValueError: ``weight_decay`` is ``None``.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"kernel": jnp.array([1.0, 2.0])}
        >>> optimizer = optimizers.AdamW(0.5, weight_decay=0.5)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["kernel"].round(2)
        Array([0.25, 1.  ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **kwargs: Any,
    ):
        if weight_decay is None:
            raise ValueError("AdamW expected weight_decay as a number; use Adam to do without.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **kwargs
        )
