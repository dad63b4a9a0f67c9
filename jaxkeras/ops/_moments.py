"""How numbers are brought to a mean, a variance or a length: for layers and operations alike."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

__all__ = [
    "along",
    "l2_normalize",
    "moments",
    "moments_in_one_pass",
    "rms_normalize",
    "standardizing",
    "transform",
    "wide",
]


def l2_normalize(x: jax.Array, axis: int | Sequence[int] | None, least: float = 1e-12) -> jax.Array:
    """Vectors scaled to length 1; a vector of zeros stays, with a gradient of its own.

    Args:
        x: array of any shape.
        axis: the axis, or the axes, along which a vector lies; ``None`` for all.
        least: shorter vectors are divided by this instead of by their length.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import l2_normalize
        >>> l2_normalize(jnp.array([[3.0, 4.0], [0.0, 0.0]]), -1).round(3).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    numbers = wide(x)
    squares = jnp.sum(jnp.square(numbers), axis, keepdims=True)
    vectors = numbers * jax.lax.rsqrt(jnp.maximum(squares, least**2))
    return vectors.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else vectors


def wide(x: jax.Array) -> jax.Array:
    """In 32 bits at least: sums of squares overflow and round in 16.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import wide
        >>> wide(jnp.array([1], "bfloat16")).dtype, wide(jnp.array([1])).dtype
        (dtype('float32'), dtype('float32'))
    """
    return x.astype(jnp.promote_types(x.dtype, "float32"))


def moments(
    x: jax.Array, axes: Sequence[int], mask: jax.Array | None = None
) -> tuple[jax.Array, jax.Array]:
    """Mean and variance over some axes, which stay with size 1.

    Args:
        x: array of any shape.
        axes: the axes.
        mask: which entries count, booleans along the leading axes of ``x``; where none does, mean
            and variance are 0.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import moments
        >>> mean, variance = moments(jnp.array([[1.0], [3.0], [9.0]]), (0,), jnp.arange(3) < 2)
        >>> mean.tolist(), variance.tolist()
        ([[2.0]], [[1.0]])
    """
    if mask is None:
        mean = jnp.mean(x, axes, keepdims=True)
        return mean, jnp.mean(jnp.square(x - mean), axes, keepdims=True)
    mask = jnp.expand_dims(mask.astype(bool), range(mask.ndim, x.ndim))
    kept = jnp.broadcast_to(mask, x.shape)
    count = jnp.maximum(jnp.sum(kept, axes, keepdims=True), 1)
    mean = jnp.sum(jnp.where(kept, x, 0), axes, keepdims=True) / count
    squares = jnp.square(jnp.where(kept, x - mean, 0))
    return mean, jnp.sum(squares, axes, keepdims=True) / count


def moments_in_one_pass(x: jax.Array, axes: Sequence[int]) -> tuple[jax.Array, jax.Array]:
    """`moments`, for arrays too large to be read twice.

    Sums of squares lose the variance where the mean is far from zero. So they are taken around one
    of the entries, which is about as far from the mean as the others are.

    Args:
        x: array of any shape, not empty.
        axes: the axes.

    Source:
        Chan, Golub and LeVeque, 1983, "Algorithms for computing the sample variance", shifted data

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import moments_in_one_pass
        >>> mean, variance = moments_in_one_pass(jnp.array([[1e6], [1e6 + 4]]), (0,))
        >>> mean.tolist(), variance.tolist()
        ([[1000002.0]], [[4.0]])
    """
    first = [slice(0, 1) if axis in axes else slice(None) for axis in range(x.ndim)]
    pivot = jax.lax.stop_gradient(x[tuple(first)])
    shifted = x - pivot
    mean = jnp.mean(shifted, axes, keepdims=True)
    squares = jnp.mean(jnp.square(shifted), axes, keepdims=True)
    return mean + pivot, jnp.maximum(squares - jnp.square(mean), 0)


def standardizing(
    mean: jax.Array, variance: jax.Array, epsilon: float
) -> tuple[jax.Array, jax.Array]:
    """The factor and the shift that give numbers of this mean and variance mean 0, variance 1.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import standardizing
        >>> factor, shift = standardizing(jnp.array([1.0]), jnp.array([4.0]), epsilon=0.0)
        >>> jnp.array([5.0]) * factor + shift
        Array([2.], dtype=float32)
    """
    factor = jax.lax.rsqrt(variance + epsilon)
    return factor, -mean * factor


def along(weight: Any, x: jax.Array, axes: Sequence[int]) -> jax.Array:
    """A weight with an entry for every position on some axes of ``x``, to compute with ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import along
        >>> along(jnp.ones(3), jnp.ones((2, 3, 4)), [1]).shape
        (1, 3, 1)
    """
    axes = [axis % x.ndim for axis in axes]
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    return weight[...] if weight.ndim == x.ndim else weight[...].reshape(shape)


def transform(
    x: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    axes: Sequence[int],
) -> jax.Array:
    """``(x * factor + shift) * gamma + beta``, with one product and one sum for each entry.

    Args:
        x: array of any shape.
        factor: broadcasts with ``x``.
        shift: broadcasts with ``x``.
        gamma: an entry for every position on ``axes``, or ``None`` for ones.
        beta: likewise, or ``None`` for zeros.
        axes: the axes of gamma and beta in ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import transform
        >>> one, two = jnp.ones(1), jnp.full(1, 2.0)
        >>> transform(jnp.array([[3.0]]), two, one, None, two, (-1,))
        Array([[9.]], dtype=float32)
    """
    if gamma is not None:
        gamma = along(gamma, x, axes)
        factor, shift = factor * gamma, shift * gamma
    if beta is not None:
        shift = shift + along(beta, x, axes)
    return x * factor + shift


def rms_normalize(x: jax.Array, axes: int | Sequence[int], epsilon: float) -> jax.Array:
    """``x / sqrt(mean(x**2) + epsilon)``

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._moments import rms_normalize
        >>> rms_normalize(jnp.array([3.0, -3.0]), -1, epsilon=0.0)
        Array([ 1., -1.], dtype=float32)
    """
    return x * jax.lax.rsqrt(jnp.mean(jnp.square(x), axes, keepdims=True) + epsilon)
