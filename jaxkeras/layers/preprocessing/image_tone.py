"""Random changes of brightness: each pixel by itself, whatever its color."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.preprocessing._value_ranges import RandomFactorLayer, rescaled
from jaxkeras.layers.preprocessing.image_base import RandomImageLayer, Shape, per_image

__all__ = [
    "RandomBrightness",
    "RandomContrast",
    "RandomInvert",
    "RandomPosterization",
    "Solarization",
]

_BYTE = (0.0, 255.0)


class RandomBrightness(RandomFactorLayer):
    """Make images brighter or darker, each by another amount.

    Args:
        factor: bounds of the amount, as a part of the range of values: ``(darkest, brightest)``
            from -1, all black, to 1, all white; or one number for ``(-factor, factor)``.
        value_range: the least and the greatest value of a pixel; the result stays within.
        seed: makes the amounts independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomBrightness((0.5, 0.5), value_range=(0, 1))
        >>> layer(np.array([[[0.25], [0.75]]])).ravel()
        Array([0.75, 1.  ], dtype=float32)
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any):
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        low, high = self.value_range
        return {"rgb_delta": self._drawn(key, shape) * (high - low)}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        delta = per_image(parameters["rgb_delta"]).astype(images.dtype)
        return jnp.clip(images + delta, *self.value_range)


class RandomContrast(RandomFactorLayer):
    """Stretch the differences to the mean of each channel, in each image by another factor.

    Args:
        factor: a pair ``(lower, upper)`` from 0 to 1, ordered, for factors from ``1 - lower`` to
            ``1 + upper``; or one number, which stands for ``(0, factor)`` as in Keras 3: contrast
            only grows.
        value_range: the least and the greatest value of a pixel; the result stays within.
        seed: makes the factors independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomContrast((0.0, 1.0), seed=1)
        >>> stretched = layer(np.array([[[100.0], [120.0]]])).ravel()
        >>> bool(stretched[1] - stretched[0] > 20), round(float(stretched.mean()))
        (True, 110)
    """

    _bounds = (0.0, 1.0)

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any):
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        lower, upper = self.factor
        return {"contrast_factor": jax.random.uniform(key, shape[:1], float, 1 - lower, 1 + upper)}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        factor = per_image(parameters["contrast_factor"]).astype(images.dtype)
        mean = jnp.mean(images, axis=(1, 2), keepdims=True)
        return jnp.clip((images - mean) * factor + mean, *self.value_range)


class RandomInvert(RandomFactorLayer):
    """Turn some of the images into their negatives.

    Args:
        factor: the probability of it: a number, for ``(0, factor)``, or a pair of bounds it is
            drawn from.
        value_range: the least and the greatest value of a pixel.
        seed: makes the choice independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.RandomInvert((1.0, 1.0))(np.array([[[0.0], [55.0]]])).ravel()
        Array([255., 200.], dtype=float32)
    """

    _bounds = (0.0, 1.0)

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, value_range, data_format, seed, **kwargs)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        return {"apply_inversion": self._chosen(key, shape[0], self.factor)}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        is_inverted = per_image(parameters["apply_inversion"])
        return jnp.where(is_inverted, self.value_range[1] - images, images)


class RandomPosterization(RandomFactorLayer):
    """Keep only the leading bits of each of the 8-bit values of an image.

    Args:
        factor: how many bits: a pair of bounds from 1 to 8, of which the upper one does not occur;
            two equal ones for just that number; or one number for ``(1, factor)``.
        value_range: the least and the greatest value of a pixel.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the numbers of bits independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these.

    Source:
        Cubuk et al., 2018, https://arxiv.org/abs/1805.09501.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomPosterization((2, 2))
        >>> layer(np.array([[[10.0], [100.0], [255.0]]])).ravel()
        Array([  0.,  64., 192.], dtype=float32)
    """

    _bounds = (1.0, 8.0)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        low, high = map(int, self.factor)
        return {"shift_factor": 8 - jax.random.randint(key, shape[:1], low, max(high, low + 1))}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        step = per_image(2 ** parameters["shift_factor"]).astype(images.dtype)
        kept = jnp.floor(rescaled(images, self.value_range, _BYTE) / step) * step
        return rescaled(kept, _BYTE, self.value_range)


class Solarization(RandomImageLayer):
    """Turn bright pixels into their negatives, as on film that got too much light.

    Args:
        addition_factor: bounds of what is added to all pixels first, as a part of the range of
            values from 0 to 1: a pair, or one number for ``(0, addition_factor)``.
        threshold_factor: bounds of the least value, after that, which counts as bright: likewise.
        value_range: the least and the greatest value of a pixel; the result stays within.
        seed: makes the numbers independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: a factor or the range of values is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.Solarization(threshold_factor=(0.5, 0.5))
        >>> layer(np.array([[[100.0], [200.0]]])).ravel()
        Array([100.,  55.], dtype=float32)
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = self._factor("addition_factor", addition_factor, low=0)
        self.threshold_factor = self._factor("threshold_factor", threshold_factor, low=0)
        self.value_range = self._value_range(value_range)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        def up_to_255(key: jax.Array, factor: tuple[float, float]) -> jax.Array:
            return 255 * jax.random.uniform(key, shape[:1], float, *factor)

        for_additions, for_thresholds = jax.random.split(key)
        return {
            "additions": up_to_255(for_additions, self.addition_factor),
            "thresholds": up_to_255(for_thresholds, self.threshold_factor),
        }

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        additions, thresholds = (
            per_image(parameters[name]).astype(images.dtype) for name in ("additions", "thresholds")
        )
        lighter = jnp.clip(rescaled(images, self.value_range, _BYTE) + additions, *_BYTE)
        solarized = jnp.where(lighter < thresholds, lighter, 255 - lighter)
        return rescaled(solarized, _BYTE, self.value_range)
