"""Initializers that draw: normal, truncated normal, uniform, orthogonal.

With the same integer seed they draw the bits that Keras draws on JAX.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import standardize_dtype
from jaxkeras.initializers._base import Initializer, _catalog, standardize_shape
from jaxkeras.random import next_key
from jaxkeras.random.drawing import drawn

__all__ = [
    "Orthogonal",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "normal",
    "truncated_normal",
    "uniform",
]


def normal(key, shape, dtype, mean, stddev) -> jax.Array:
    return drawn(functools.partial(jax.random.normal, dtype=dtype), key, shape) * stddev + mean


def truncated_normal(key, shape, dtype, mean, stddev) -> jax.Array:
    draw = functools.partial(jax.random.truncated_normal, lower=-2.0, upper=2.0, dtype=dtype)
    return drawn(draw, key, shape) * stddev + mean


def uniform(key, shape, dtype, minval, maxval) -> jax.Array:
    draw = functools.partial(jax.random.uniform, dtype=dtype, minval=minval, maxval=maxval)
    return drawn(draw, key, shape)


def _seed_key(seed: int) -> jax.Array:
    words = jnp.array([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF], "uint32")
    return jax.random.wrap_key_data(words, impl="threefry2x32")


class RandomInitializer(Initializer):
    """An initializer that draws its values from a key.

    The key is the one that the call gives, or else the one of ``seed``, the same at every call, or
    else a fresh one from `next_key`.
    """

    def __init__(self, seed: int | None = None):
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
            raise ValueError(
                f"{type(self).__name__} expected seed to be an integer or None. "
                f"Received: seed={seed!r}"
            )
        self.seed = seed

    def __call__(self, shape, dtype=None, key=None):
        shape = standardize_shape(type(self).__name__, shape)
        if key is None:
            key = next_key() if self.seed is None else _seed_key(int(self.seed))
        return self._draw(key, shape, standardize_dtype(dtype))

    def _draw(self, key: jax.Array, shape: tuple[int, ...], dtype: str) -> jax.Array:
        raise NotImplementedError


@_catalog.register("normal")
class RandomNormal(RandomInitializer):
    """Normally distributed values.

    Args:
        mean: mean of the distribution.
        stddev: standard deviation of the distribution.
        seed: integer that makes every call give the same values.

    Example:
        >>> from jaxkeras import initializers
        >>> initializers.RandomNormal(stddev=0.01)((784, 10)).shape
        (784, 10)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def _draw(self, key, shape, dtype):
        return normal(key, shape, dtype, self.mean, self.stddev)


@_catalog.register()
class TruncatedNormal(RandomInitializer):
    """Normally distributed values, none further than two ``stddev`` from the mean.

    Args:
        mean: mean of the distribution.
        stddev: standard deviation of the distribution before it is cut off.
        seed: integer that makes every call give the same values.

    Example:
        >>> from jaxkeras import initializers
        >>> bool(abs(initializers.TruncatedNormal(stddev=0.5)((100,))).max() <= 1.0)
        True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def _draw(self, key, shape, dtype):
        return truncated_normal(key, shape, dtype, self.mean, self.stddev)


@_catalog.register("uniform")
class RandomUniform(RandomInitializer):
    """Values spread evenly over an interval.

    Args:
        minval: the smallest value.
        maxval: the upper bound, not reached itself.
        seed: integer that makes every call give the same values.

    Example:
        >>> from jaxkeras import initializers
        >>> values = initializers.RandomUniform(1.0, 2.0)((100,))
        >>> bool(values.min() >= 1.0), bool(values.max() < 2.0)
        (True, True)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def _draw(self, key, shape, dtype):
        return uniform(key, shape, dtype, self.minval, self.maxval)


@_catalog.register("OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns, or rows where these are fewer, times a factor.

    A weight of more axes is filled as the matrix ``(product of the others, last axis)``.
    Saxe et al., 2013, https://arxiv.org/abs/1312.6120.

    Args:
        gain: the factor.
        seed: integer that makes every call give the same values.

    Raises:
        ValueError: the weight has fewer than two axes.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import initializers
        >>> matrix = initializers.Orthogonal()((5, 3))
        >>> bool(jnp.allclose(matrix.T @ matrix, jnp.eye(3), atol=1e-5))
        True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        super().__init__(seed)
        self.gain = gain

    def _draw(self, key, shape, dtype):
        if len(shape) < 2:
            raise ValueError(
                f"Orthogonal expected a shape of at least two axes. Received: shape={shape} of "
                f"rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        work_dtype = jnp.promote_types(dtype, "float32")  # no decomposition runs in 16 bits
        tall = (max(rows, columns), min(rows, columns))
        q, r = jnp.linalg.qr(normal(key, tall, work_dtype, 0.0, 1.0))
        q = q * jnp.where(jnp.diagonal(r) < 0, -1, 1)  # makes q uniform over such matrices
        q = q.T if rows < columns else q
        return (self.gain * q.reshape(shape)).astype(dtype)
