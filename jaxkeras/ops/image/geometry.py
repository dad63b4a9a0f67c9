"""Operations that change the size of images or move their pixels."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import random
from jaxkeras.config import floatx
from jaxkeras.ops.operation import Tensor, layout, operation
from jaxkeras.ops.core import saturate_cast
from jaxkeras.ops.image.filtering import gaussian_blur

__all__ = [
    "affine_transform", "crop_images", "elastic_transform", "map_coordinates", "pad_images",
    "perspective_transform", "resize", "scale_and_translate",
]  # fmt: skip

_ORDERS = {"nearest": 0, "bilinear": 1}

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
        if crop_to_aspect_ratio or pad_to_aspect_ratio:
            fitting = [int(width * size[0] / size[1]), int(height * size[1] / size[0])]
            if crop_to_aspect_ratio:
                kept = [max(min(*pair), 1) for pair in zip(fitting, (height, width), strict=True)]
                top, left = int((height - kept[0]) / 2), int((width - kept[1]) / 2)
                images = images[..., top : top + kept[0], left : left + kept[1], :]
            else:
                rows, columns = (max(fitting[0] - height, 0) // 2, max(fitting[1] - width, 0) // 2)
                borders = [(rows, rows), (columns, columns), (0, 0)]
                images = _padded(images, borders, fill_value)
        shape = (*images.shape[:-3], *size, images.shape[-1])
        return jax.image.resize(images, shape, method=interpolation, antialias=antialias)

    resized = _channels_last(change, images, data_format)
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

    return _channels_last(change, images, data_format)


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

    return _channels_last(change, images, data_format)


@operation
def affine_transform(
    images: Tensor,
    transform: Tensor,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images turned, sheared, scaled or moved.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        transform: ``(8,)``, or ``(batch, 8)``: with ``(a0, a1, a2, b0, b1, b2, 0, 0)`` the pixel
            ``(x, y)`` of the result is that at ``(a0 x + a1 y + a2, b0 x + b1 y + b2)``.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: what lies outside: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"`` or
            ``"reflect"``.
        fill_value: the constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> shift = [1, 0, 1, 0, 1, 0, 0, 0]
        >>> ops.image.affine_transform([[[1.0], [2.0], [3.0]]], shift).ravel()
        Array([2., 3., 0.], dtype=float32)
    """
    transform = jnp.asarray(transform, floatx())

    def change(images: Tensor) -> Tensor:
        y, x = _pixels(images)
        rows = jnp.broadcast_to(jnp.atleast_2d(transform), (images.shape[0], 8))
        a0, a1, a2, b0, b1, b2 = jnp.moveaxis(rows[:, :6, None, None], 1, 0)
        places = jnp.stack([b0 * x + b1 * y + b2, a0 * x + a1 * y + a2], axis=1)
        return _sampled(images, places, interpolation, fill_mode, fill_value)

    return _channels_last(change, images, data_format)


@operation
def perspective_transform(
    images: Tensor,
    start_points: Tensor,
    end_points: Tensor,
    interpolation: str = "bilinear",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images seen from another side.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        start_points: ``(4, 2)``, or ``(batch, 4, 2)``: the ``(x, y)`` of four corners.
        end_points: where these corners are in the result, likewise.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: what lies outside.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> corners = [[0, 0], [3, 0], [0, 3], [3, 3]]
        >>> x = ops.ones((1, 4, 4, 1))
        >>> float(ops.image.perspective_transform(x, corners, corners).mean().round(3))
        1.0
    """
    starts, ends = jnp.asarray(start_points, "float32"), jnp.asarray(end_points, "float32")
    factors = jnp.vectorize(_homography, signature="(4,2),(4,2)->(8)")(starts, ends)

    def change(images: Tensor) -> Tensor:
        y, x = _pixels(images)
        rows = jnp.broadcast_to(jnp.atleast_2d(factors), (images.shape[0], 8))
        a, b, c, d, e, f, g, h = jnp.moveaxis(rows[:, :, None, None], 1, 0)
        depth = g * x + h * y + 1
        places = jnp.stack([(d * x + e * y + f) / depth, (a * x + b * y + c) / depth], axis=1)
        return _sampled(images, places, interpolation, "constant", fill_value)

    return _channels_last(change, images, data_format)


@operation
def elastic_transform(
    images: Tensor,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Tensor:
    """Images whose pixels are moved at random, neighbours alike.

    Simard et al., "Best practices for convolutional neural networks", ICDAR 2003.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        alpha: how far they are moved.
        sigma: over how many pixels the movements are smoothed.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: what lies outside, see `affine_transform`.
        fill_value: the constant.
        seed: see `jaxkeras.random`.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.elastic_transform(ops.ones((1, 8, 8, 3)), seed=1).shape
        (1, 8, 8, 3)
    """

    def change(images: Tensor) -> Tensor:
        moves = sigma * random.normal((*images.shape[:3], 2), seed=seed)
        width = int(6 * sigma) | 1
        moves = gaussian_blur(moves, (width, width), (sigma, sigma), "channels_last")
        places = jnp.stack(_pixels(images)) + alpha * jnp.moveaxis(moves, -1, 1)
        return _sampled(images, places, interpolation, fill_mode, fill_value).astype(images.dtype)

    return _channels_last(change, images, data_format)


@operation
def map_coordinates(
    inputs: Tensor,
    coordinates: Tensor,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> Tensor:
    """The elements at places between the elements.

    Args:
        inputs: tensor with ``n`` axes.
        coordinates: ``(n, ...)``, the places.
        order: 0 for the nearest element, 1 for a mean of the neighbours.
        fill_mode: what lies outside, see `affine_transform`.
        fill_value: the constant.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.map_coordinates([0.0, 10.0], [[0.5, 1.0]], order=1)
        Array([ 5., 10.], dtype=float32)
    """
    return jax.scipy.ndimage.map_coordinates(inputs, coordinates, order, fill_mode, fill_value)


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


def _channels_last(
    change: Callable[[Tensor], Tensor], images: Tensor, data_format: str | None
) -> Tensor:
    """Call a function of ``(batch, height, width, channels)`` on images of any layout."""
    is_last, is_single = layout(data_format) == "channels_last", images.ndim == 3
    images = images[None] if is_single else images
    images = images if is_last else jnp.moveaxis(images, 1, -1)
    changed = change(images)
    changed = changed if is_last else jnp.moveaxis(changed, -1, 1)
    return changed[0] if is_single else changed


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


def _pixels(images: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of every pixel, both ``(height, width)``."""
    rows, columns = jnp.meshgrid(*map(jnp.arange, images.shape[1:3]), indexing="ij")
    return rows.astype(floatx()), columns.astype(floatx())


def _sampled(
    images: Tensor, places: Tensor, interpolation: str, fill_mode: str, fill_value: float
) -> Tensor:
    """The pixels of ``(batch, height, width, channels)`` at places ``(batch, 2, height, width)``."""
    if interpolation not in _ORDERS:
        raise ValueError(f"interpolation is 'nearest' or 'bilinear'. Received: {interpolation!r}")

    def sample(channel: Tensor, places: Tensor) -> Tensor:
        order = _ORDERS[interpolation]
        return jax.scipy.ndimage.map_coordinates(channel, places, order, fill_mode, fill_value)

    of_channels = jax.vmap(sample, in_axes=(-1, None), out_axes=-1)
    return jax.vmap(of_channels)(images, places)


def _homography(starts: Tensor, ends: Tensor) -> Tensor:
    """The factors that lead from places in the result to places in the image."""
    (u, v), (x, y) = starts.T, ends.T
    zeros, ones = jnp.zeros_like(x), jnp.ones_like(x)
    rows = [
        jnp.stack([x, y, ones, zeros, zeros, zeros, -u * x, -u * y], axis=-1),
        jnp.stack([zeros, zeros, zeros, x, y, ones, -v * x, -v * y], axis=-1),
    ]
    return jnp.linalg.solve(jnp.concatenate(rows), jnp.concatenate([u, v]))
