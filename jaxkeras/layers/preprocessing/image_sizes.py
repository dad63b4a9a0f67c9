"""Resizing and cropping of images."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing.image_base import Shape
from jaxkeras.layers.preprocessing.image_geometry import (
    GeometricLayer,
    RandomGeometricLayer,
    Size,
)
from jaxkeras.ops.image import resize
from jaxkeras.ops.image.layout import largest_window
from jaxkeras.utils.bounding_boxes import crop
from jaxkeras.utils.bounding_boxes.formats import sides

__all__ = ["CenterCrop", "RandomCrop", "Resizing"]

_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class _SizedLayer(GeometricLayer):
    """A layer whose images come out with a given height and width."""

    def __init__(self, height: int, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.height = whole_number(f"{self.label}: height", height)
        self.width = whole_number(f"{self.label}: width", width)

    def output_size(self, size: Size) -> Size:
        """The given height and width."""
        return self.height, self.width

    def _resized(self, images: jax.Array, interpolation: str, **arguments: Any) -> jax.Array:
        size = (self.height, self.width)
        return resize(images, size, interpolation, data_format="channels_last", **arguments)

    def _largest_window(self, images: jax.Array, interpolation: str) -> jax.Array:
        """The largest window of the right proportions, resized."""
        return self._resized(images, interpolation, crop_to_aspect_ratio=True)

    def _covers(self, size: Size) -> bool:
        """Whether images of that size are large enough to cut the window out."""
        return size[0] >= self.height and size[1] >= self.width

    def _boxes_of_largest_window(self, boxes: jax.Array, size: Size) -> jax.Array:
        """The boxes of what `_largest_window` gives."""
        top, left, height, width = largest_window(size, (self.height, self.width))
        cut = crop(boxes, top, left, height, width)
        return cut * sides(self.width / width, self.height / height)


class Resizing(_SizedLayer):
    """Bring images to one size.

    Args:
        height: height of the result.
        width: width of the result.
        interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"lanczos3"`` or
            ``"lanczos5"``; masks always take the nearest pixel.
        crop_to_aspect_ratio: whether to cut off borders first, so that nothing is distorted.
        pad_to_aspect_ratio: whether to add borders first, so that nothing is distorted.
        fill_mode: ``"constant"``: added borders have one value.
        fill_value: that value.
        antialias: whether to average over more pixels where the images become smaller.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        the same with the given height and width; integers stay integers

    Raises:
        ValueError: an argument is none of these, or two contradict each other.

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.Resizing(4, 6)(np.zeros((2, 8, 8, 3))).shape
        (2, 4, 6, 3)
    """

    _keeps_type = True

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(height, width, data_format=data_format, **kwargs)
        self.interpolation = self._one_of("interpolation", interpolation, _INTERPOLATIONS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                f"{self.label} takes crop_to_aspect_ratio or pad_to_aspect_ratio, not both."
            )
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = self._one_of("fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = antialias

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        return self._resized(
            images,
            interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_value=self.fill_value,
        )

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        height, width = size
        scales = (self.width / width, self.height / height)
        if self.crop_to_aspect_ratio:
            scales = (max(scales),) * 2
        elif self.pad_to_aspect_ratio:
            scales = (min(scales),) * 2
        left = int((self.width - width * scales[0]) / 2)
        top = int((self.height - height * scales[1]) / 2)
        return boxes * sides(*scales) + sides(left, top)

    def transform_bounding_boxes(
        self, bounding_boxes: dict[str, jax.Array], parameters: Any, size: Size
    ) -> dict[str, jax.Array]:
        boxes = bounding_boxes["boxes"]
        is_none = (boxes == -1).all(axis=-1, keepdims=True) | (boxes == 0).all(
            axis=-1, keepdims=True
        )
        changed = super().transform_bounding_boxes(bounding_boxes, parameters, size)
        return {**changed, "boxes": jnp.where(is_none, 0.0, changed["boxes"])}


class CenterCrop(_SizedLayer):
    """Cut a window out of the middle of images.

    Images that are smaller than the window are resized instead, after cutting off what does not
    have its proportions.

    Args:
        height: height of the window.
        width: width of the window.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        the same with the window's height and width

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.CenterCrop(1, 2)(np.arange(16).reshape(4, 4, 1)).ravel()
        Array([5., 6.], dtype=float32)
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any):
        super().__init__(height, width, data_format=data_format, **kwargs)

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        if not self._covers(images.shape[1:3]):
            return self._largest_window(images, interpolation)
        top, left = self._corner(images.shape[1:3])
        return images[:, top : top + self.height, left : left + self.width]

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        if not self._covers(size):
            return self._boxes_of_largest_window(boxes, size)
        return crop(boxes, *self._corner(size), self.height, self.width)

    def _corner(self, size: Size) -> tuple[int, int]:
        return (size[0] - self.height) // 2, (size[1] - self.width) // 2


class RandomCrop(_SizedLayer, RandomGeometricLayer):
    """Cut a window out of images, for every sample at another place.

    In inference, and where an image is smaller than the window, it is resized instead, after
    cutting off what does not have the window's proportions. So says Keras's description too; its
    code leaves images as they are in inference, and takes one place for a whole batch.

    Args:
        height: height of the window.
        width: width of the window.
        seed: makes the places independent of the global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        name: the layer's name.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        the same with the window's height and width

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.RandomCrop(2, 2, seed=1)
        >>> layer(np.zeros((3, 8, 8, 1))).shape
        (3, 2, 2, 1)
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: Any = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(height, width, seed=seed, data_format=data_format, name=name, **kwargs)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        batch, height, width, _ = shape
        for_top, for_left = jax.random.split(key)
        return {
            "top": jax.random.randint(for_top, (batch,), 0, height - self.height + 1),
            "left": jax.random.randint(for_left, (batch,), 0, width - self.width + 1),
        }

    def _transform(self, data: dict[str, Any], training: bool) -> dict[str, Any]:
        is_cut = training and self._covers(data["images"].shape[1:3])
        return super()._transform(data, True) if is_cut else self._transform_all(data, None)

    def move(self, images: jax.Array, parameters: Any, interpolation: str) -> jax.Array:
        if parameters is None:
            return self._largest_window(images, interpolation)
        window = (self.height, self.width, images.shape[-1])
        cut = jax.vmap(lambda image, *corner: jax.lax.dynamic_slice(image, (*corner, 0), window))
        return cut(images, parameters["top"], parameters["left"])

    def move_boxes(self, boxes: jax.Array, parameters: Any, size: Size) -> jax.Array:
        if parameters is None:
            return self._boxes_of_largest_window(boxes, size)
        corner = parameters["top"][:, None], parameters["left"][:, None]
        return crop(boxes, *corner, self.height, self.width)
