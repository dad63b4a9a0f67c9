"""Hinge losses: targets that a prediction must exceed by a margin of 1."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.losses.elementwise import ElementwiseLoss
from jaxkeras.losses.loss import implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.symbolic import recordable

__all__ = [
    "CategoricalHinge",
    "Hinge",
    "SquaredHinge",
    "categorical_hinge",
    "hinge",
    "squared_hinge",
]


def _shortfall(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """How much every prediction misses the margin; targets of 0 and 1 are read as -1 and 1."""
    y_true, y_pred = as_floats(y_true, y_pred)
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    y_true = jnp.where(is_binary, 2.0 * y_true - 1.0, y_true)
    return jnp.maximum(1.0 - y_true * y_pred, 0.0)


@recordable
def hinge(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``max(1 - y_true * y_pred, 0)`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``, -1 or 1; or all of them 0 or 1.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
        [1.0]
    """
    return jnp.mean(_shortfall(y_true, y_pred), axis=-1)


@implements(hinge)
class Hinge(ElementwiseLoss):
    """Mean shortfall from a margin of 1; see `hinge` (``keras.losses.Hinge``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: Any = None,
    ):
        super().__init__(hinge, reduction, name, dtype)


@recordable
def squared_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``max(1 - y_true * y_pred, 0)**2`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``, -1 or 1; or all of them 0 or 1.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    return jnp.mean(jnp.square(_shortfall(y_true, y_pred)), axis=-1)


@implements(squared_hinge)
class SquaredHinge(ElementwiseLoss):
    """Mean squared shortfall from a margin of 1; see `squared_hinge`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: Any = None,
    ):
        super().__init__(squared_hinge, reduction, name, dtype)


@recordable
def categorical_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """How much the score of the right class misses a margin of 1 over the best wrong one.

    Args:
        y_true: one-hot targets of shape ``(batch, ..., classes)``.
        y_pred: scores of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.categorical_hinge([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.25]]).tolist()
        [0.5]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0.0)


@implements(categorical_hinge)
class CategoricalHinge(ElementwiseLoss):
    """Shortfall of the right class over the best wrong one; see `categorical_hinge`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.CategoricalHinge()([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.25]]))
        0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ):
        super().__init__(categorical_hinge, reduction, name, dtype)
