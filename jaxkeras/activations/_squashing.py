"""Activations with a bounded slope or range: sigmoids, and functions along an axis such as softmax.

Each gives an array of the float type of its input, and of its shape (`glu` halves one axis).
"""

import warnings
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.activations._base import _catalog, as_float

__all__ = [
    "exponential",
    "glu",
    "hard_sigmoid",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "sigmoid",
    "softmax",
    "softsign",
    "sparse_sigmoid",
    "sparsemax",
    "tanh",
]


@_catalog.register()
def sigmoid(x: ArrayLike) -> jax.Array:
    """Logistic function: ``1 / (1 + exp(-x))``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.sigmoid([-100.0, 0.0, 100.0])
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jax.nn.sigmoid(as_float(x))


@_catalog.register()
def hard_sigmoid(x: ArrayLike) -> jax.Array:
    """Piecewise linear `sigmoid`: ``x / 6 + 0.5`` kept between 0 and 1.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.hard_sigmoid([-4.0, 1.5, 4.0])
        Array([0.  , 0.75, 1.  ], dtype=float32)
    """
    return jax.nn.hard_sigmoid(as_float(x))


@_catalog.register()
def sparse_sigmoid(x: ArrayLike) -> jax.Array:
    """The slope of `sparse_plus`: ``(x + 1) / 2`` kept between 0 and 1.

    Blondel et al., 2019, https://arxiv.org/abs/1901.02324.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.sparse_sigmoid([-2.0, 0.5, 2.0])
        Array([0.  , 0.75, 1.  ], dtype=float32)
    """
    return jax.nn.sparse_sigmoid(as_float(x))


@_catalog.register()
def log_sigmoid(x: ArrayLike) -> jax.Array:
    """Logarithm of `sigmoid`, exact where the sigmoid itself would round to 0.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.log_sigmoid([-200.0])
        Array([-200.], dtype=float32)
    """
    return jax.nn.log_sigmoid(as_float(x))


@_catalog.register()
def tanh(x: ArrayLike) -> jax.Array:
    """Hyperbolic tangent.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.tanh([-20.0, 0.0, 20.0])
        Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.tanh(as_float(x))


@_catalog.register()
def hard_tanh(x: ArrayLike) -> jax.Array:
    """``x`` kept between -1 and 1.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.hard_tanh([-2.0, 0.5, 2.0])
        Array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return jax.nn.hard_tanh(as_float(x))


@_catalog.register("soft_sign")
def softsign(x: ArrayLike) -> jax.Array:
    """``x / (1 + abs(x))``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.softsign([-1.0, 0.0, 3.0])
        Array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return jax.nn.soft_sign(as_float(x))


@_catalog.register()
def exponential(x: ArrayLike) -> jax.Array:
    """``exp(x)``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.exponential([0.0])
        Array([1.], dtype=float32)
    """
    return jnp.exp(as_float(x))


@_catalog.register()
def softmax(x: ArrayLike, axis: int | Sequence[int] = -1) -> jax.Array:
    """Scores as probabilities: ``exp(x) / sum(exp(x))``.

    Warns when the axis has size 1, since the result is then 1 whatever the input.

    Args:
        x: scores, such as ``(batch, classes)``.
        axis: the axis, or the several axes, along which the result sums to 1.

    Example:
        >>> from jaxkeras import activations
        >>> activations.softmax([1.0, 1.0])
        Array([0.5, 0.5], dtype=float32)
    """
    x = as_float(x)
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and x.shape[axis] == 1:
        warnings.warn(
            f"softmax along axis {axis} of shape {x.shape}: the axis has size 1, so every output "
            "is 1. For one output that tells two classes apart use 'sigmoid'.",
            stacklevel=2,
        )
    return jax.nn.softmax(x, axis if isinstance(axis, int) else tuple(axis))


@_catalog.register()
def log_softmax(x: ArrayLike, axis: int | Sequence[int] = -1) -> jax.Array:
    """Logarithm of `softmax`, exact where a probability itself would round to 0.

    Args:
        x: scores, such as ``(batch, classes)``.
        axis: the axis, or the several axes, along which the probabilities sum to 1.

    Example:
        >>> from jaxkeras import activations
        >>> activations.log_softmax([0.0, 200.0])
        Array([-200.,    0.], dtype=float32)
    """
    return jax.nn.log_softmax(as_float(x), axis if isinstance(axis, int) else tuple(axis))


@_catalog.register()
def sparsemax(x: ArrayLike, axis: int = -1) -> jax.Array:
    """Scores as probabilities of which many are exactly 0: the nearest point of the simplex.

    Martins and Astudillo, 2016, https://arxiv.org/abs/1602.02068.

    Args:
        x: scores, such as ``(batch, classes)``.
        axis: the axis along which the result sums to 1.

    Example:
        >>> from jaxkeras import activations
        >>> activations.sparsemax([1.0, 0.5, -1.0])
        Array([0.75, 0.25, 0.  ], dtype=float32)
    """
    scores = jnp.moveaxis(as_float(x), axis, -1)
    scores = scores - jnp.max(scores, axis=-1, keepdims=True)
    ordered = jnp.sort(scores, axis=-1, descending=True)
    excess = jnp.cumsum(ordered, axis=-1) - 1
    ranks = jnp.arange(1, scores.shape[-1] + 1, dtype=scores.dtype)
    support = jnp.sum(ranks * ordered > excess, axis=-1, keepdims=True)
    cut = jnp.take_along_axis(excess, support - 1, axis=-1) / support.astype(scores.dtype)
    return jnp.moveaxis(jax.nn.relu(scores - cut), -1, axis)


@_catalog.register()
def glu(x: ArrayLike, axis: int = -1) -> jax.Array:
    """Gated linear unit: the first half times the `sigmoid` of the second half.

    Dauphin et al., 2016, https://arxiv.org/abs/1612.08083.

    Args:
        x: array with an even number of entries along the axis, such as ``(batch, 2 * features)``.
        axis: the axis to halve.

    Raises:
        ValueError: the axis has an odd size.

    Example:
        >>> from jaxkeras import activations
        >>> activations.glu([[4.0, 6.0, 0.0, 100.0]])
        Array([[2., 6.]], dtype=float32)
    """
    x = as_float(x)
    if x.shape[axis] % 2 == 1:
        raise ValueError(
            f"glu halves axis {axis}, whose size must be even. Received shape: {x.shape}"
        )
    return jax.nn.glu(x, axis)
