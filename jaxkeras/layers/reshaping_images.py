"""Padding, cropping and enlarging of sequences, images and volumes."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.ops._windows import around

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]

_Sizes = int | Sequence[int]
_Borders = _Sizes | Sequence[Sequence[int]]
_Widths = tuple[tuple[int, ...], ...]  # before and after, for every axis

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


class _BorderLayer(SpatialLayer):
    """A layer that changes the borders of its input."""

    def _borders(self, name: str, value: _Borders) -> _Widths:
        """How much before and after every axis: one number, one an axis, or a pair an axis."""
        if isinstance(value, (tuple, list)):
            pairs = [value] if self.rank == 1 else value
        else:
            pairs = [value] * self.rank
        if len(pairs) != self.rank:
            raise ValueError(
                f"{self.label}: {name} takes one whole number, {self.rank} of them, or "
                f"{self.rank} pairs (before, after). Received: {name}={value!r}"
            )
        return tuple(self._sizes(name, pair, count=2, least=0) for pair in pairs)


class _ZeroPadding(_BorderLayer):
    """Padding of any rank; `ZeroPadding2D` documents it."""

    def __init__(self, padding: _Borders = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = self._borders("padding", padding)
        self.data_format = self._layout(data_format)

    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.pad(inputs, around(self.padding, (0, 0), self.data_format))


class ZeroPadding1D(_ZeroPadding):
    """Put zeros before and after a sequence.

    Args:
        padding: number of zeros on either side, or a pair ``(before, after)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        like the input, with a longer time

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ZeroPadding1D((2, 1))(jnp.ones((1, 2, 1))).ravel()
        Array([0., 0., 1., 1., 0.], dtype=float32)
    """

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Put a border of zeros around images.

    Args:
        padding: width of the border: one number; a pair ``(height, width)``; or a pair of pairs
            ``((top, bottom), (left, right))``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with greater height and width

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ZeroPadding2D(((1, 0), (2, 3)))(jnp.ones((1, 4, 4, 3))).shape
        (1, 5, 9, 3)
    """

    rank = 2


class ZeroPadding3D(_ZeroPadding):
    """Put a border of zeros around volumes.

    Args: those of `ZeroPadding2D`; ``padding`` is one number, three, or three pairs.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        like the input, with greater depth, height and width

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ZeroPadding3D((0, 1, 2))(jnp.ones((1, 4, 4, 4, 3))).shape
        (1, 4, 6, 8, 3)
    """

    rank = 3


class _Cropping(_BorderLayer):
    """Cropping of any rank; `Cropping2D` documents it."""

    cropping: _Widths

    def call(self, inputs: jax.Array) -> jax.Array:
        for axis, (before, after) in zip(self.spatial_axes, self.cropping, strict=True):
            size = inputs.shape[axis]
            if isinstance(size, int) and before + after >= size:
                raise ValueError(
                    f"{self.label} cannot cut {before} and {after} off axis {axis} of an input of "
                    f"shape {inputs.shape}: nothing would be left. Make cropping smaller."
                )
        kept = [slice(before, -after or None) for before, after in self.cropping]
        return inputs[around(kept, slice(None), self.data_format)]


class Cropping1D(_Cropping):
    """Cut steps off both ends of a sequence.

    Args:
        cropping: number of steps at either end, or a pair ``(before, after)``.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``

    Output shape:
        ``(batch, new_time, channels)``

    Raises:
        ValueError: nothing would be left.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Cropping1D((1, 2))(jnp.arange(5.0).reshape(1, 5, 1)).ravel()
        Array([1., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, cropping: _Sizes = 1, **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = self._borders("cropping", cropping)


class Cropping2D(_Cropping):
    """Cut the borders off images.

    Args:
        cropping: what is cut off: one number; a pair ``(height, width)``; or a pair of pairs
            ``((top, bottom), (left, right))``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with smaller height and width

    Raises:
        ValueError: nothing would be left.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Cropping2D(((1, 0), (2, 3)))(jnp.ones((1, 8, 8, 3))).shape
        (1, 7, 3, 3)
    """

    rank = 2

    def __init__(self, cropping: _Borders = 0, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = self._borders("cropping", cropping)
        self.data_format = self._layout(data_format)


class Cropping3D(_Cropping):
    """Cut the borders off volumes.

    Args: those of `Cropping2D`; ``cropping`` is one number, by default 1, three, or three pairs.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        like the input, with smaller depth, height and width

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Cropping3D((0, 1, 2))(jnp.ones((1, 8, 8, 8, 3))).shape
        (1, 8, 6, 4, 3)
    """

    rank = 3

    def __init__(self, cropping: _Borders = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = self._borders("cropping", cropping)
        self.data_format = self._layout(data_format)


class _UpSampling(SpatialLayer):
    """Enlarging of any rank; `UpSampling2D` documents it."""

    size: tuple[int, ...]
    interpolation: str = "nearest"

    def call(self, inputs: jax.Array) -> jax.Array:
        if self.interpolation == "nearest":
            for axis, factor in zip(self.spatial_axes, self.size, strict=True):
                inputs = jnp.repeat(inputs, factor, axis)
            return inputs
        factors = around(self.size, 1, self.data_format)
        shape = [dim * factor for dim, factor in zip(inputs.shape, factors, strict=True)]
        return jax.image.resize(inputs, shape, self.interpolation, antialias=False)


class UpSampling1D(_UpSampling):
    """Repeat every step of a sequence.

    Args:
        size: how often.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``

    Output shape:
        ``(batch, time * size, channels)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.UpSampling1D(2)(jnp.array([[[1.0], [2.0]]])).ravel()
        Array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = self._sizes("size", size)


class UpSampling2D(_UpSampling):
    """Enlarge images by whole factors.

    Args:
        size: factors of height and width, or one number for both.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        interpolation: ``"nearest"`` repeats pixels; ``"bilinear"``, ``"bicubic"``, ``"lanczos3"``
            and ``"lanczos5"`` pass smoothly from one to the next.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with height and width multiplied by ``size``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.UpSampling2D((2, 3), interpolation="bilinear")
        >>> layer(jnp.ones((1, 4, 4, 3))).shape
        (1, 8, 12, 3)
    """

    rank = 2

    def __init__(
        self,
        size: _Sizes = 2,
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.size = self._sizes("size", size)
        self.data_format = self._layout(data_format)
        self.interpolation = self._one_of("interpolation", interpolation, _INTERPOLATIONS)


class UpSampling3D(_UpSampling):
    """Repeat every element of volumes along three axes.

    Args:
        size: factors of depth, height and width, or one number for all.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        like the input, with depth, height and width multiplied by ``size``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.UpSampling3D((1, 2, 3))(jnp.ones((1, 4, 4, 4, 3))).shape
        (1, 4, 8, 12, 3)
    """

    rank = 3

    def __init__(self, size: _Sizes = 2, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = self._sizes("size", size)
        self.data_format = self._layout(data_format)
