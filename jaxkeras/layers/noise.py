"""Layers that disturb their input in training, and one that penalizes it."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import regularizers
from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.regularization import Dropout
from jaxkeras.random import to_stream

__all__ = [
    "ActivityRegularization",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]

# The limit at large negative inputs of the activation selu, which AlphaDropout is made for.
_SELU_LIMIT = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946


class GaussianNoise(Layer):
    """Add random numbers from a normal distribution in training.

    Args:
        stddev: their standard deviation.
        seed: makes the noise independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Raises:
        ValueError: the deviation is negative.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GaussianNoise(0.1, seed=1)
        >>> layer(jnp.ones((1, 2)))
        Array([[1., 1.]], dtype=float32)
        >>> bool(abs(layer(jnp.ones((100, 100)), training=True).std() - 0.1) < 0.01)
        True
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if not stddev >= 0:
            raise ValueError(
                f"{self.label} needs a stddev that is not negative. Received: stddev={stddev!r}"
            )
        self.stddev = stddev
        self.seed = seed
        if stddev > 0:
            self.seed_generator = to_stream(seed, "dropout")

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        if not training or self.stddev == 0:
            return inputs
        noise = jax.random.normal(self.seed_generator(), inputs.shape, self.compute_dtype)
        return inputs + self.stddev * noise


def _below_one(layer: Dropout) -> None:
    """Refuse to drop everything, which leaves no deviation to restore."""
    if layer.rate == 1:
        raise ValueError(f"{layer.label} needs a rate below 1. Received: rate={layer.rate!r}")


class GaussianDropout(Dropout):
    """Multiply by random numbers around 1 in training, as large a disturbance as `Dropout`.

    Args:
        rate: the fraction that `Dropout` would drop, below 1: the numbers have the standard
            deviation ``sqrt(rate / (1 - rate))``.
        seed: makes the noise independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Source:
        Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        JMLR 15 (2014), section 10.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GaussianDropout(0.5, seed=1)
        >>> layer(jnp.ones((1, 2)))
        Array([[1., 1.]], dtype=float32)
        >>> bool(abs(layer(jnp.ones((100, 100)), training=True).std() - 1) < 0.05)
        True
    """

    _unwritten = ("noise_shape",)

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, seed=seed, **kwargs)
        _below_one(self)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        if not training or self.rate == 0:
            return inputs
        stddev = (self.rate / (1.0 - self.rate)) ** 0.5
        noise = jax.random.normal(self.seed_generator(), inputs.shape, self.compute_dtype)
        return inputs * (1 + stddev * noise)


class AlphaDropout(Dropout):
    """A dropout for networks of `selu`: what is dropped goes to its limit, not to 0.

    The rest is scaled and shifted so that mean 0 and variance 1 stay.

    Args:
        rate: fraction that is dropped, below 1.
        noise_shape: shape of the mask, broadcast against the input: 1 on an axis drops it as a
            whole, ``None`` takes the input's size.
        seed: makes the masks independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Source:
        Klambauer et al., 2017, https://arxiv.org/abs/1706.02515.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.AlphaDropout(0.5, seed=1)
        >>> layer(jnp.zeros((1, 2)))
        Array([[0., 0.]], dtype=float32)
        >>> sorted(set(layer(jnp.zeros((1, 100)), training=True)[0].round(2).tolist()))
        [-0.7799999713897705, 0.7799999713897705]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(rate, noise_shape, seed, **kwargs)
        _below_one(self)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        if not training or self.rate == 0:
            return inputs
        keeps = super().call(jnp.ones_like(inputs), training) > 0
        keep_rate = 1 - self.rate
        scale = (keep_rate * (1 + self.rate * _SELU_LIMIT**2)) ** -0.5
        return scale * (jnp.where(keeps, inputs, _SELU_LIMIT) - self.rate * _SELU_LIMIT)


class _SpatialDropout(SpatialLayer, Dropout):
    """Base of dropouts that drop a whole channel of a sample."""

    compute_mask = Layer.compute_mask
    _unwritten = ("noise_shape", "trainable")

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(rate=rate, seed=seed, **kwargs)
        self.data_format = self._layout(data_format)
        spared = self.spatial_axes
        self.noise_shape = tuple(1 if axis in spared else None for axis in range(self.rank + 2))


class SpatialDropout1D(_SpatialDropout):
    """Set whole channels of sequences to zero during training and scale up the rest.

    Args:
        rate: fraction of the channels that is dropped, from 0 to 1.
        seed: makes the masks independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``

    Output shape:
        same as the input

    Source:
        Tompson et al., 2015, https://arxiv.org/abs/1411.4280.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.SpatialDropout1D(0.5, seed=1)
        >>> outputs = layer(jnp.ones((2, 3, 4)), training=True)
        >>> bool((outputs == outputs[:, :1]).all())
        True
    """

    rank = 1
    _unwritten = (*_SpatialDropout._unwritten, "data_format")

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, "channels_last", seed, **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Set whole channels of images to zero during training and scale up the rest.

    Args:
        rate: fraction of the channels that is dropped, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the masks independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or the channels after the batch

    Output shape:
        same as the input

    Source:
        Tompson et al., 2015, https://arxiv.org/abs/1411.4280.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.SpatialDropout2D(0.5, seed=1)
        >>> outputs = layer(jnp.ones((2, 3, 3, 4)), training=True)
        >>> bool((outputs == outputs[:, :1, :1]).all())
        True
    """

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Set whole channels of volumes to zero during training and scale up the rest.

    Args:
        rate: fraction of the channels that is dropped, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the masks independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, depth, height, width, channels)``, or the channels after the batch

    Output shape:
        same as the input

    Source:
        Tompson et al., 2015, https://arxiv.org/abs/1411.4280.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.SpatialDropout3D(0.5, seed=1)
        >>> outputs = layer(jnp.ones((2, 2, 2, 2, 4)), training=True)
        >>> bool((outputs == outputs[:, :1, :1, :1]).all())
        True
    """

    rank = 3


class ActivityRegularization(Layer):
    """Return the input, and add a penalty on it to the loss.

    Args:
        l1: weight of the sum of absolute values.
        l2: weight of the sum of squares.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from jaxkeras.layers.scope import call_scope
        >>> with call_scope(training=True) as call:
        ...     _ = jaxkeras.layers.ActivityRegularization(l2=0.5)(jnp.array([[1.0, 3.0]]))
        >>> call.losses
        [Array(5., dtype=float32)]
    """

    _unwritten = ("activity_regularizer",)

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: jax.Array) -> jax.Array:
        return inputs
