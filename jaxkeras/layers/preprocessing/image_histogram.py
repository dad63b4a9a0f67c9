"""Contrast that is fitted to how often the values of pixels occur."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing._value_ranges import rescaled
from jaxkeras.layers.preprocessing.image_base import ImageLayer

__all__ = ["AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization"]

_BYTE = (0.0, 255.0)


class AutoContrast(ImageLayer):
    """Stretch the values of each channel of each image to the whole range, in inference too.

    Args:
        value_range: the least and the greatest value of a pixel.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input; a channel of one value stays as it is

    Raises:
        ValueError: the range of values is none.

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.AutoContrast()(np.array([[[100.0], [101.0], [102.0]]])).ravel()
        Array([  0. , 127.5, 255. ], dtype=float32)
    """

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = self._value_range(value_range)

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        low = jnp.min(images, axis=(1, 2), keepdims=True)
        high = jnp.max(images, axis=(1, 2), keepdims=True)
        part = (images - low) / jnp.where(high > low, high - low, 1)
        stretched = jnp.clip(rescaled(part, (0.0, 1.0), self.value_range), *self.value_range)
        return jnp.where(high > low, stretched, images)


class Equalization(ImageLayer):
    """Let every brightness occur about equally often in each channel of a batch.

    As in Keras, the images of a batch share one histogram, and inference leaves them as they are.

    Args:
        value_range: the least and the greatest value of a pixel.
        bins: how many degrees of brightness are told apart.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input; a channel of one brightness stays as it is

    Raises:
        TypeError: ``bins`` is no number.
        ValueError: the range of values is none, or ``bins`` not a positive whole number.

    Example:
        >>> import numpy as np, jaxkeras
        >>> image = np.array([[[10.0], [11.0], [12.0], [13.0]]])
        >>> jaxkeras.layers.Equalization()(image).ravel()
        Array([  0.,  85., 170., 255.], dtype=float32)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = self._value_range(value_range)
        self.bins = whole_number(f"{self.label}: bins", bins)

    def _transform(self, data: dict[str, Any], training: bool) -> dict[str, Any]:
        return super()._transform(data, training) if training else data

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        values = rescaled(images.astype("float32"), self.value_range, _BYTE)
        return rescaled(equalized(values, self.bins), _BYTE, self.value_range)


@functools.partial(jax.jit, static_argnames="bins")
def equalized(images: jax.Array, bins: int) -> jax.Array:
    """Images whose brightness is spread evenly, in each channel.

    Args:
        images: ``(batch, height, width, channels)``, floats from 0 to 255.
        bins: how many degrees of brightness are told apart.

    Returns:
        the same shape

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing.image_histogram import equalized
        >>> equalized(jnp.array([7.0, 7.0, 8.0]).reshape(1, 1, 3, 1), 256).ravel()
        Array([  0.,   0., 255.], dtype=float32)
    """
    channels = images.shape[-1]
    bin_of = jnp.clip((images / 255 * (bins - 1)).astype("int32"), 0, bins - 1)
    channel = jnp.arange(channels)
    counts = jnp.zeros((channels, bins)).at[channel, bin_of].add(1)
    below = jnp.cumsum(counts, axis=1)  # (channels, bins)
    total = below[:, -1:]
    least = jnp.min(below, axis=1, keepdims=True, where=below > 0, initial=jnp.inf)
    is_flat = total == least
    table = jnp.round((below - least) * 255 / jnp.where(is_flat, 1, total - least))
    return jnp.where(is_flat[:, 0], images, jnp.clip(table, *_BYTE)[channel, bin_of])


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Equalize the brightness in each part of an image by itself, in inference too.

    Args:
        value_range: the least and the greatest value of a pixel.
        clip_limit: how many times more often than the mean a value may count, which keeps noise
            from becoming contrast; 0 for no limit.
        tile_grid_size: number of parts along height and along width.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        TypeError: a size is no number.
        ValueError: the range of values or the sizes are none.

    Source:
        Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV (1994).

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.ContrastLimitedAdaptiveHistogramEqualization(clip_limit=0)
        >>> image = np.random.default_rng(0).uniform(100, 110, (64, 64, 1))
        >>> bool(image.std() < 5), bool(layer(image).std() > 50)
        (True, True)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = self._value_range(value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = self._sizes("tile_grid_size", tile_grid_size)

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        values = rescaled(images.astype("float32"), self.value_range, _BYTE)
        changed = adaptively_equalized(values, self.tile_grid_size, self.clip_limit)
        return rescaled(changed, _BYTE, self.value_range)


@functools.partial(jax.jit, static_argnames=("grid", "clip_limit"))
def adaptively_equalized(
    images: jax.Array, grid: tuple[int, ...], clip_limit: float = 0.0
) -> jax.Array:
    """Images whose brightness is spread evenly in each of their tiles.

    Each pixel goes through the tables of the four tiles around it, blended by distance.

    Args:
        images: ``(batch, height, width, channels)``, floats from 0 to 255.
        grid: number of tiles along height and width.
        clip_limit: by how much a count may exceed the mean one; what does is given to all values
            alike. 0 for no limit.

    Returns:
        the same shape

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing.image_histogram import adaptively_equalized
        >>> adaptively_equalized(jnp.array([7.0, 8.0]).reshape(1, 1, 2, 1), (1, 1)).ravel()
        Array([127.5, 255. ], dtype=float32)
    """
    batch, height, width, channels = images.shape
    tile = [(size + many - 1) // many for size, many in zip((height, width), grid, strict=True)]
    padding = [
        (0, side * many - size)
        for side, many, size in zip(tile, grid, images.shape[1:3], strict=True)
    ]
    padded = jnp.pad(images, [(0, 0), *padding, (0, 0)], mode="symmetric")
    level = jnp.clip(padded, *_BYTE).astype("int32")
    sample, row, column, channel = jnp.ogrid[tuple(slice(size) for size in level.shape)]

    tables = jnp.zeros((batch, *grid, channels, 256))
    tables = tables.at[sample, row // tile[0], column // tile[1], channel, level].add(1)
    pixels = tile[0] * tile[1]
    if clip_limit > 0:
        clipped = jnp.minimum(tables, clip_limit * pixels / 256)
        tables = clipped + jnp.mean(tables - clipped, axis=-1, keepdims=True)
    cumulative = jnp.cumsum(tables, axis=-1)
    least = jnp.min(cumulative, axis=-1, keepdims=True)
    rest = pixels - least
    tables = jnp.clip((cumulative - least) * 255 / jnp.where(rest == 0, 1, rest), *_BYTE)
    tables = jnp.pad(tables, [(0, 0), (1, 1), (1, 1), (0, 0), (0, 0)], mode="edge")

    def neighbours(place: jax.Array, side: Any) -> list[tuple[jax.Array, jax.Array]]:
        """The tiles before and after a pixel along an axis, each with its weight."""
        position = (place - side / 2) / side + 1
        before = jnp.floor(position)
        weight = position - before
        return [(before.astype("int32"), 1 - weight), (before.astype("int32") + 1, weight)]

    blended = sum(
        tables[sample, y, x, channel, level] * weight_x * weight_y
        for y, weight_y in neighbours(row, tile[0])
        for x, weight_x in neighbours(column, tile[1])
    )
    return jnp.asarray(blended)[:, :height, :width]
