"""Random rotation, translation, zoom and shear of images."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.preprocessing.image_base import Shape
from jaxkeras.layers.preprocessing.image_geometry import RandomGeometricLayer, Size
from jaxkeras.ops.image import affine_transform
from jaxkeras.utils.bounding_boxes import perspective_transform

__all__ = ["RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom"]


class _RandomAffineLayer(RandomGeometricLayer):
    """Base of layers that map places linearly.

    A subclass defines ``matrix(parameters, size)``, ``(batch, 2, 3)``: it leads from a place ``(x,
    y, 1)`` in the result to the place ``(x, y)`` in the image, both counted in pixels.
    """

    def __init__(
        self,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fill_mode = self._fill_mode(fill_mode)
        self.interpolation = self._interpolation(interpolation)
        self.fill_value = fill_value

    def matrix(self, parameters: Any, size: Size) -> jax.Array:
        """Where the pixels of the result come from; see the class."""
        raise TypeError(f"{self.label} needs a method `matrix(self, parameters, size)`.")

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        matrix = self.matrix(parameters, images.shape[1:3])
        transform = jnp.pad(matrix.reshape(-1, 6), ((0, 0), (0, 2)))
        return affine_transform(
            images, transform, interpolation, self.fill_mode, self.fill_value, "channels_last"
        )

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        matrix = self.matrix(parameters, size)
        last_row = jnp.broadcast_to(jnp.asarray([0.0, 0.0, 1.0]), (len(matrix), 1, 3))
        return perspective_transform(boxes, jnp.linalg.inv(jnp.concatenate([matrix, last_row], 1)))


def _rows(*factors: Any) -> jax.Array:
    """``(batch, 2, 3)`` of six factors, numbers or ``(batch,)``, row by row."""
    return jnp.stack(jnp.broadcast_arrays(*factors), axis=-1).reshape(-1, 2, 3)


class RandomRotation(_RandomAffineLayer):
    """Turn images around their middle, each by another angle.

    Args:
        factor: bounds of the angle in full turns, counter-clockwise: ``(lowest, highest)``, or one
            number for ``(-factor, factor)``.
        fill_mode: what comes in from outside: ``"reflect"``, ``"wrap"``, ``"constant"``,
            ``"nearest"`` or ``"mirror"``, as in `jaxkeras.ops.image.affine_transform`.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        seed: makes the angles independent of the global seed.
        fill_value: the constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> quarter = jaxkeras.layers.RandomRotation((0.25, 0.25), interpolation="nearest")
        >>> quarter(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]))[..., 0]
        Array([[2., 4.],
               [1., 3.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.factor = self._factor("factor", factor)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        lowest, highest = self.factor
        return {"angle": 360 * jax.random.uniform(key, shape[:1], float, lowest, highest)}

    def matrix(self, parameters: Any, size: Size) -> jax.Array:
        angle = jnp.deg2rad(parameters["angle"])
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        y, x = (size[0] - 1) / 2, (size[1] - 1) / 2
        return _rows(
            cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y
        )


class RandomTranslation(_RandomAffineLayer):
    """Move images up or down and to the side, each by another distance.

    Args:
        height_factor: bounds of the movement down as a fraction of the height: ``(lowest,
            highest)``, or one number for ``(-factor, factor)``.
        width_factor: bounds of the movement to the right as a fraction of the width, likewise.
        fill_mode: what comes in from outside, see `RandomRotation`.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        seed: makes the distances independent of the global seed.
        fill_value: the constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> right = jaxkeras.layers.RandomTranslation(0.0, (0.5, 0.5), fill_mode="constant")
        >>> right(np.array([[[1.0], [2.0]]])).ravel()
        Array([0., 1.], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.height_factor = self._factor("height_factor", height_factor)
        self.width_factor = self._factor("width_factor", width_factor)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_height, for_width = jax.random.split(key)
        batch, height, width, _ = shape
        x = width * jax.random.uniform(for_width, (batch,), float, *self.width_factor)
        y = height * jax.random.uniform(for_height, (batch,), float, *self.height_factor)
        return {"translations": jnp.stack([x, y], axis=-1)}

    def matrix(self, parameters: Any, size: Size) -> jax.Array:
        x, y = parameters["translations"].T
        return _rows(1.0, 0.0, -x, 0.0, 1.0, -y)


class RandomZoom(_RandomAffineLayer):
    """Zoom into images or out of them, by another factor for each.

    Args:
        height_factor: bounds of the growth of the part of the height that is seen: ``(lowest,
            highest)``, or one number for ``(-factor, factor)``. So negative numbers zoom in: -0.2
            shows 80 percent of the height.
        width_factor: likewise for the width; ``None`` keeps the proportions.
        fill_mode: what comes in from outside, see `RandomRotation`.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        seed: makes the factors independent of the global seed.
        fill_value: the constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> half = jaxkeras.layers.RandomZoom((-0.5, -0.5))
        >>> half(np.array([[[0.0], [1.0], [2.0]]])).ravel()
        Array([0.5, 1. , 1.5], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Any = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.height_factor = self._factor("height_factor", height_factor)
        self.width_factor = (
            None if width_factor is None else self._factor("width_factor", width_factor)
        )

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_height, for_width = jax.random.split(key)
        height = 1 + jax.random.uniform(for_height, shape[:1], float, *self.height_factor)
        if self.width_factor is None:
            return {"height_zoom": height, "width_zoom": height}
        width = 1 + jax.random.uniform(for_width, shape[:1], float, *self.width_factor)
        return {"height_zoom": height, "width_zoom": width}

    def matrix(self, parameters: Any, size: Size) -> jax.Array:
        height, width = parameters["height_zoom"], parameters["width_zoom"]
        y, x = (size[0] - 1) / 2 * (1 - height), (size[1] - 1) / 2 * (1 - width)
        return _rows(width, 0.0, x, 0.0, height, y)


class RandomShear(_RandomAffineLayer):
    """Shear images along their width and height, each by another amount.

    Args:
        x_factor: bounds of the shear along the width, in pixels for every row further down:
            ``(lowest, highest)``, of which either sign is taken; or one number for ``(-factor,
            factor)``.
        y_factor: likewise along the height.
        interpolation: ``"bilinear"`` or ``"nearest"``; masks always take the nearest pixel.
        fill_mode: what comes in from outside, see `RandomRotation`.
        fill_value: the constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the amounts independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomShear((1.0, 1.0), fill_mode="constant")
        >>> image = np.array([[[9.0], [1.0], [9.0]], [[9.0], [1.0], [9.0]]])
        >>> layer(image)[0, :, 0], float(layer(image)[1, 1, 0])
        (Array([9., 1., 9.], dtype=float32), 9.0)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.x_factor = self._factor("x_factor", x_factor)
        self.y_factor = self._factor("y_factor", y_factor)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_x, for_y, for_sign = jax.random.split(key, 3)
        x = jax.random.uniform(for_x, shape[:1], float, *self.x_factor)
        y = jax.random.uniform(for_y, shape[:1], float, *self.y_factor)
        sign = jax.random.rademacher(for_sign, (*shape[:1], 1), float)
        return {"shear_factor": sign * jnp.stack([x, y], axis=-1)}

    def matrix(self, parameters: Any, size: Size) -> jax.Array:
        x, y = parameters["shear_factor"].T
        return _rows(1.0, x, 0.0, y, 1.0, 0.0)
