"""Pixels at places between pixels, for operations that move images."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops.image.filtering import gaussian_blur
from jaxkeras.ops.operation import Tensor

__all__ = ["displacements", "homography", "pixels", "sampled"]

_ORDERS = {"nearest": 0, "bilinear": 1}


def pixels(images: Tensor) -> Tensor:
    """Row and column of every pixel of ``(batch, height, width, channels)``.

    Returns:
        ``(2, height, width)``

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.image._sampling import pixels
        >>> pixels(jnp.zeros((1, 1, 3, 1)))
        Array([[[0., 0., 0.]],
               [[0., 1., 2.]]], dtype=float32)
    """
    rows, columns = jnp.meshgrid(*map(jnp.arange, images.shape[1:3]), indexing="ij")
    return jnp.stack([rows, columns]).astype(floatx())


def sampled(
    images: Tensor, places: Tensor, interpolation: str, fill_mode: str, fill_value: float
) -> Tensor:
    """Pixels of images at places between their pixels.

    Args:
        images: ``(batch, height, width, channels)``.
        places: ``(batch, 2, rows, columns)``, row and column in the image.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: what lies outside, see `jaxkeras.ops.image.affine_transform`.
        fill_value: the constant.

    Returns:
        ``(batch, rows, columns, channels)``

    Raises:
        ValueError: the interpolation is another.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.image._sampling import sampled
        >>> image = jnp.array([0.0, 10.0]).reshape(1, 1, 2, 1)
        >>> place = jnp.array([0.0, 0.5]).reshape(1, 2, 1, 1)
        >>> sampled(image, place, "bilinear", "constant", 0.0).ravel()
        Array([5.], dtype=float32)
    """
    if interpolation not in _ORDERS:
        raise ValueError(f"interpolation is 'nearest' or 'bilinear'. Received: {interpolation!r}")

    def sample(channel: Tensor, places: Tensor) -> Tensor:
        order = _ORDERS[interpolation]
        return jax.scipy.ndimage.map_coordinates(channel, places, order, fill_mode, fill_value)

    of_channels = jax.vmap(sample, in_axes=(-1, None), out_axes=-1)
    return jax.vmap(of_channels)(images, places)


@jax.jit
def homography(starts: Tensor, ends: Tensor) -> Tensor:
    """The projective map that leads from four places to four others.

    Args:
        starts: ``(..., 4, 2)``, places ``(x, y)``.
        ends: where they go, likewise.

    Returns:
        ``(..., 3, 3)``, for places ``(x, y, 1)``, up to a factor.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.image._sampling import homography
        >>> square = jnp.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> matrix = homography(square, 2 * square)
        >>> (matrix @ jnp.array([3.0, 4.0, 1.0])).round().tolist()
        [6.0, 8.0, 1.0]
    """

    def solve(starts: Tensor, ends: Tensor) -> Tensor:
        (x, y), (u, v) = starts.T, ends.T
        zeros, ones = jnp.zeros_like(x), jnp.ones_like(x)
        rows = [
            jnp.stack([x, y, ones, zeros, zeros, zeros, -u * x, -u * y], axis=-1),
            jnp.stack([zeros, zeros, zeros, x, y, ones, -v * x, -v * y], axis=-1),
        ]
        factors = jnp.linalg.solve(jnp.concatenate(rows), jnp.concatenate([u, v]))
        return jnp.append(factors, 1.0).reshape(3, 3)

    return jnp.vectorize(solve, signature="(4,2),(4,2)->(3,3)")(starts, ends)


@functools.partial(jax.jit, static_argnames="width")
def displacements(noise: Tensor, alpha: Any, sigma: Any, width: int) -> Tensor:
    """By how much an elastic transformation moves every pixel.

    Args:
        noise: ``(batch, height, width, 2)``, normally distributed.
        alpha: how far pixels are moved.
        sigma: over how many pixels the movements are smoothed.
        width: size of the window in which they are smoothed, odd.

    Returns:
        ``(batch, 2, height, width)``, along the height and along the width.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.image._sampling import displacements
        >>> displacements(jnp.ones((1, 5, 5, 2)), 2.0, 3.0, 1)[0, 0, 0, 0]
        Array(6., dtype=float32)
    """
    smooth = sigma * noise
    for window in ((width, 1), (1, width)):  # one axis after the other: fewer products
        smooth = gaussian_blur(smooth, window, (sigma, sigma), "channels_last")
    return alpha * jnp.moveaxis(smooth, -1, 1)
