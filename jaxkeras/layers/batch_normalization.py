"""Normalization by the statistics of the batch."""

import functools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from jaxkeras import initializers
from jaxkeras.layers._normalizing import Normalization
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.ops._moments import along, moments, moments_in_one_pass, standardizing, wide
from jaxkeras.symbolic import Shape

__all__ = ["BatchNormalization"]


class BatchNormalization(Normalization):
    """Normalize every channel by its mean and variance in the batch.

    Inference uses moving averages of the batches seen in training. So does a layer that is frozen
    with ``trainable = False``, in training too. What a mask leaves out does not count.

    Args:
        axis: the axis of the channels: 1 after a convolution with ``"channels_first"``.
        momentum: how much of a moving average stays at every step.
        epsilon: added to the variance.
        center: whether there is a shift, ``beta``.
        scale: whether there is a factor, ``gamma``.
        beta_initializer: first value of ``beta``, ``(channels,)``.
        gamma_initializer: first value of ``gamma``, ``(channels,)``.
        moving_mean_initializer: first value of the moving mean.
        moving_variance_initializer: first value of the moving variance.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after every update.
        gamma_constraint: applied to ``gamma`` after every update.
        renorm: whether training too is corrected towards moving averages, so that small batches
            do less harm.
        renorm_clipping: limits of that correction: ``{"rmin": ..., "rmax": ..., "dmax": ...}``.
        renorm_momentum: the ``momentum`` of the averages that the correction uses.
        synchronized: no matter here: a batch that lies on several devices is one batch.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., channels)``

    Output shape:
        same as the input

    Source:
        Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167; ``renorm`` is
        Ioffe, 2017, https://arxiv.org/abs/1702.03275.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.BatchNormalization(epsilon=0.0)
        >>> layer(jnp.array([[1.0], [3.0]]), training=True).tolist()
        [[-1.0], [1.0]]
        >>> [(w.name, w.shape) for w in layer.weights]
        [('gamma', (1,)), ('beta', (1,)), ('moving_mean', (1,)), ('moving_variance', (1,))]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        super().__init__(
            axis,
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.require_one_axis()
        self.momentum = momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_momentum = renorm_momentum
        limits = {"rmin": None, "rmax": None, "dmax": None, **(renorm_clipping or {})}
        self._limits = tuple(limits.values())
        if len(limits) > 3 or not _is_ordered(*self._limits):
            raise ValueError(
                f"{self.label} takes renorm_clipping with keys 'rmin', 'rmax', 'dmax', where "
                f"rmin <= rmax and dmax >= 0. Received: renorm_clipping={renorm_clipping!r}"
            )

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        shape = self.sizes(input_shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axes[0]: shape[0]})
        statistic = functools.partial(self.add_weight, shape, trainable=False)
        self.moving_mean = statistic(self.moving_mean_initializer, name="moving_mean")
        self.moving_variance = statistic(self.moving_variance_initializer, name="moving_variance")
        if self.renorm:
            self.moving_stddev = statistic(self._initial_stddev, name="moving_stddev")
            self.renorm_mean = statistic(self.moving_mean_initializer, name="renorm_mean")
            self.renorm_stddev = statistic(self._initial_stddev, name="renorm_stddev")

    def _initial_stddev(self, shape: tuple[int, ...], dtype: str) -> jax.Array:
        initializer: Any = self.moving_variance_initializer
        return jnp.sqrt(initializer(shape, dtype))

    def call(
        self, inputs: jax.Array, training: bool = False, mask: jax.Array | None = None
    ) -> jax.Array:
        x = wide(inputs)
        if not (training and self.trainable):
            statistics = (self.moving_mean, self.moving_variance)
            mean, variance = (along(weight, x, self.axes) for weight in statistics)
            return self.transform(x, *standardizing(mean, variance, self.epsilon))
        channels = self.axes[0] % x.ndim
        others = [axis for axis in range(x.ndim) if axis != channels]
        one_pass = mask is None
        mean, variance = moments_in_one_pass(x, others) if one_pass else moments(x, others, mask)
        factor, shift = standardizing(mean, variance, self.epsilon)
        if self.renorm:
            r, d = self._correction(x, mean, jnp.sqrt(variance + self.epsilon))
            factor, shift = factor * r, shift * r + d
        else:
            _average(self.moving_variance, variance, self.momentum)
        _average(self.moving_mean, mean, self.momentum)
        return self.transform(x, factor, shift)

    def _correction(
        self, x: jax.Array, mean: jax.Array, stddev: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Factor and shift towards the averages so far; then this batch enters them."""
        rmin, rmax, dmax = self._limits
        average = along(self.renorm_mean, x, self.axes)
        deviation = along(self.renorm_stddev, x, self.axes)
        deviation = jnp.maximum(deviation, self.epsilon**0.5)
        r = jnp.clip(stddev / deviation, rmin, rmax)
        d = jnp.clip((mean - average) / deviation, None if dmax is None else -dmax, dmax)
        _average(self.renorm_mean, mean, self.renorm_momentum)
        _average(self.renorm_stddev, stddev, self.renorm_momentum)
        stddev = _average(self.moving_stddev, stddev, self.momentum)
        variance = jnp.maximum(jnp.square(stddev) - self.epsilon, 0)
        self.moving_variance.set_value(variance.astype(self.moving_variance.dtype))
        return jax.lax.stop_gradient(r), jax.lax.stop_gradient(d)


def _is_ordered(rmin: float | None, rmax: float | None, dmax: float | None) -> bool:
    return (rmin is None or rmax is None or rmin <= rmax) and (dmax is None or dmax >= 0)


def _average(weight: nnx.Variable, value: jax.Array, momentum: float) -> jax.Array:
    """Move an average towards a value; returned is where it is then."""
    value = value.reshape(weight.shape)
    moved = momentum * weight[...].astype(value.dtype) + (1.0 - momentum) * value
    weight.set_value(moved.astype(weight.dtype))
    return moved
