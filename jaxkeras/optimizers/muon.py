"""Muon: momentum made orthogonal, for matrices; everything else is left to Adam."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras import config
from jaxkeras.optimizers.adam import adam_rule
from jaxkeras.optimizers.optimizer import Optimizer
from jaxkeras.optimizers.rule import Rule, join, split

__all__ = ["Muon", "orthogonalize"]


class _State(NamedTuple):
    momentum: dict[str, jax.Array]  # by name, for the matrices: like the parameters
    adam: Any  # state of the rule of Adam, for all others by name


def orthogonalize(
    matrix: jax.Array, steps: int = 5, coefficients: Sequence[float] = (3.4445, -4.7750, 2.0315)
) -> jax.Array:
    """Nearly the orthogonal matrix that lies nearest, by Newton-Schulz iterations.

    The coefficients ``a, b, c`` of ``a x + b x x' x + c x x' x x' x`` bring all singular values
    quickly near 1, but not to 1.

    Source: Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024.

    Args:
        matrix: shape ``(rows, columns)``.
        steps: how many iterations.
        coefficients: a, b and c.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.optimizers.muon import orthogonalize
        >>> jnp.diag(orthogonalize(jnp.diag(jnp.array([2.0, 0.1])))).round(1)
        Array([0.7, 0.8], dtype=float32)
    """
    a, b, c = coefficients
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if is_tall else matrix
    x = x / (optax.tree.norm(x) + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if is_tall else x


class Muon(Optimizer):
    """Steps along the momentum of a matrix, made orthogonal, so that all directions advance alike.

    ``m = momentum * m + g`` and ``w -= learning_rate * rms_rate * sqrt(max(rows, columns)) *
    orthogonalize(g + momentum * m)``. Parameters of other than 2 dimensions, embeddings and the
    layers in ``exclude_layers`` are trained by `AdamW`; the last layer should be one of those.

    Source: Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024; Liu et al.,
    "Muon is Scalable for LLM Training", 2025, for ``rms_rate``.

    Args:
        learning_rate: see `Optimizer`.
        adam_beta_1: see `Adam`.
        adam_beta_2: see `Adam`.
        adam_weight_decay: ``weight_decay`` of the parameters that Adam trains.
        epsilon: see `Adam`.
        weight_decay: see `Optimizer`; of the other parameters.
        exclude_layers: regular expressions; a parameter is Adam's if one is found in its path,
            which is ``"dense/kernel"`` for instance.
        exclude_embeddings: whether parameters with "embedding" in their paths are Adam's.
        muon_a: first coefficient of `orthogonalize`.
        muon_b: second coefficient of `orthogonalize`.
        muon_c: third coefficient of `orthogonalize`.
        adam_lr_ratio: Adam's learning rate, as a multiple of the other.
        momentum: share of the momentum that is kept at every step.
        ns_steps: how many iterations `orthogonalize` takes.
        nesterov: look ahead along the momentum.
        rms_rate: root mean square of a step in units of the learning rate; ``None`` leaves the
            orthogonal matrix as it is.
        **kwargs: the other arguments of `Optimizer`.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"dense": {"kernel": jnp.eye(2), "bias": jnp.ones(2)}}
        >>> optimizer = optimizers.Muon(0.5, weight_decay=None, adam_weight_decay=None)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["dense"]["bias"].round(2)
        Array([0.5, 0.5], dtype=float32)
    """

    reads_params = True

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = 0.004,
        exclude_layers: Sequence[str] | None = (),
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, weight_decay=weight_decay, **kwargs)
        self.adam_beta_1, self.adam_beta_2 = adam_beta_1, adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = config.epsilon() if epsilon is None else epsilon
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum, self.nesterov = momentum, nesterov
        self.ns_steps = ns_steps
        self.rms_rate = rms_rate

    def _is_adams(self, name: str, param: Any) -> bool:
        is_embedding = self.exclude_embeddings and "embedding" in name.lower()
        is_excluded = any(re.search(pattern, name) for pattern in self.exclude_layers)
        return jnp.ndim(param) != 2 or is_embedding or is_excluded

    def _decay_rate(self, name: str, param: jax.Array) -> float:
        rate = self.adam_weight_decay if self._is_adams(name, param) else self.weight_decay
        return 0.0 if self._is_excluded(name) else rate or 0.0

    def _change(self, grad: jax.Array, momentum: jax.Array) -> jax.Array:
        direction = grad + self.momentum * momentum if self.nesterov else momentum
        coefficients = (self.muon_a, self.muon_b, self.muon_c)
        direction = orthogonalize(direction, self.ns_steps, coefficients)
        if self.rms_rate is None:
            return direction
        return self.rms_rate * max(grad.shape) ** 0.5 * direction

    def rule(self) -> Rule:
        adam = adam_rule(self.adam_beta_1, self.adam_beta_2, self.epsilon)

        def groups(tree):
            found = split(tree, self._is_adams)
            return found.get(False, {}), found.get(True, {})

        def init(params):
            ours, adams = groups(params)
            return _State(optax.tree.zeros_like(ours), adam.init(adams))

        def update(grads, state, params=None, *, learning_rate, step):
            ours, adams = groups(grads)
            momentum = jax.tree.map(lambda m, g: self.momentum * m + g, state.momentum, ours)
            changes = jax.tree.map(self._change, ours, momentum)
            updates, adam_state = adam.update(
                adams, state.adam, learning_rate=learning_rate * self.adam_lr_ratio, step=step
            )
            ours = optax.tree.scale(-learning_rate, changes)
            return join({0: ours, 1: updates}, grads), _State(momentum, adam_state)

        return Rule(init, update)
