"""Projections that hold weights inside a set after every optimizer step, such as a maximum norm.

A constraint maps an array to one of the same shape and type; a plain function that does so is one
too. The norms are Euclidean and are taken over ``axis``: 0 for a `Dense` kernel
``(inputs, units)``, ``(0, 1, 2)`` for a `Conv2D` kernel ``(height, width, channels, filters)``,
so that each unit has one norm.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.registry import Catalog, Configurable, deserializer, serialize

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "serialize",
    "unit_norm",
    "unitnorm",
]

_catalog = Catalog("constraint")


def _with_norm(
    w: ArrayLike, axis: int | Sequence[int], desired: Callable[[jax.Array], Any]
) -> jax.Array:
    """``w`` rescaled so that its norms over ``axis`` become ``desired(norms)``; 0 stays 0."""
    w = jnp.asarray(w)
    axes = axis if isinstance(axis, int) else tuple(axis)
    square = jnp.sum(jnp.square(w), axis=axes, keepdims=True)
    is_zero = square == 0
    norms = jnp.where(is_zero, 0, jnp.sqrt(jnp.where(is_zero, 1, square)))
    return w * (desired(norms) / (epsilon() + norms))


class Constraint(Configurable):
    """Base of the constraints; subclass it and write ``__call__`` for a projection of your own.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import constraints
        >>> class Clip(constraints.Constraint):
        ...     def __init__(self, limit=1.0):
        ...         self.limit = limit
        ...     def __call__(self, w):
        ...         return jnp.clip(w, -self.limit, self.limit)
        >>> Clip(0.5)(jnp.array([-2.0, 0.25])), Clip(0.5).get_config()
        (Array([-0.5 ,  0.25], dtype=float32), {'limit': 0.5})
    """

    def __call__(self, w: ArrayLike) -> jax.Array:
        """``w``, an array of any shape, projected; the base class returns it as it is."""
        return jnp.asarray(w)


@_catalog.register("maxnorm")
class MaxNorm(Constraint):
    """Norms of at most ``max_value``: longer vectors are shortened, the others stay.

    Args:
        max_value: the largest norm.
        axis: the axis or axes over which a norm is taken.

    Example:
        >>> from jaxkeras import constraints
        >>> constraints.MaxNorm(2.5)([[3.0, 1.5], [4.0, 2.0]])
        Array([[1.5, 1.5], [2. , 2. ]], dtype=float32)
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        return _with_norm(w, self.axis, lambda norms: jnp.clip(norms, 0, self.max_value))


@_catalog.register("nonneg")
class NonNeg(Constraint):
    """No negative weights: ``max(w, 0)``.

    Example:
        >>> from jaxkeras import constraints
        >>> constraints.NonNeg()([-1.0, 2.0])
        Array([0., 2.], dtype=float32)
    """

    def __call__(self, w):
        return jnp.maximum(jnp.asarray(w), 0)


@_catalog.register("unitnorm")
class UnitNorm(Constraint):
    """Norms of 1.

    Args:
        axis: the axis or axes over which a norm is taken.

    Example:
        >>> from jaxkeras import constraints
        >>> constraints.UnitNorm(axis=1)([[3.0, 4.0]])
        Array([[0.6, 0.8]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = 0):
        self.axis = axis

    def __call__(self, w):
        return _with_norm(w, self.axis, lambda norms: 1)


@_catalog.register("minmaxnorm")
class MinMaxNorm(Constraint):
    """Norms from ``min_value`` to ``max_value``, or on the way there.

    Args:
        min_value: the smallest norm.
        max_value: the largest norm.
        rate: how far a step goes: the new norm is
            ``(1 - rate) * norm + rate * clip(norm, min_value, max_value)``.
        axis: the axis or axes over which a norm is taken.

    Example:
        >>> from jaxkeras import constraints
        >>> constraints.MinMaxNorm(1.0, 2.0, rate=0.5)([[4.0, 6.0]])
        Array([[3., 4.]], dtype=float32)
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: int | Sequence[int] = 0,
    ):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        def desired(norms: jax.Array) -> jax.Array:
            inside = jnp.clip(norms, self.min_value, self.max_value)
            return self.rate * inside + (1 - self.rate) * norms

        return _with_norm(w, self.axis, desired)


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm

get = _catalog.get
deserialize = deserializer(get)
