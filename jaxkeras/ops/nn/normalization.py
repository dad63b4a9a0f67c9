"""Operations that bring numbers to a mean, a variance or a length."""

from collections.abc import Sequence

import jax.numpy as jnp

from jaxkeras.config import epsilon as default_epsilon
from jaxkeras.ops import _moments
from jaxkeras.ops.operation import Tensor, operation

__all__ = [
    "batch_normalization", "layer_normalization", "moments", "normalize", "rms_normalization",
]  # fmt: skip

_Axes = int | Sequence[int]


@operation
def moments(
    x: Tensor, axes: _Axes, keepdims: bool = False, synchronized: bool = False
) -> tuple[Tensor, Tensor]:
    """Mean and variance over some axes; those of 16-bit floats are computed in 32 bits.

    Args:
        x: tensor of any shape.
        axes: the axis, or the axes, to average over.
        keepdims: whether these axes stay, with size 1.
        synchronized: statistics over several devices are not supported.

    Raises:
        ValueError: ``synchronized`` is true.

    Example:
        >>> from jaxkeras import ops
        >>> ops.moments([1.0, 3.0], axes=0)
        (Array(2., dtype=float32), Array(1., dtype=float32))
    """
    if synchronized:
        raise ValueError("moments are those of one device. Leave synchronized=True out.")
    over = _axes(axes, x)
    mean, variance = _moments.moments(_moments.wide(x), over)
    if not keepdims:
        mean, variance = jnp.squeeze(mean, over), jnp.squeeze(variance, over)
    if x.dtype.itemsize == 2:
        limits = jnp.finfo("float16")
        mean, variance = (jnp.clip(value, limits.min, limits.max) for value in (mean, variance))
        mean, variance = mean.astype(x.dtype), variance.astype(x.dtype)
    return mean, variance


@operation
def batch_normalization(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis: int,
    offset: Tensor | None = None,
    scale: Tensor | None = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``

    Args:
        x: tensor of any shape.
        mean: ``(channels,)``
        variance: ``(channels,)``
        axis: where the channels are in ``x``.
        offset: ``(channels,)``, or ``None`` for zeros.
        scale: ``(channels,)``, or ``None`` for ones.
        epsilon: keeps the root away from 0.

    Example:
        >>> from jaxkeras import ops
        >>> ops.batch_normalization([[3.0]], [1.0], [4.0], axis=-1, epsilon=0.0)
        Array([[1.]], dtype=float32)
    """
    mean, variance = (_moments.along(value, x, [axis]) for value in (mean, variance))
    factor, shift = _moments.standardizing(mean, variance, epsilon)
    return _moments.transform(x, factor, shift, scale, offset, [axis])


@operation
def layer_normalization(
    x: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    axis: _Axes = -1,
    epsilon: float | None = None,
) -> Tensor:
    """Every example with mean 0 and variance 1 along some axes, scaled and shifted.

    Args:
        x: tensor of any shape.
        gamma: factors, of the sizes of these axes.
        beta: what is added, likewise.
        axis: the axis, or the axes.
        epsilon: keeps the root away from 0; by default `jaxkeras.config.epsilon`.

    Example:
        >>> from jaxkeras import ops
        >>> ops.layer_normalization([[1.0, 3.0]]).round(3)
        Array([[-1.,  1.]], dtype=float32)
    """
    numbers, axes = _moments.wide(x), _axes(axis, x)
    mean, variance = _moments.moments(numbers, axes)
    factor, shift = _moments.standardizing(mean, variance, _epsilon(epsilon))
    return _moments.transform(numbers, factor, shift, gamma, beta, axes).astype(x.dtype)


@operation
def rms_normalization(
    x: Tensor, scale: Tensor | None = None, axis: _Axes = -1, epsilon: float | None = None
) -> Tensor:
    """``x / sqrt(mean(x**2) + epsilon) * scale``

    Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467.

    Args:
        x: tensor of any shape.
        scale: factors that broadcast with ``x``, or ``None`` for ones.
        axis: the axis, or the axes, to average over.
        epsilon: keeps the root away from 0; by default `jaxkeras.config.epsilon`.

    Example:
        >>> from jaxkeras import ops
        >>> ops.rms_normalization([[3.0, 3.0]]).round(3)
        Array([[1., 1.]], dtype=float32)
    """
    numbers = jnp.atleast_1d(_moments.wide(x))
    outputs = _moments.rms_normalize(numbers, axis, _epsilon(epsilon))
    return (outputs if scale is None else outputs * scale).astype(x.dtype)


@operation
def normalize(x: Tensor, axis: _Axes = -1, order: int = 2, epsilon: float | None = None) -> Tensor:
    """Vectors scaled to length 1.

    Args:
        x: tensor of any shape.
        axis: the axis, or the axes, along which a vector lies.
        order: the norm: 2 is the Euclidean length, 1 the sum of absolute values.
        epsilon: least length that is divided by; by default `jaxkeras.config.epsilon`.

    Raises:
        ValueError: ``order`` is no whole number above 0.

    Example:
        >>> from jaxkeras import ops
        >>> ops.normalize([3.0, 4.0])
        Array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"normalize takes a whole number above 0 as order. Received: {order!r}")
    x = jnp.atleast_1d(x)
    if order == 2:
        return _moments.l2_normalize(x, axis, least=_epsilon(epsilon))
    length = jnp.linalg.norm(x, order, axis, keepdims=True)
    return x / jnp.maximum(length, _epsilon(epsilon))


def _epsilon(value: float | None) -> float:
    return default_epsilon() if value is None else value


def _axes(axis: _Axes | None, x: Tensor) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    axes = axis if isinstance(axis, Sequence) else (axis,)
    return tuple(sorted(own % x.ndim for own in axes))
