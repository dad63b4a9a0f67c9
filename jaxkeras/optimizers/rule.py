"""What an optimizer is made of: a rule, a state, clipped gradients, and parameters by their names.

The name of a parameter in a tree is its path: ``"dense/kernel"`` for ``{"dense": {"kernel": w}}``.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

__all__ = [
    "OptimizerState",
    "Rule",
    "clip_by_global_norm",
    "clip_by_norm",
    "join",
    "map_with_name",
    "split",
]


class Rule(NamedTuple):
    """The formula of an optimizer: a pair of pure functions, as a transformation of optax is.

    Args:
        init: ``init(params)`` returns the state of the rule, a pytree of arrays or None.
        update: ``update(grads, state, params, *, learning_rate, step)`` returns what to add to the
            parameters, learning rate and sign included, and the next state. The learning rate is an
            array of shape () and type `floatx`; the step, 1 at first, is one of at least 32 bits.

    Example:
        >>> from jaxkeras import optimizers
        >>> rule = optimizers.SGD(0.1).rule()
        >>> updates, _ = rule.update({"bias": 3.0}, None, learning_rate=0.5, step=1.0)
        >>> float(updates["bias"])
        -1.5
    """

    init: Callable[[Any], Any]
    update: Callable[..., tuple[Any, Any]]


class OptimizerState(NamedTuple):
    """What an optimizer carries from step to step; it begins as `optax.inject_hyperparams` does."""

    count: jax.Array  # (), int32: calls of update
    hyperparams: dict[str, jax.Array]  # {"learning_rate": ()}, floatx
    inner_state: optax.OptState  # of the update rule; arrays have the parameters' shapes and types
    average: optax.Params | None = None  # like params: their moving average; None without use_ema
    accumulated: optax.Updates | None = None  # like params: sum of the gradients that wait


def clip_by_norm(grad: jax.Array, limit: float) -> jax.Array:
    """A gradient, shrunk to at most this norm.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.optimizers.rule import clip_by_norm
        >>> clip_by_norm(jnp.array([0.0, 4.0]), 1.0)
        Array([0., 1.], dtype=float32)
    """
    return grad * (limit / jnp.maximum(optax.tree.norm(grad), limit))


def clip_by_global_norm(grads: optax.Updates, limit: float) -> optax.Updates:
    """All gradients, shrunk together to at most this norm; NaN where the norm is infinite.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.optimizers.rule import clip_by_global_norm
        >>> clip_by_global_norm({"a": jnp.array(3.0), "b": jnp.array(-4.0)}, 2.5)
        {'a': Array(1.5, dtype=float32), 'b': Array(-2., dtype=float32)}
    """
    norm = optax.tree.norm(grads)
    scale = jnp.where(jnp.isfinite(norm), limit / jnp.maximum(norm, limit), jnp.nan)
    return optax.tree.scale(scale, grads)


def map_with_name(function: Callable[[str, Any], Any], tree: Any) -> Any:
    """The tree of ``function(name, leaf)``.

    Example:
        >>> from jaxkeras.optimizers.rule import map_with_name
        >>> map_with_name(lambda name, leaf: name, {"dense": {"bias": 0.0}})
        {'dense': {'bias': 'dense/bias'}}
    """
    return jax.tree_util.tree_map_with_path(
        lambda path, leaf: function(jax.tree_util.keystr(path, simple=True, separator="/"), leaf),
        tree,
    )


def split(tree: Any, label: Callable[[str, Any], Hashable]) -> dict[Any, dict[str, Any]]:
    """The leaves of a tree by label and name: ``{label: {name: leaf}}``; `join` undoes it.

    Example:
        >>> from jaxkeras.optimizers.rule import split
        >>> tree = {"dense": {"bias": 1.0, "kernel": 2.0}}
        >>> split(tree, lambda name, leaf: name.endswith("bias"))
        {True: {'dense/bias': 1.0}, False: {'dense/kernel': 2.0}}
    """
    groups: dict[Any, dict[str, Any]] = {}
    map_with_name(
        lambda name, leaf: groups.setdefault(label(name, leaf), {}).update({name: leaf}), tree
    )
    return groups


def join(groups: Mapping[Any, Any], like: Any) -> Any:
    """A tree like another one, its leaves taken by name from the groups that `split` made.

    Example:
        >>> from jaxkeras.optimizers.rule import join
        >>> join({0: {"dense/bias": 1.0}}, like={"dense": {"bias": 0.0}})
        {'dense': {'bias': 1.0}}
    """
    leaves = {name: leaf for group in groups.values() for name, leaf in group.items()}
    return map_with_name(lambda name, _: leaves[name], like)
