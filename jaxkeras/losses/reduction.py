"""How losses of samples are matched with targets and weights, and brought together."""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import floatx

__all__ = ["as_floats", "divide_no_nan", "match_rank", "reduce_weighted_values", "weigh"]


def match_rank(first: jax.Array, second: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two arrays with one rank, where they differ by a last dimension of 1.

    ``(batch,)`` and ``(batch, 1)`` become twice ``(batch, 1)``; ``(batch, time)`` and
    ``(batch, time, 1)`` become twice ``(batch, time)``. Other shapes stay as they are.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.losses.reduction import match_rank
        >>> [x.shape for x in match_rank(jnp.zeros(3), jnp.zeros((3, 1)))]
        [(3, 1), (3, 1)]
    """
    if second.ndim > first.ndim:
        second, first = match_rank(second, first)
    elif first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        if second.ndim == 1:
            second = second[:, None]
        else:
            first = first[..., 0]
    return first, second


def as_floats(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Targets and predictions as arrays of the predictions' float type, with one rank.

    Predictions that are no floats become `jaxkeras.config.floatx`.

    Example:
        >>> from jaxkeras.losses.reduction import as_floats
        >>> y_true, y_pred = as_floats([1, 0], [[0.5], [0.5]])
        >>> y_true.shape, y_true.dtype.name
        ((2, 1), 'float32')
    """
    y_pred = jnp.asarray(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype(floatx())
    return match_rank(jnp.asarray(y_true, y_pred.dtype), y_pred)


def divide_no_nan(numerator: ArrayLike, denominator: ArrayLike) -> jax.Array:
    """The quotient, and 0 where the denominator is 0 (``keras.ops.divide_no_nan``).

    Example:
        >>> from jaxkeras.losses.reduction import divide_no_nan
        >>> divide_no_nan([1.0, 1.0], [2.0, 0.0]).tolist()
        [0.5, 0.0]
    """
    numerator, denominator = jnp.asarray(numerator), jnp.asarray(denominator)
    is_zero = denominator == 0
    return jnp.where(is_zero, 0, numerator / jnp.where(is_zero, 1, denominator))


def weigh(values: jax.Array, sample_weight: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Values and their weights with ranks that multiply: a weight belongs to its sample.

    Weights of shape ``(batch,)`` for values of shape ``(batch, time)`` become ``(batch, 1)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.losses.reduction import weigh
        >>> values, weights = weigh(jnp.ones((2, 3)), [1.0, 2.0])
        >>> (values * weights).sum(axis=1).tolist()
        [3.0, 6.0]
    """
    values, weights = match_rank(values, jnp.asarray(sample_weight, values.dtype))
    missing = tuple(range(weights.ndim, values.ndim))
    return values, jnp.expand_dims(weights, missing)


def reduce_weighted_values(
    values: ArrayLike,
    sample_weight: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reduction: str | None = "sum_over_batch_size",
) -> jax.Array:
    """Weigh the losses of single samples and bring them together.

    Args:
        values: losses of shape ``(batch, ...)``.
        sample_weight: weights that broadcast to ``values``, or None.
        mask: which of the values count, or None for all. A mean is over those that count.
        reduction: ``"sum_over_batch_size"`` or ``"mean"``: the sum over the number of values;
            ``"mean_with_sample_weight"``: the sum over the sum of the weights; ``"sum"``;
            ``"none"`` or None: the weighed values.

    Example:
        >>> from jaxkeras import losses
        >>> weights = [1.0, 3.0]
        >>> float(losses.reduce_weighted_values([2.0, 4.0], weights))
        7.0
        >>> float(losses.reduce_weighted_values([2.0, 4.0], weights, reduction="sum"))
        14.0
        >>> losses.reduce_weighted_values([2.0, 4.0], mask=[True, False]).tolist()
        2.0
    """
    values = jnp.asarray(values)
    if mask is not None:
        included = jnp.asarray(mask, values.dtype)
        if reduction in ("sum_over_batch_size", "mean"):
            included = included * divide_no_nan(included.size, included.sum())
        if sample_weight is not None:
            included, sample_weight = weigh(included, sample_weight)
            included = included * sample_weight
        sample_weight = included
    if sample_weight is not None:
        values, sample_weight = weigh(values, sample_weight)
        values = values * sample_weight
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return divide_no_nan(total, jnp.sum(sample_weight))
    return divide_no_nan(total, values.size)
