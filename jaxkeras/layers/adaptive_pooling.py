"""Adaptive pooling: as many windows as are asked for, whatever the size of the input."""

from collections.abc import Sequence
from typing import Any, ClassVar

import jax

from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.ops._windows import adaptive_pool

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]

_Sizes = int | Sequence[int]


class _AdaptivePooling(SpatialLayer):
    """Adaptive pooling of any rank and kind; `AdaptiveAveragePooling2D` documents it."""

    _kind: ClassVar[str]

    def __init__(self, output_size: _Sizes, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.output_size = self._sizes("output_size", output_size)
        self.data_format = self._layout(data_format)

    def call(self, inputs: jax.Array) -> jax.Array:
        inputs = inputs.astype(self.compute_dtype)
        return adaptive_pool(inputs, self._kind, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """The means of a given number of windows of a sequence.

    Args: those of `AdaptiveAveragePooling2D`; ``output_size`` is one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, output_size, channels)``, or ``(batch, channels, output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.arange(5.0).reshape(1, 5, 1)
        >>> jaxkeras.layers.AdaptiveAveragePooling1D(2)(x).ravel()
        Array([1., 3.], dtype=float32)
    """

    rank = 1
    _kind = "average"


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """The means of a given number of windows, whatever the size of the image.

    Window ``i`` of ``n`` reaches from ``floor(i * size / n)`` to ``ceil((i + 1) * size / n)``.

    Args:
        output_size: number of windows over height and width, or one number for both.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, *output_size, channels)``, or ``(batch, channels, *output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.AdaptiveAveragePooling2D((3, 4))
        >>> layer(jnp.zeros((1, 17, 23, 8))).shape
        (1, 3, 4, 8)
    """

    rank = 2
    _kind = "average"


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """The means of a given number of windows of a volume.

    Args: those of `AdaptiveAveragePooling2D`; ``output_size`` is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, *output_size, channels)``, or ``(batch, channels, *output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.AdaptiveAveragePooling3D(2)(jnp.zeros((1, 5, 6, 7, 3))).shape
        (1, 2, 2, 2, 3)
    """

    rank = 3
    _kind = "average"


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """The greatest values of a given number of windows of a sequence.

    Args: those of `AdaptiveAveragePooling2D`; ``output_size`` is one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, output_size, channels)``, or ``(batch, channels, output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> x = jnp.arange(5.0).reshape(1, 5, 1)
        >>> jaxkeras.layers.AdaptiveMaxPooling1D(2)(x).ravel()
        Array([2., 4.], dtype=float32)
    """

    rank = 1
    _kind = "max"


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """The greatest values of a given number of windows, whatever the size of the image.

    Args: those of `AdaptiveAveragePooling2D`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, *output_size, channels)``, or ``(batch, channels, *output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.AdaptiveMaxPooling2D(3)(jnp.zeros((1, 17, 23, 8))).shape
        (1, 3, 3, 8)
    """

    rank = 2
    _kind = "max"


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """The greatest values of a given number of windows of a volume.

    Args: those of `AdaptiveAveragePooling2D`; ``output_size`` is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, *output_size, channels)``, or ``(batch, channels, *output_size)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.AdaptiveMaxPooling3D((1, 2, 3))(jnp.zeros((1, 5, 6, 7, 3))).shape
        (1, 1, 2, 3, 3)
    """

    rank = 3
    _kind = "max"
