"""Global pooling: one value for each channel of a whole sequence, image or volume."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers._spatial import SpatialLayer

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
]


class _GlobalPooling(SpatialLayer):
    """Global pooling of any rank; `GlobalMaxPooling2D` documents it."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = self._layout(data_format)
        self.keepdims = keepdims


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.max(inputs, axis=self.spatial_axes, keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.mean(inputs, axis=self.spatial_axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The greatest value over time, channel by channel.

    Args: those of `GlobalMaxPooling2D`.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, channels)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.GlobalMaxPooling1D()(jnp.array([[[1.0, 5.0], [3.0, 4.0]]]))
        Array([[3., 5.]], dtype=float32)
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The greatest value of an image, channel by channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        keepdims: whether the axes that are reduced stay, with size 1.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, channels)``; with ``keepdims`` ``(batch, 1, 1, channels)``, or
        ``(batch, channels, 1, 1)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.GlobalMaxPooling2D()(jnp.zeros((2, 7, 7, 32))).shape
        (2, 32)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The greatest value of a volume, channel by channel.

    Args: those of `GlobalMaxPooling2D`.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, channels)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GlobalMaxPooling3D(keepdims=True)
        >>> layer(jnp.zeros((2, 4, 7, 7, 3))).shape
        (2, 1, 1, 1, 3)
    """

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean over time, channel by channel; masked steps do not count.

    A sequence whose steps are all masked has the mean 0, where Keras 3.15 gives NaN.

    Args: those of `GlobalAveragePooling2D`.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, channels)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer, x = jaxkeras.layers.GlobalAveragePooling1D(), jnp.array([[[1.0], [3.0], [5.0]]])
        >>> layer(x)
        Array([[3.]], dtype=float32)
        >>> layer(x, mask=jnp.array([[True, True, False]]))
        Array([[2.]], dtype=float32)
    """

    rank = 1

    def call(self, inputs: jax.Array, mask: Any = None) -> jax.Array:
        if mask is None:
            return super().call(inputs)
        counts = jnp.expand_dims(jnp.asarray(mask, bool), self.channel_axis)  # (batch, time, 1)
        totals, numbers = (
            jnp.sum(array, axis=self.spatial_axes, keepdims=self.keepdims)
            for array in (jnp.where(counts, inputs, 0), counts.astype(inputs.dtype))
        )
        return totals / jnp.maximum(numbers, 1)


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of an image, channel by channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        keepdims: whether the axes that are reduced stay, with size 1.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, channels)``; with ``keepdims`` ``(batch, 1, 1, channels)``, or
        ``(batch, channels, 1, 1)``

    Source:
        Lin et al., "Network in Network", ICLR 2014.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.GlobalAveragePooling2D()(jnp.zeros((2, 7, 7, 32))).shape
        (2, 32)
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of a volume, channel by channel.

    Args: those of `GlobalAveragePooling2D`.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, channels)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.GlobalAveragePooling3D()(jnp.zeros((2, 4, 7, 7, 3))).shape
        (2, 3)
    """

    rank = 3


GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
