"""Pooling: the greatest value or the mean of every window of a sequence, image or volume."""

from collections.abc import Sequence
from typing import Any, ClassVar

import jax

from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.ops._windows import pool

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]

_Sizes = int | Sequence[int]


class _Pooling(SpatialLayer):
    """Pooling of any rank and kind; `MaxPooling2D` documents it."""

    _kind: ClassVar[str]

    def __init__(
        self,
        pool_size: _Sizes = 2,
        strides: _Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.pool_size = self._sizes("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else self._sizes("strides", strides)
        self.padding = self._one_of("padding", padding, ("valid", "same"))
        self.data_format = self._layout(data_format)

    def call(self, inputs: jax.Array) -> jax.Array:
        if self.padding == "valid":
            self._check_window("pool_size", self.pool_size, inputs)
        return pool(
            inputs.astype(self.compute_dtype),
            self._kind,
            self.pool_size,
            self.strides,
            self.padding,
            self.data_format,
        )


class MaxPooling1D(_Pooling):
    """The greatest value of every window of a sequence.

    Args: those of `MaxPooling2D`; a size is one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        like the input, with a new time

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.array([[[1.0], [3.0], [2.0], [0.0]]])
        >>> jaxkeras.layers.MaxPooling1D()(x).ravel()
        Array([3., 2.], dtype=float32)
    """

    rank = 1
    _kind = "max"


class MaxPooling2D(_Pooling):
    """The greatest value of every window of an image, channel by channel.

    Args:
        pool_size: height and width of the window, or one number for both.
        strides: steps of the window, or one number for both; by default the size of the window.
        padding: ``"valid"`` keeps the window inside the image, so that a rest may be cut off;
            ``"same"`` lets it stand out.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with new height and width: ``(size - window) // stride + 1`` if ``"valid"``,
        ``size / stride`` rounded up if ``"same"``

    Raises:
        ValueError: an argument is out of range, or the window exceeds the image.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.zeros((1, 27, 27, 8))
        >>> jaxkeras.layers.MaxPooling2D()(x).shape
        (1, 13, 13, 8)
        >>> jaxkeras.layers.MaxPooling2D(3, strides=2, padding="same")(x).shape
        (1, 14, 14, 8)
    """

    rank = 2
    _kind = "max"


class MaxPooling3D(_Pooling):
    """The greatest value of every window of a volume.

    Args: those of `MaxPooling2D`; a size is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        like the input, with new depth, height and width

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.MaxPooling3D((1, 2, 2))(jnp.zeros((1, 4, 8, 8, 3))).shape
        (1, 4, 4, 4, 3)
    """

    rank = 3
    _kind = "max"


class AveragePooling1D(_Pooling):
    """The mean of every window of a sequence.

    Args: those of `AveragePooling2D`; a size is one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        like the input, with a new time

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.array([[[1.0], [3.0], [2.0]]])
        >>> jaxkeras.layers.AveragePooling1D(2, padding="same")(x).ravel()
        Array([2., 2.], dtype=float32)
    """

    rank = 1
    _kind = "average"


class AveragePooling2D(_Pooling):
    """The mean of every window of an image, channel by channel.

    Args:
        pool_size: height and width of the window, or one number for both.
        strides: steps of the window, or one number for both; by default the size of the window.
        padding: ``"valid"`` keeps the window inside the image, so that a rest may be cut off;
            ``"same"`` lets it stand out, and what stands out does not count in the mean.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with new height and width, see `MaxPooling2D`

    Raises:
        ValueError: an argument is out of range, or the window exceeds the image.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.arange(4.0).reshape(1, 2, 2, 1)
        >>> jaxkeras.layers.AveragePooling2D()(x).ravel()
        Array([1.5], dtype=float32)
    """

    rank = 2
    _kind = "average"


class AveragePooling3D(_Pooling):
    """The mean of every window of a volume.

    Args: those of `AveragePooling2D`; a size is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        like the input, with new depth, height and width

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.AveragePooling3D(2)(jnp.zeros((1, 4, 8, 8, 3))).shape
        (1, 2, 4, 4, 3)
    """

    rank = 3
    _kind = "average"


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
