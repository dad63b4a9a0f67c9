"""Random flips, perspectives and elastic distortions of images."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.preprocessing.image_base import Shape, per_image
from jaxkeras.layers.preprocessing.image_geometry import RandomGeometricLayer, Size
from jaxkeras.ops.image import perspective_transform
from jaxkeras.ops.image._sampling import displacements, homography, pixels, sampled
from jaxkeras.utils import bounding_boxes

__all__ = ["RandomElasticTransform", "RandomFlip", "RandomPerspective"]

_FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomGeometricLayer):
    """Mirror every other image, on average.

    Args:
        mode: ``"horizontal"`` exchanges left and right, ``"vertical"`` top and bottom,
            ``"horizontal_and_vertical"`` both at once.
        seed: makes the choice independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomFlip("horizontal", seed=1)
        >>> images = np.tile(np.array([[[1.0], [2.0]]]), (100, 1, 1, 1))
        >>> sorted(set(layer(images)[:, 0, 0, 0].tolist()))
        [1.0, 2.0]
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = self._one_of("mode", mode, _FLIPS)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        return {"flips": jax.random.bernoulli(key, 0.5, shape[:1])}

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        axes = [axis for axis, word in ((1, "vertical"), (2, "horizontal")) if word in self.mode]
        return jnp.where(per_image(parameters["flips"]), jnp.flip(images, axes), images)

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        height, width = size
        left, top, right, bottom = jnp.moveaxis(boxes, -1, 0)
        if "horizontal" in self.mode:
            left, right = width - right, width - left
        if "vertical" in self.mode:
            top, bottom = height - bottom, height - top
        flipped = jnp.stack([left, top, right, bottom], axis=-1)
        return jnp.where(parameters["flips"][:, None, None], flipped, boxes)


class RandomPerspective(RandomGeometricLayer):
    """Show images from another side, each from its own.

    Three corners move, at random; that at the top left stays, as in Keras.

    Args:
        factor: the probability that an image changes: a number, for ``(0, factor)``, or a pair of
            bounds it is drawn from.
        scale: how far corners move at most, from 0 to 1: at 1 by half the image's size.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        fill_value: what comes in from outside.
        seed: makes the movements independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomPerspective((1.0, 1.0), scale=0.5, seed=1)
        >>> layer(np.ones((2, 8, 8, 1))).shape
        (2, 8, 8, 1)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, low=0)
        self.scale = self._factor("scale", scale, low=0)[1]
        self.interpolation = self._interpolation(interpolation)
        self.fill_value = fill_value

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_moves = jax.random.split(key)
        batch, height, width, _ = shape
        x, y = width - 1, height - 1
        starts = jnp.asarray([[0, 0], [x, 0], [0, y], [x, y]], float)
        reach = self.scale / 2
        moves = jax.random.uniform(for_moves, (batch, 4, 2), float, -reach, reach)
        return {
            "apply_perspective": self._chosen(for_choice, batch, self.factor),
            "start_points": jnp.broadcast_to(starts, moves.shape),
            "end_points": starts * (1 + moves),
        }

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        points = parameters["start_points"], parameters["end_points"]
        moved = perspective_transform(
            images, *points, interpolation, self.fill_value, "channels_last"
        )
        return jnp.where(per_image(parameters["apply_perspective"]), moved, images)

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        matrix = homography(parameters["start_points"], parameters["end_points"])
        moved = bounding_boxes.perspective_transform(boxes, matrix)
        return jnp.where(parameters["apply_perspective"][:, None, None], moved, boxes)


class RandomElasticTransform(RandomGeometricLayer):
    """Distort images as if they were printed on rubber, each in its own way.

    Args:
        factor: the probability that an image changes: a number, for ``(0, factor)``, or a pair of
            bounds it is drawn from.
        scale: how strong the distortion is, from 0 to 1: a number, for ``(0, scale)``, or a pair of
            bounds it is drawn from, once a batch.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        fill_mode: what comes in from outside, see `RandomRotation`.
        fill_value: the constant.
        value_range: the least and the greatest value of a pixel.
        seed: makes the distortions independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`, without bounding boxes

    Output shape:
        same as the input

    Source:
        Simard et al., "Best practices for convolutional neural networks", ICDAR 2003.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomElasticTransform(seed=1)
        >>> layer(np.ones((2, 16, 16, 1))).shape
        (2, 16, 16, 1)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, low=0)
        self.scale = self._factor("scale", scale, low=0)
        self.interpolation = self._interpolation(interpolation)
        self.fill_mode = self._fill_mode(fill_mode)
        self.fill_value = fill_value
        self.value_range = self._value_range(value_range)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_scale, for_noise = jax.random.split(key, 3)
        batch, height, width, _ = shape
        scale = jax.random.uniform(for_scale, (), float, *self.scale)
        longest, shortest = max(height, width), min(height, width)
        window = int(6 * 0.05 * self.scale[1] * shortest) | 1
        noise = jax.random.normal(for_noise, (batch, height, width, 2))
        sigma = jnp.maximum(0.05 * scale * shortest, 1e-6)
        return {
            "apply_transform": self._chosen(for_choice, batch, self.factor),
            "displacements": displacements(noise, 0.1 * scale * longest, sigma, window),
        }

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        places = pixels(images) + parameters["displacements"]
        moved = sampled(images, places, interpolation, self.fill_mode, self.fill_value)
        return jnp.where(per_image(parameters["apply_transform"]), moved, images)

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        return jnp.clip(super().transform_images(images, parameters), *self.value_range)
