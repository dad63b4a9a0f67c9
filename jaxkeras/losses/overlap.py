"""How far predicted regions and true ones overlap, for the segmentation of images."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.elementwise import ElementwiseLoss
from jaxkeras.losses.loss import implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.symbolic import recordable

__all__ = ["Dice", "Tversky", "dice", "tversky"]

Axes = int | Sequence[int] | None


def _sums(axis: Axes, *arrays: jax.Array) -> list[jax.Array]:
    """Sums over an axis, over several, or over all for None."""
    axes = tuple(axis) if isinstance(axis, Sequence) else axis
    return [jnp.sum(array, axis=axes) for array in arrays]


@recordable
def dice(y_true: ArrayLike, y_pred: ArrayLike, axis: Axes = None) -> jax.Array:
    """``1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred))``.

    Source: Milletari et al., "V-Net", 2016, whose denominator sums squares.

    Args:
        y_true: targets of shape ``(batch, ...)``, 0 or 1.
        y_pred: probabilities of that shape.
        axis: what to sum over, for instance ``(1, 2, 3)`` for one loss an image; by default
            everything, the batch included.

    Returns:
        A scalar, or the losses along the axes that are left.

    Example:
        >>> from jaxkeras import losses
        >>> losses.dice([[1.0, 1.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 0.0]], axis=1)
        Array([0., 1.], dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    common, true, predicted = _sums(axis, y_true * y_pred, y_true, y_pred)
    return 1.0 - 2.0 * common / (true + predicted + epsilon())


@implements(dice)
class Dice(ElementwiseLoss):
    """How little true and predicted regions overlap; see `dice` (``keras.losses.Dice``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        axis: what to sum over; by default everything, the batch included.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.Dice()([[1.0, 1.0]], [[1.0, 0.0]])), 4)
        0.3333
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: Axes = None,
        dtype: Any = None,
    ):
        super().__init__(dice, reduction, name, dtype, axis=axis)


@recordable
def tversky(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: float = 0.5,
    beta: float = 0.5,
    axis: Axes = None,
) -> jax.Array:
    """``1 - tp / (tp + alpha * missed + beta * invented)``; `dice` if both weights are 0.5.

    ``tp = sum(y_true * y_pred)``. As in Keras, ``alpha`` weighs what was missed and ``beta`` what
    was invented; Keras's own documentation and the paper have it the other way round.

    Source: Salehi et al., "Tversky loss function for image segmentation", 2017.

    Args:
        y_true: targets of shape ``(batch, ...)``, 0 or 1.
        y_pred: probabilities of that shape.
        alpha: weight of ``sum(y_true * (1 - y_pred))``.
        beta: weight of ``sum((1 - y_true) * y_pred)``.
        axis: what to sum over; by default everything, the batch included.

    Returns:
        A scalar, or the losses along the axes that are left.

    Example:
        >>> from jaxkeras import losses
        >>> losses.tversky([[1.0, 1.0]], [[1.0, 0.0]], alpha=1.0, beta=0.0)
        Array(0.5, dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    common, missed, invented = _sums(
        axis, y_true * y_pred, y_true * (1.0 - y_pred), (1.0 - y_true) * y_pred
    )
    return 1.0 - common / (common + alpha * missed + beta * invented + epsilon())


@implements(tversky)
class Tversky(ElementwiseLoss):
    """How little regions overlap, with weights for both kinds of error; see `tversky`.

    Args:
        alpha: weight of what was missed.
        beta: weight of what was invented.
        reduction: see `Loss`.
        name: see `Loss`.
        axis: what to sum over; by default everything, the batch included.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.Tversky(alpha=1.0, beta=0.0)([[1.0, 1.0]], [[1.0, 0.0]]))
        0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axes = None,
        dtype: Any = None,
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
