"""Activations that let large positive values through: the rectifiers and the shrinking functions.

Each takes an array of any shape and gives one of the same shape and float type.
"""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.activations._base import _catalog, as_float

__all__ = [
    "celu",
    "elu",
    "gelu",
    "hard_shrink",
    "hard_silu",
    "leaky_relu",
    "linear",
    "mish",
    "relu",
    "relu6",
    "selu",
    "silu",
    "soft_shrink",
    "softplus",
    "sparse_plus",
    "squareplus",
    "tanh_shrink",
    "threshold",
]


@_catalog.register("identity")
def linear(x: ArrayLike) -> ArrayLike:
    """The input itself.

    Args:
        x: anything.

    Example:
        >>> from jaxkeras import activations
        >>> activations.linear(3.0)
        3.0
    """
    return x


@_catalog.register()
def relu(
    x: ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> jax.Array:
    """Rectified linear unit: ``max(x, 0)``, and its leaky, capped and shifted forms.

    ``x`` above the threshold, ``negative_slope * (x - threshold)`` up to it, at most ``max_value``.

    Args:
        x: array of any shape.
        negative_slope: slope below the threshold.
        max_value: the largest output; ``None`` for no limit.
        threshold: where the unit opens.

    Example:
        >>> from jaxkeras import activations
        >>> activations.relu([-2.0, 1.0, 9.0])
        Array([0., 1., 9.], dtype=float32)
        >>> activations.relu([-2.0, 1.0, 9.0], negative_slope=0.5, max_value=6)
        Array([-1.,  1.,  6.], dtype=float32)
    """
    x = as_float(x)
    if negative_slope and max_value is None and not threshold:
        return jax.nn.leaky_relu(x, negative_slope)
    if max_value == 6 and not threshold:
        above = jax.nn.relu6(x)
    else:
        above = jnp.where(x > threshold, x, 0) if threshold else jax.nn.relu(x)
        above = above if max_value is None else jnp.clip(above, 0, max_value)
    return above - negative_slope * jax.nn.relu(threshold - x) if negative_slope else above


@_catalog.register()
def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> jax.Array:
    """Leaky rectified linear unit: ``x`` for positive ``x``, otherwise ``negative_slope * x``.

    Args:
        x: array of any shape.
        negative_slope: slope for negative ``x``.

    Example:
        >>> from jaxkeras import activations
        >>> activations.leaky_relu([-1.0, 2.0])
        Array([-0.2,  2. ], dtype=float32)
    """
    return jax.nn.leaky_relu(as_float(x), negative_slope)


@_catalog.register()
def relu6(x: ArrayLike) -> jax.Array:
    """Rectified linear unit capped at 6: ``min(max(x, 0), 6)``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.relu6([-1.0, 2.0, 9.0])
        Array([0., 2., 6.], dtype=float32)
    """
    return jax.nn.relu6(as_float(x))


@_catalog.register()
def elu(x: ArrayLike, alpha: float = 1.0) -> jax.Array:
    """Exponential linear unit: ``x`` for positive ``x``, otherwise ``alpha * (exp(x) - 1)``.

    Clevert et al., 2015, https://arxiv.org/abs/1511.07289.

    Args:
        x: array of any shape.
        alpha: minus the limit at large negative ``x``.

    Example:
        >>> from jaxkeras import activations
        >>> activations.elu([-50.0, 2.0])
        Array([-1.,  2.], dtype=float32)
    """
    return jax.nn.elu(as_float(x), alpha)


@_catalog.register()
def celu(x: ArrayLike, alpha: float = 1.0) -> jax.Array:
    """Continuously differentiable `elu`: ``alpha * (exp(x / alpha) - 1)`` for negative ``x``.

    Barron, 2017, https://arxiv.org/abs/1704.07483.

    Args:
        x: array of any shape.
        alpha: minus the limit at large negative ``x``.

    Example:
        >>> from jaxkeras import activations
        >>> activations.celu([-50.0, 2.0], alpha=0.5)
        Array([-0.5,  2. ], dtype=float32)
    """
    return jax.nn.celu(as_float(x), alpha)


@_catalog.register()
def selu(x: ArrayLike) -> jax.Array:
    """Scaled exponential linear unit: ``1.0507 * elu(x, alpha=1.6733)``.

    The two constants keep mean 0 and variance 1 from layer to layer, given weights from
    `LecunNormal`. Klambauer et al., 2017, https://arxiv.org/abs/1706.02515.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.selu([0.0, 1.0])
        Array([0.      , 1.050701], dtype=float32)
    """
    return jax.nn.selu(as_float(x))


@_catalog.register()
def gelu(x: ArrayLike, approximate: bool = False) -> jax.Array:
    """Gaussian error linear unit: ``x`` times the standard normal distribution function of ``x``.

    Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415.

    Args:
        x: array of any shape.
        approximate: use the paper's approximation by `tanh`; `jax.nn.gelu` does by default.

    Example:
        >>> from jaxkeras import activations
        >>> activations.gelu([0.0, 20.0])
        Array([ 0., 20.], dtype=float32)
    """
    return jax.nn.gelu(as_float(x), approximate)


@_catalog.register("swish")
def silu(x: ArrayLike) -> jax.Array:
    """Sigmoid linear unit, also called swish: ``x * sigmoid(x)``.

    Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.silu([0.0, 20.0])
        Array([ 0., 20.], dtype=float32)
    """
    return jax.nn.silu(as_float(x))


@_catalog.register("hard_swish")
def hard_silu(x: ArrayLike) -> jax.Array:
    """Piecewise form of `silu`, also called hard swish: ``x * relu6(x + 3) / 6``.

    Howard et al., 2019, https://arxiv.org/abs/1905.02244.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.hard_silu([-4.0, 1.5, 4.0])
        Array([-0.   ,  1.125,  4.   ], dtype=float32)
    """
    return jax.nn.hard_silu(as_float(x))


@_catalog.register()
def mish(x: ArrayLike) -> jax.Array:
    """Mish: ``x * tanh(softplus(x))``.

    Misra, 2019, https://arxiv.org/abs/1908.08681.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.mish([0.0, 20.0])
        Array([ 0., 20.], dtype=float32)
    """
    return jax.nn.mish(as_float(x))


@_catalog.register()
def softplus(x: ArrayLike) -> jax.Array:
    """Smooth rectifier: ``log(1 + exp(x))``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.softplus([-100.0, 100.0])
        Array([  0., 100.], dtype=float32)
    """
    return jax.nn.softplus(as_float(x))


@_catalog.register()
def squareplus(x: ArrayLike, b: float = 4) -> jax.Array:
    """Algebraic smooth rectifier: ``(x + sqrt(x**2 + b)) / 2``.

    Barron, 2021, https://arxiv.org/abs/2112.11687.

    Args:
        x: array of any shape.
        b: how smooth it is; 0 makes it `relu`.

    Example:
        >>> from jaxkeras import activations
        >>> activations.squareplus([0.0, 1.5])
        Array([1., 2.], dtype=float32)
    """
    return jax.nn.squareplus(as_float(x), b)


@_catalog.register()
def sparse_plus(x: ArrayLike) -> jax.Array:
    """Rectifier with a parabola for a corner: ``(x + 1)**2 / 4`` between -1 and 1.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.sparse_plus([-2.0, 0.0, 2.0])
        Array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return jax.nn.sparse_plus(as_float(x))


@_catalog.register()
def threshold(x: ArrayLike, threshold: float, default_value: float) -> jax.Array:
    """``x`` above the threshold, otherwise a default value.

    Args:
        x: array of any shape.
        threshold: ``x`` must be larger than this to be kept.
        default_value: what stands for every other ``x``.

    Example:
        >>> from jaxkeras import activations
        >>> activations.threshold([0.5, 1.0, 2.0], 1.0, -1.0)
        Array([-1., -1.,  2.], dtype=float32)
    """
    x = as_float(x)
    return jnp.where(x > threshold, x, default_value)


@_catalog.register()
def hard_shrink(x: ArrayLike, threshold: float = 0.5) -> jax.Array:
    """``x`` where ``abs(x)`` is above the threshold, otherwise 0.

    Args:
        x: array of any shape.
        threshold: half the width of the dead zone.

    Example:
        >>> from jaxkeras import activations
        >>> activations.hard_shrink([-2.0, 0.25, 2.0])
        Array([-2.,  0.,  2.], dtype=float32)
    """
    x = as_float(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0)


@_catalog.register()
def soft_shrink(x: ArrayLike, threshold: float = 0.5) -> jax.Array:
    """``x`` moved towards 0 by the threshold, and 0 where ``abs(x)`` is not above it.

    Args:
        x: array of any shape.
        threshold: half the width of the dead zone.

    Example:
        >>> from jaxkeras import activations
        >>> activations.soft_shrink([-2.0, 0.25, 2.0])
        Array([-1.5,  0. ,  1.5], dtype=float32)
    """
    x = as_float(x)
    return jnp.where(jnp.abs(x) > threshold, x - jnp.sign(x) * threshold, 0)


@_catalog.register()
def tanh_shrink(x: ArrayLike) -> jax.Array:
    """``x - tanh(x)``.

    Args:
        x: array of any shape.

    Example:
        >>> from jaxkeras import activations
        >>> activations.tanh_shrink([-20.0, 0.0])
        Array([-19.,   0.], dtype=float32)
    """
    x = as_float(x)
    return x - jnp.tanh(x)
