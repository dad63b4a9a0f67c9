"""Operations that move the pixels of images."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import random
from jaxkeras.config import floatx
from jaxkeras.ops.image.filtering import gaussian_blur
from jaxkeras.ops.image.layout import channels_last
from jaxkeras.ops.operation import Tensor, operation

__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform"]

_ORDERS = {"nearest": 0, "bilinear": 1}


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
    factors = jnp.vectorize(_homography, signature="(4,2),(4,2)->(8)")(starts, ends)

    def change(images: Tensor) -> Tensor:
        y, x = _pixels(images)
        rows = jnp.broadcast_to(jnp.atleast_2d(factors), (images.shape[0], 8))
        a, b, c, d, e, f, g, h = jnp.moveaxis(rows[:, :, None, None], 1, 0)
        depth = g * x + h * y + 1
        places = jnp.stack([(d * x + e * y + f) / depth, (a * x + b * y + c) / depth], axis=1)
        return _sampled(images, places, interpolation, "constant", fill_value)

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
        moves = sigma * random.normal((*images.shape[:3], 2), seed=seed)
        width = int(6 * sigma) | 1
        moves = gaussian_blur(moves, (width, width), (sigma, sigma), "channels_last")
        places = jnp.stack(_pixels(images)) + alpha * jnp.moveaxis(moves, -1, 1)
        return _sampled(images, places, interpolation, fill_mode, fill_value).astype(images.dtype)

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


def _pixels(images: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of every pixel, both ``(height, width)``."""
    rows, columns = jnp.meshgrid(*map(jnp.arange, images.shape[1:3]), indexing="ij")
    return rows.astype(floatx()), columns.astype(floatx())


def _sampled(
    images: Tensor, places: Tensor, interpolation: str, fill_mode: str, fill_value: float
) -> Tensor:
    """Pixels of ``(batch, height, width, channels)`` at places ``(batch, 2, height, width)``."""
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
