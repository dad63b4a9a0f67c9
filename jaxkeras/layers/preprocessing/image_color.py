"""Random changes of colors."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import epsilon
from jaxkeras.layers.preprocessing._value_ranges import RandomFactorLayer, rescaled
from jaxkeras.layers.preprocessing.image_base import RandomImageLayer, Shape, per_image
from jaxkeras.layers.preprocessing.image_tone import RandomBrightness, RandomContrast
from jaxkeras.ops.image import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv

__all__ = [
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomGrayscale",
    "RandomHue",
    "RandomSaturation",
]

_UNIT = (0.0, 1.0)


class _RandomColorLayer(RandomImageLayer):
    """Base of layers that know red, green and blue apart."""

    def _transform_all(self, data: dict[str, Any], parameters: Any) -> dict[str, Any]:
        if data["images"].shape[-1] != 3:
            raise ValueError(
                f"{self.label} changes colors and needs 3 channels: red, green and blue. Received "
                f"images with {data['images'].shape[-1]}, data_format={self.data_format!r}."
            )
        return super()._transform_all(data, parameters)

    def _grey(self, images: jax.Array) -> jax.Array:
        return rgb_to_grayscale(images, data_format="channels_last")


class RandomHue(_RandomColorLayer, RandomFactorLayer):
    """Turn the colors of images around the color wheel, each by another angle.

    Args:
        factor: bounds of the angle, of which either sign is taken: a pair from 0 to 1, which is
            half a turn; or one number for ``(0, factor)``.
        value_range: the least and the greatest value of a pixel; the result stays within.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the angles independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these, or the images have no three
            channels.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomHue((1.0, 1.0))
        >>> layer(np.array([[[255.0, 0.0, 0.0]]])).ravel().round()
        Array([  0., 255., 255.], dtype=float32)
    """

    _bounds = (0.0, 1.0)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_sign, for_size = jax.random.split(key)
        sign = jax.random.rademacher(for_sign, shape[:1], float)
        return {"factor": sign / 2 * self._drawn(for_size, shape)}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        colors = rgb_to_hsv(rescaled(images, self.value_range, _UNIT), "channels_last")
        turn = per_image(parameters["factor"]).astype(images.dtype)
        colors = hsv_to_rgb(colors.at[..., :1].add(turn), "channels_last")
        return rescaled(jnp.clip(colors, *_UNIT), _UNIT, self.value_range)


class RandomSaturation(_RandomColorLayer, RandomFactorLayer):
    """Make the colors of images paler or stronger, in each by another factor.

    Args:
        factor: bounds from -1 to 1 of a number ``f``: the saturation is multiplied by ``f / (1 -
            f)``, so 0.5 changes nothing, 1 makes colors as strong as can be, and 0 or less makes
            images grey. A pair, or one number for ``(-factor, factor)``.
        value_range: the least and the greatest value of a pixel.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the factors independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these, or the images have no three
            channels.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomSaturation((1.0, 1.0))
        >>> layer(np.array([[[200.0, 150.0, 100.0]]])).ravel().round()
        Array([200., 100.,   0.], dtype=float32)
    """

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        part = self._drawn(key, shape)
        return {"factor": part / (1 - part + epsilon())}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        factor = per_image(parameters["factor"]).astype(images.dtype)
        colors = rgb_to_hsv(images, "channels_last")
        stronger = jnp.clip(colors[..., 1:2] * factor, *_UNIT)
        return hsv_to_rgb(colors.at[..., 1:2].set(stronger), "channels_last")


class RandomColorDegeneration(_RandomColorLayer, RandomFactorLayer):
    """Blend images with their grey versions, each to another degree.

    Args:
        factor: bounds of the degree: 0 leaves the image, 1 is all grey, below 0 the colors become
            stronger; a pair from -1 to 1, or one number for ``(-factor, factor)``.
        value_range: the least and the greatest value of a pixel; the result stays within.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the degrees independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these, or the images have no three
            channels.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomColorDegeneration((1.0, 1.0))
        >>> layer(np.array([[[200.0, 100.0, 0.0]]])).ravel().round()
        Array([118., 118., 118.], dtype=float32)
    """

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        degree = per_image(parameters["factor"]).astype(images.dtype)
        return jnp.clip(images + degree * (self._grey(images) - images), *self.value_range)


class RandomGrayscale(_RandomColorLayer):
    """Take the colors out of some of the images.

    Args:
        factor: the probability of it, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the choice independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, 3)`` or ``(height, width, 3)``, or with the channels first; or a
        dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor is no such number, or the images have no three channels.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomGrayscale(factor=1.0)
        >>> layer(np.array([[[200.0, 100.0, 0.0]]])).ravel().round()
        Array([118., 118., 118.], dtype=float32)
    """

    def __init__(
        self, factor: float = 0.5, data_format: str | None = None, seed: Any = None, **kwargs: Any
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if not isinstance(factor, (int, float)) or not 0 <= factor <= 1:
            raise ValueError(
                f"{self.label} needs a factor from 0 to 1. Received: factor={factor!r}"
            )
        self.factor = float(factor)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        return {"should_apply": jax.random.bernoulli(key, self.factor, shape[:1])}

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        return jnp.where(per_image(parameters["should_apply"]), self._grey(images), images)


class RandomColorJitter(RandomImageLayer):
    """Change brightness, contrast, saturation and hue at random, in this order.

    Args:
        value_range: the least and the greatest value of a pixel.
        brightness_factor: see `RandomBrightness`; ``None`` leaves the brightness.
        contrast_factor: see `RandomContrast`; ``None`` leaves the contrast.
        saturation_factor: see `RandomSaturation`; ``None`` leaves the saturation.
        hue_factor: see `RandomHue`; ``None`` leaves the hue.
        seed: makes the changes independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
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
        >>> layer = jaxkeras.layers.RandomColorJitter((0, 1), brightness_factor=(0.5, 0.5))
        >>> layer(np.array([[[0.25, 0.0, 0.75]]])).ravel()
        Array([0.75, 0.5 , 1.  ], dtype=float32)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = self._value_range(value_range)
        changes = (
            (RandomBrightness, brightness_factor),
            (RandomContrast, contrast_factor),
            (RandomSaturation, saturation_factor),
            (RandomHue, hue_factor),
        )
        self.steps = [
            change(factor, self.value_range, seed=seed)
            for change, factor in changes
            if factor is not None
        ]

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        keys = jax.random.split(key, len(self.steps) or 1)
        return [step.draw(key, shape) for step, key in zip(self.steps, keys, strict=False)]

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        data: dict[str, Any] = {"images": images}
        for step, drawn in zip(self.steps, parameters, strict=True):
            data = step._transform_all(data, drawn)
        return data["images"]
