"""Operations that change the size of images."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from jaxkeras.ops.core import saturate_cast
from jaxkeras.ops.image.layout import channels_last, largest_window
from jaxkeras.ops.operation import Tensor, operation

__all__ = ["crop_images", "pad_images", "resize", "scale_and_translate"]


@operation
def resize(
    images: Tensor,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images of another size.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        size: new height and width.
        interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"lanczos3"`` or
            ``"lanczos5"``.
        antialias: whether to average over more pixels where the images become smaller.
        crop_to_aspect_ratio: whether to cut off borders first, so that nothing is distorted.
        pad_to_aspect_ratio: whether to add borders first, so that nothing is distorted.
        fill_mode: ``"constant"``: added borders have one value.
        fill_value: that value.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Raises:
        ValueError: the arguments contradict each other, or the images have no such axes.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.resize(ops.ones((2, 8, 8, 3)), (4, 6)).shape
        (2, 4, 6, 3)
    """
    if images.ndim not in (3, 4) or len(size) != 2 or fill_mode != "constant":
        raise ValueError(
            "resize takes images of three or four axes, a size (height, width) and "
            f"fill_mode='constant'. Received: {images.shape}, {size=}, {fill_mode=}"
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("resize takes crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")

    def change(images: Tensor) -> Tensor:
        height, width = images.shape[-3:-1]
        if crop_to_aspect_ratio:
            top, left, rows, columns = largest_window((height, width), size)
            images = images[..., top : top + rows, left : left + columns, :]
        elif pad_to_aspect_ratio:
            rows = max(int(width * size[0] / size[1]) - height, 0) // 2
            columns = max(int(height * size[1] / size[0]) - width, 0) // 2
            images = _padded(images, [(rows, rows), (columns, columns), (0, 0)], fill_value)
        shape = (*images.shape[:-3], *size, images.shape[-1])
        return jax.image.resize(images, shape, method=interpolation, antialias=antialias)

    resized = channels_last(change, images, data_format)
    if resized.dtype == images.dtype:
        return resized
    is_integer = jnp.issubdtype(images.dtype, jnp.integer)
    return saturate_cast(jnp.round(resized) if is_integer else resized, images.dtype)


@operation
def pad_images(
    images: Tensor,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images with borders of zeros.

    Of top, bottom and height two are given, and of left, right and width.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        top_padding: rows above.
        left_padding: columns on the left.
        bottom_padding: rows below.
        right_padding: columns on the right.
        target_height: height of the result.
        target_width: width of the result.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Raises:
        ValueError: not two of three are given, or a border would be negative.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.ones((2, 3, 3, 1))
        >>> padding = dict(top_padding=1, left_padding=0, target_height=5, target_width=6)
        >>> ops.image.pad_images(x, **padding).shape
        (2, 5, 6, 1)
    """

    def change(images: Tensor) -> Tensor:
        height, width = images.shape[-3:-1]
        rows = _borders("pad_images", top_padding, bottom_padding, target_height, height, 1)
        columns = _borders("pad_images", left_padding, right_padding, target_width, width, 1)
        return _padded(images, [rows, columns, (0, 0)], 0)

    return channels_last(change, images, data_format)


@operation
def crop_images(
    images: Tensor,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images without their borders.

    Of top, bottom and height two are given, and of left, right and width.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        top_cropping: rows to cut off above.
        left_cropping: columns to cut off on the left.
        bottom_cropping: rows to cut off below.
        right_cropping: columns to cut off on the right.
        target_height: height of the result.
        target_width: width of the result.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Raises:
        ValueError: not two of three are given, or a border would be negative.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.ones((2, 5, 6, 1))
        >>> cropping = dict(top_cropping=1, left_cropping=0, target_height=3, target_width=3)
        >>> ops.image.crop_images(x, **cropping).shape
        (2, 3, 3, 1)
    """

    def change(images: Tensor) -> Tensor:
        height, width = images.shape[-3:-1]
        top, bottom = _borders(
            "crop_images", top_cropping, bottom_cropping, target_height, height, -1
        )
        left, right = _borders(
            "crop_images", left_cropping, right_cropping, target_width, width, -1
        )
        return images[..., top : height - bottom, left : width - right, :]

    return channels_last(change, images, data_format)


@operation
def scale_and_translate(
    images: Tensor,
    output_shape: Sequence[int],
    scale: Tensor,
    translation: Tensor,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Tensor:
    """Images of another size and place.

    Args:
        images: tensor of any shape.
        output_shape: the shape of the result, with as many axes.
        scale: factor of the size on each of ``spatial_dims``.
        translation: by how many pixels of the result each is moved.
        spatial_dims: the axes that change.
        method: ``"linear"``, ``"cubic"``, ``"lanczos3"`` or ``"lanczos5"``.
        antialias: whether to average over more pixels where the images become smaller.

    Example:
        >>> from jaxkeras import ops
        >>> x = [[1.0], [2.0]]
        >>> ops.image.scale_and_translate(x, (4, 1), [1.0], [1.0], [0], "linear").ravel()
        Array([0., 1., 2., 0.], dtype=float32)
    """
    return jax.image.scale_and_translate(
        images, output_shape, spatial_dims, scale, translation, method, antialias
    )


def _padded(images: Tensor, borders: Sequence[tuple[int, int]], value: float) -> Tensor:
    borders = [(0, 0)] * (images.ndim - 3) + list(borders)
    return jnp.pad(images, borders, constant_values=value)


def _borders(
    name: str, before: int | None, after: int | None, target: int | None, size: int, sign: int
) -> tuple[int, int]:
    """How much is added (sign 1) or cut off (sign -1) on both sides of an axis."""
    if [before, after, target].count(None) != 1:
        raise ValueError(f"{name} takes two of: border before, border after, size of the result.")
    total = sign * (target - size) if target is not None else before + after  # pyright: ignore
    before = total - after if before is None else before  # pyright: ignore
    after = total - before
    if min(before, after) < 0 or size + sign * (before + after) < 1:
        raise ValueError(f"{name}: {size} pixels cannot have borders of {before} and {after}.")
    return before, after
