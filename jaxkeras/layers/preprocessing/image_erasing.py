"""Random erasing of parts of images, and the number of their bounding boxes."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing.image_base import ImageLayer, RandomImageLayer, Shape, per_image

__all__ = ["MaxNumBoundingBoxes", "RandomErasing"]


class RandomErasing(RandomImageLayer):
    """Paint over a rectangle of each image. Labels, masks and bounding boxes stay.

    Args:
        factor: the probability that an image changes: a number, for ``(0, factor)``, or a pair of
            bounds it is drawn from.
        scale: the part of the image that is painted over: a number, for ``(0, scale)``, or a pair
            of bounds. Two such parts are drawn; their roots are the rectangle's part of the height
            and of the width.
        fill_value: a number, or one for every channel; by default noise.
        value_range: the least and the greatest value of a pixel.
        seed: makes the rectangles independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Source:
        Zhong et al., 2017, https://arxiv.org/abs/1708.04896.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=9.0)
        >>> int((layer(np.zeros((100, 100, 1))) == 9).sum())
        2500
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: Any = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, low=0)
        self.scale = self._factor("scale", scale, low=0)
        self.value_range = self._value_range(value_range)
        values = fill_value if isinstance(fill_value, (tuple, list)) else [fill_value]
        if fill_value is not None and not all(isinstance(item, (int, float)) for item in values):
            raise ValueError(
                f"{self.label}: fill_value takes a number, one for every channel, or None for "
                f"noise. Received: fill_value={fill_value!r}"
            )
        self.fill_value = fill_value

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_lengths, for_places, for_noise = jax.random.split(key, 4)
        batch, height, width, _ = shape
        size = jnp.asarray([height, width], float)
        ratios = jnp.sqrt(jax.random.uniform(for_lengths, (batch, 2), float, *self.scale))
        starts = jax.random.uniform(for_places, (batch, 2)) * (size - ratios * size)
        fill_value = self.fill_value
        if fill_value is None:
            fill_value = self.value_range[1] * jax.random.normal(for_noise, shape)
        fill_value = jnp.clip(jnp.asarray(fill_value, float), *self.value_range)
        return {
            "apply_erasing": self._chosen(for_choice, batch, self.factor),
            "batch_masks": rectangles(shape, starts, starts + ratios * size),
            "fill_value": jnp.broadcast_to(fill_value, shape),
        }

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        is_erased = parameters["batch_masks"] & per_image(parameters["apply_erasing"])
        return jnp.where(is_erased, parameters["fill_value"], images)


def rectangles(shape: Shape, starts: jax.Array, ends: jax.Array) -> jax.Array:
    """Which pixels lie in a rectangle of each image.

    Args:
        shape: ``(batch, height, width, channels)`` of the images.
        starts: ``(batch, 2)``, where the rectangles begin along height and width.
        ends: ``(batch, 2)``, where they end.

    Returns:
        ``(batch, height, width, 1)``

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing.image_erasing import rectangles
        >>> starts, ends = jnp.array([[0.0, 1.0]]), jnp.array([[1.0, 3.0]])
        >>> rectangles((1, 1, 4, 3), starts, ends).ravel()
        Array([False,  True,  True, False], dtype=bool)
    """
    row = jnp.arange(shape[1])[:, None, None]
    column = jnp.arange(shape[2])[:, None]
    top, left = (per_image(start) for start in starts.T)
    bottom, right = (per_image(end) for end in ends.T)
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)


class MaxNumBoundingBoxes(ImageLayer):
    """Give every image the same number of bounding boxes: cut off what is more, fill up the rest.

    Args:
        max_number: that number.
        fill_value: what the numbers and labels of added boxes are.
        **kwargs: see `ImageLayer`.

    Input shape:
        a dictionary with ``"images"``, ``"bounding_boxes"`` and more, see `ImageLayer`

    Output shape:
        the same; the boxes become ``(batch, max_number, 4)``, their labels ``(batch, max_number)``

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
        >>> boxes = {"boxes": np.ones((1, 1, 4)), "labels": np.array([[7]])}
        >>> outputs = layer({"images": np.zeros((1, 8, 8, 3)), "bounding_boxes": boxes})
        >>> outputs["bounding_boxes"]["labels"]
        Array([[ 7, -1]], dtype=int32)
    """

    _keeps_type = True

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_number = whole_number(f"{self.label}: max_number", max_number)
        self.fill_value = int(fill_value)

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: tuple[int, ...]
    ) -> dict[str, jax.Array]:
        def sized(values: jax.Array) -> jax.Array:
            kept = values[:, : self.max_number]
            missing = (self.max_number - kept.shape[1],) + (0,) * (values.ndim - 2)
            borders = [(0, 0), *((0, many) for many in missing)]
            return jnp.pad(kept, borders, constant_values=self.fill_value)

        return {key: sized(values) for key, values in bounding_boxes.items()}
