"""Operations that move the pixels of images."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import random
from jaxkeras.config import floatx
from jaxkeras.ops.image._sampling import displacements, homography, pixels, sampled
from jaxkeras.ops.image.layout import channels_last
from jaxkeras.ops.operation import Tensor, operation

__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform"]


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
        y, x = pixels(images)
        rows = jnp.broadcast_to(jnp.atleast_2d(transform), (images.shape[0], 8))
        to_x, to_y = rows[:, :3, None, None], rows[:, 3:6, None, None]
        places = jnp.stack([_weighted(to_y, x, y), _weighted(to_x, x, y)], axis=1)
        return sampled(images, places, interpolation, fill_mode, fill_value)

    return channels_last(change, images, data_format)


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
    matrix = homography(ends, starts)

    def change(images: Tensor) -> Tensor:
        y, x = pixels(images)
        rows = jnp.broadcast_to(matrix, (images.shape[0], 3, 3))
        to_x, to_y, to_depth = jnp.moveaxis(rows[..., None, None], 1, 0)  # (batch, 3, 1, 1) each
        depth = _weighted(to_depth, x, y)
        places = jnp.stack([_weighted(to_y, x, y) / depth, _weighted(to_x, x, y) / depth], axis=1)
        return sampled(images, places, interpolation, "constant", fill_value)

    return channels_last(change, images, data_format)


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
        noise = random.normal((*images.shape[:3], 2), seed=seed)
        places = pixels(images) + displacements(noise, alpha, sigma, int(6 * sigma) | 1)
        return sampled(images, places, interpolation, fill_mode, fill_value).astype(images.dtype)

    return channels_last(change, images, data_format)


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


def _weighted(factors: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """A sum over ``(x, y, 1)`` with factors ``(batch, 3, 1, 1)``."""
    return factors[:, 0] * x + factors[:, 1] * y + factors[:, 2]
