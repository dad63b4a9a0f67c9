"""The base of layers that move the pixels of images, and of those that do so at random."""

from typing import Any

import jax

from jaxkeras.layers.preprocessing.image_base import ImageLayer, RandomImageLayer
from jaxkeras.utils.bounding_boxes import clip_to_image_size, convert_format

__all__ = ["GeometricLayer", "RandomGeometricLayer", "Size"]

Size = tuple[int, ...]  # height and width


class GeometricLayer(ImageLayer):
    """Base of layers that move pixels: masks and bounding boxes move with the images.

    A subclass defines, in place of the methods of `ImageLayer`,

    - ``move(images, parameters, interpolation)``: the batch ``(batch, height, width, channels)``
      moved; masks come with the interpolation ``"nearest"``;
    - ``move_boxes(boxes, parameters, size)``: corners ``(batch, boxes, 4)`` as left, top, right and
      bottom border in pixels, of images that had that height and width; what it returns is cut off
      at the borders and brought to the caller's format.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing.image_geometry import GeometricLayer
        >>> class Left(GeometricLayer):
        ...     def move(self, images, parameters, interpolation):
        ...         return images[:, :, 1:]
        ...     def move_boxes(self, boxes, parameters, size):
        ...         return boxes - np.array([1, 0, 1, 0])
        >>> Left()(np.zeros((8, 8, 3))).shape
        (8, 7, 3)
    """

    interpolation: str = "bilinear"

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        """The images moved; see the class."""
        raise TypeError(
            f"{self.label} needs a method `move(self, images, parameters, interpolation)`."
        )

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        """The boxes moved with the images; see the class."""
        raise ValueError(
            f"{self.label} has no rule for bounding boxes. Leave them out of its input."
        )

    def output_size(self, size: Size) -> Size:
        """Height and width of the images that come out; by default those that come in."""
        return size

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        return self.move(images, parameters, self.interpolation)

    def transform_segmentation_masks(self, masks: jax.Array, parameters: Any) -> jax.Array:
        return self.move(masks, parameters, "nearest").astype(masks.dtype)

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: Size
    ) -> dict[str, jax.Array]:
        source = self.bounding_box_format
        if source is None:
            raise ValueError(
                f"{self.label} got bounding boxes and does not know how they are meant. Make it "
                'with their format, such as bounding_box_format="xyxy".'
            )
        height, width = size
        corners = convert_format(bounding_boxes["boxes"], source, "xyxy", height, width)
        moved = self.move_boxes(corners, parameters, size).astype(corners.dtype)
        height, width = self.output_size(size)
        clipped = clip_to_image_size({**bounding_boxes, "boxes": moved}, height, width)
        return convert_format(clipped, "xyxy", source, height, width)

    def _interpolation(self, value: Any) -> str:
        return self._one_of("interpolation", value, ("bilinear", "nearest"))

    def _fill_mode(self, value: Any) -> str:
        modes = ("reflect", "wrap", "constant", "nearest", "mirror")
        return self._one_of("fill_mode", value, modes)


class RandomGeometricLayer(GeometricLayer, RandomImageLayer):
    """Base of layers that move pixels at random; see `GeometricLayer` and `RandomImageLayer`."""
