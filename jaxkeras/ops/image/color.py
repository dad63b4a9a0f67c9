"""Operations on the colors of images."""

import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops.operation import Tensor, layout, operation

__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]

_LUMINANCE = (0.2989, 0.5870, 0.1140)  # of red, green and blue


@operation
def rgb_to_grayscale(images: Tensor, data_format: str | None = None) -> Tensor:
    """The brightness of colors. An image with a single channel stays as it is.

    Args:
        images: ``(..., height, width, 3)``, or ``(..., 3, height, width)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Returns:
        ``(..., height, width, 1)``, or ``(..., 1, height, width)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).round(3)
        Array([[[1.]]], dtype=float32)
    """
    axis = _channel_axis(data_format)
    if images.shape[axis] == 1:
        return images
    is_float = jnp.issubdtype(images.dtype, jnp.floating)
    colors = images if is_float else images.astype(floatx())
    gray = jnp.tensordot(colors, jnp.asarray(_LUMINANCE, colors.dtype), axes=(axis, 0))
    return jnp.expand_dims(gray, axis).astype(images.dtype)


@operation
def rgb_to_hsv(images: Tensor, data_format: str | None = None) -> Tensor:
    """Red, green and blue as hue, saturation and value.

    Smith, "Color gamut transform pairs", SIGGRAPH 1978.

    Args:
        images: floats from 0 to 1: ``(..., height, width, 3)``, or ``(..., 3, height, width)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Raises:
        ValueError: the images are not floats.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.rgb_to_hsv([[[0.0, 0.5, 0.0]]]).round(3)
        Array([[[0.333, 1.   , 0.5  ]]], dtype=float32)
    """
    axis = _channel_axis(data_format)
    _require_floats("rgb_to_hsv", images)
    colors = jnp.where(jnp.abs(images) < jnp.finfo(images.dtype).eps, 0.0, images)
    red, green, blue = jnp.moveaxis(colors, axis, 0)
    value, least = jnp.max(colors, axis), jnp.min(colors, axis)
    spread = value - least
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1.0), 0.0)
    sixth = 1 / (6 * jnp.where(spread > 0, spread, 1.0))
    hue = jnp.where(value == green, sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3)
    hue = jnp.where(value == red, sixth * (green - blue), hue)
    hue = jnp.where(spread > 0, hue, 0.0)
    return jnp.stack([jnp.where(hue < 0, hue + 1, hue), saturation, value], axis)


@operation
def hsv_to_rgb(images: Tensor, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value as red, green and blue; the inverse of `rgb_to_hsv`.

    Args:
        images: floats from 0 to 1: ``(..., height, width, 3)``, or ``(..., 3, height, width)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Raises:
        ValueError: the images are not floats.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.hsv_to_rgb([[[0.0, 1.0, 0.5]]])
        Array([[[0.5, 0. , 0. ]]], dtype=float32)
    """
    axis = _channel_axis(data_format)
    _require_floats("hsv_to_rgb", images)
    hue, saturation, value = jnp.moveaxis(images, axis, 0)
    place = jnp.mod(hue, 1.0) * 6
    shares = [jnp.abs(place - 3) - 1, 2 - jnp.abs(place - 2), 2 - jnp.abs(place - 4)]
    return jnp.stack(
        [value * (1 - saturation + saturation * jnp.clip(share, 0, 1)) for share in shares], axis
    )


def _channel_axis(data_format: str | None) -> int:
    return -1 if layout(data_format) == "channels_last" else -3


def _require_floats(name: str, images: Tensor) -> None:
    if not jnp.issubdtype(images.dtype, jnp.floating):
        raise ValueError(
            f"{name} takes floats from 0 to 1, got {images.dtype}. Divide the images by 255 first."
        )
