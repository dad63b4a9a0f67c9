"""Random numbers of the usual distributions, as functions of a seed."""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import floatx
from jaxkeras.random.drawing import drawn
from jaxkeras.random.keys import to_key

__all__ = [
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "keep_mask",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

_Shape = Sequence[int]


def normal(
    shape: _Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Numbers of a normal distribution.

    Args:
        shape: shape of the result.
        mean: its mean.
        stddev: its standard deviation.
        dtype: the type; by default `jaxkeras.config.floatx`.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> bool(random.normal((3,), seed=1).std() > 0)
        True
    """
    draw = functools.partial(jax.random.normal, dtype=dtype or floatx())
    return drawn(draw, to_key(seed), shape) * stddev + mean


def truncated_normal(
    shape: _Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Numbers of a normal distribution, none more than two standard deviations from the mean.

    Args: those of `normal`.

    Example:
        >>> from jaxkeras import random
        >>> bool(abs(random.truncated_normal((100,), seed=1)).max() <= 2)
        True
    """
    dtype = dtype or floatx()
    draw = functools.partial(jax.random.truncated_normal, lower=-2.0, upper=2.0, dtype=dtype)
    return drawn(draw, to_key(seed), shape) * stddev + mean


def uniform(
    shape: _Shape, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Numbers that are equally likely anywhere from ``minval`` to below ``maxval``.

    Args:
        shape: shape of the result.
        minval: lower bound.
        maxval: upper bound.
        dtype: a float type; by default `jaxkeras.config.floatx`.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> random.uniform((2, 3), seed=1).shape
        (2, 3)
    """
    bounds = {"minval": minval, "maxval": maxval}
    draw = functools.partial(jax.random.uniform, dtype=dtype or floatx(), **bounds)
    if any(map(np.ndim, bounds.values())):
        return draw(to_key(seed), shape=shape)
    return drawn(draw, to_key(seed), shape)


def randint(
    shape: _Shape, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None
) -> jax.Array:
    """Whole numbers from ``minval`` to below ``maxval``.

    Args:
        shape: shape of the result.
        minval: lower bound.
        maxval: upper bound, which does not occur.
        dtype: an integer type.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> set(random.randint((50,), 0, 2, seed=1).tolist())
        {0, 1}
    """
    return jax.random.randint(to_key(seed), shape, minval, maxval, dtype)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> jax.Array:
    """Class numbers, drawn with given probabilities.

    Args:
        logits: ``(batch, classes)``, logarithms of the probabilities up to a constant.
        num_samples: how many for every row.
        dtype: an integer type.
        seed: see `to_key`.

    Returns:
        ``(batch, num_samples)``

    Raises:
        ValueError: ``logits`` has not two axes.

    Example:
        >>> from jaxkeras import random
        >>> random.categorical([[0.0, 100.0]], 3, seed=1)
        Array([[1, 1, 1]], dtype=int32)
    """
    logits = jnp.asarray(logits)
    if logits.ndim != 2:
        raise ValueError(
            f"categorical takes logits of shape (batch, classes). Received: {logits.shape}"
        )
    shape = (logits.shape[0], num_samples)
    sample = jax.random.categorical(to_key(seed), logits[..., None], axis=1, shape=shape)
    return sample.astype(dtype)


def dropout(
    inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: Any = None
) -> jax.Array:
    """The inputs with a random part set to zero and the rest scaled up.

    Args:
        inputs: floats, of any shape.
        rate: fraction that is dropped, from 0 to 1.
        noise_shape: shape of the mask, broadcast against the inputs; ``None`` on an axis takes the
            size of the inputs.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> sorted(set(random.dropout([1.0] * 50, 0.5, seed=1).tolist()))
        [0.0, 2.0]
    """
    inputs = jnp.asarray(inputs)
    if rate == 0:
        return inputs
    sizes = zip(noise_shape or (None,) * inputs.ndim, inputs.shape, strict=True)
    shape = [whole if size is None else size for size, whole in sizes]
    scaled = inputs * (1 / max(1 - rate, 1e-30))
    return jnp.where(keep_mask(shape, rate, seed), scaled, 0).astype(inputs.dtype)


def keep_mask(shape: Sequence[int], rate: float, seed: Any = None) -> jax.Array:
    """Booleans of which a fraction, chosen at random, is False.

    Args:
        shape: shape of the result.
        rate: the fraction, from 0 to 1.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> 450 < int(random.keep_mask((1000,), 0.5, seed=1).sum()) < 550
        True
    """
    return jax.random.bernoulli(to_key(seed), 1.0 - rate, shape)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> jax.Array:
    """The elements along an axis in random order, another for every row.

    Args:
        x: tensor of any shape.
        axis: the axis.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> sorted(random.shuffle([1, 2, 3], seed=1).tolist())
        [1, 2, 3]
    """
    return jax.random.permutation(to_key(seed), jnp.asarray(x), axis, independent=True)


def gamma(shape: _Shape, alpha: Any, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Numbers of a gamma distribution.

    Args:
        shape: shape of the result.
        alpha: its shape parameter, which broadcasts; the scale is 1.
        dtype: a float type; by default `jaxkeras.config.floatx`.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> bool(random.gamma((3,), 2.0, seed=1).min() > 0)
        True
    """
    return jax.random.gamma(to_key(seed), jnp.asarray(alpha), shape, dtype or floatx())


def beta(shape: _Shape, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Numbers of a beta distribution, between 0 and 1.

    Args:
        shape: shape of the result.
        alpha: its first parameter, which broadcasts.
        beta: its second.
        dtype: a float type; by default `jaxkeras.config.floatx`.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> bool(random.beta((3,), 2.0, 2.0, seed=1).max() < 1)
        True
    """
    alpha, beta = jnp.asarray(alpha), jnp.asarray(beta)
    return jax.random.beta(to_key(seed), alpha, beta, shape, dtype or floatx())


def binomial(
    shape: _Shape, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """How many of a number of trials succeed.

    Args:
        shape: shape of the result.
        counts: number of trials, which broadcasts.
        probabilities: probability that one succeeds.
        dtype: a float type; by default `jaxkeras.config.floatx`.
        seed: see `to_key`.

    Example:
        >>> from jaxkeras import random
        >>> random.binomial((2,), 3, 1.0, seed=1)
        Array([3., 3.], dtype=float32)
    """
    counts, probabilities = jnp.asarray(counts), jnp.asarray(probabilities)
    return jax.random.binomial(to_key(seed), counts, probabilities, shape, dtype or floatx())
