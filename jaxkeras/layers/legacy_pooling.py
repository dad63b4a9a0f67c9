"""Pooling as Theano computed it, which pads other sides of an image than TensorFlow and JAX."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jaxkeras.layers.pooling import AveragePooling2D, MaxPooling2D
from jaxkeras.ops._windows import around

__all__ = ["TheanoAveragePooling2D", "TheanoMaxPooling2D"]


class TheanoMaxPooling2D(MaxPooling2D):
    """The greatest value of every window, the first of which begins before the image.

    Source:
        ``pool2d`` with ``border_mode="same"`` of Keras 1 and 2 on Theano

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy_pooling import TheanoMaxPooling2D
        >>> x = jnp.arange(4.0).reshape(1, 1, 4, 1)
        >>> TheanoMaxPooling2D((1, 2), padding="same")(x).ravel()
        Array([0., 2.], dtype=float32)
    """

    def call(self, inputs: jax.Array) -> jax.Array:
        return _pooled(self, inputs, -jnp.inf, lax.max)


class TheanoAveragePooling2D(AveragePooling2D):
    """The mean of every window, the first of which begins before the image.

    Source:
        ``pool2d`` with ``border_mode="same"`` of Keras 1 and 2 on Theano

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy_pooling import TheanoAveragePooling2D
        >>> x = jnp.arange(4.0).reshape(1, 1, 4, 1)
        >>> TheanoAveragePooling2D((1, 2), padding="same")(x).ravel()
        Array([0. , 1.5], dtype=float32)
    """

    def call(self, inputs: jax.Array) -> jax.Array:
        ones = jnp.ones_like(inputs)
        return _pooled(self, inputs, 0.0, lax.add) / _pooled(self, ones, 0.0, lax.add)


def _pooled(layer: Any, inputs: jax.Array, start: float, reduce: Any) -> jax.Array:
    """Windows begin ``size - 2`` values before the image, or ``size - 1`` if the size is even."""
    before = [max(size - 1 - size % 2, 0) for size in layer.pool_size]
    outputs = lax.reduce_window(
        inputs.astype(layer.compute_dtype),
        start,
        reduce,
        around(layer.pool_size, 1, layer.data_format),
        around(layer.strides, 1, layer.data_format),
        around([(pad, pad) for pad in before], (0, 0), layer.data_format),
    )
    steps = around(layer.strides, 1, layer.data_format)
    kept = (
        slice(-(-size // step) if step > 1 or new != size else None)
        for size, step, new in zip(inputs.shape, steps, outputs.shape, strict=True)
    )
    return outputs[tuple(kept)]
