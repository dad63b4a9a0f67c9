"""Random changes of sharpness."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.preprocessing._value_ranges import RandomFactorLayer
from jaxkeras.layers.preprocessing.image_base import RandomImageLayer, Shape, per_image
from jaxkeras.ops.image import gaussian_blur
from jaxkeras.ops.nn import depthwise_conv

__all__ = ["RandomGaussianBlur", "RandomSharpness"]


class RandomSharpness(RandomFactorLayer):
    """Soften or sharpen images, each to another degree.

    Args:
        factor: bounds of the degree: 0 softens, 0.5 leaves the image, 1 sharpens; a pair from 0 to
            1, or one number for ``(0, factor)``.
        value_range: the least and the greatest value of a pixel; the result stays within.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the degrees independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: the factor or the range of values is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> image = np.zeros((3, 3, 1))
        >>> image[1, 1] = 130.0
        >>> jaxkeras.layers.RandomSharpness((0.0, 0.0))(image)[1].ravel().round()
        Array([10., 50., 10.], dtype=float32)
    """

    _bounds = (0.0, 1.0)

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        degree = per_image(2 * parameters["factor"]).astype(images.dtype)
        window = (jnp.ones((3, 3)).at[1, 1].set(5) / 13).astype(images.dtype)
        kernel = jnp.broadcast_to(window[..., None, None], (3, 3, images.shape[-1], 1))
        soft = depthwise_conv(images, kernel, 1, "same", "channels_last")
        return jnp.clip(images + (1 - degree) * (soft - images), *self.value_range)


class RandomGaussianBlur(RandomImageLayer):
    """Blur some of the images.

    Args:
        factor: the probability of it: a number, for ``(0, factor)``, or a pair of bounds it is
            drawn from.
        kernel_size: width and height of the window of the bell curve, odd; or one number for both.
        sigma: bounds of the standard deviation in pixels, from 0 to 1, drawn once a batch along
            width and along height: a pair, or one number for ``(0, sigma)``.
        value_range: the least and the greatest value of a pixel; the result stays within.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the numbers independent of the global seed.
        **kwargs: see `ImageLayer`.

    Input shape:
        ``(batch, height, width, channels)`` or ``(height, width, channels)``, or with the channels
        first; or a dictionary, see `ImageLayer`

    Output shape:
        same as the input

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> image = np.zeros((3, 3, 1))
        >>> image[1, 1] = 100.0
        >>> blurred = jaxkeras.layers.RandomGaussianBlur((1.0, 1.0), sigma=(1.0, 1.0))(image)
        >>> blurred[1].ravel().round()
        Array([12., 20., 12.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, low=0)
        self.kernel_size = self._sizes("kernel_size", kernel_size)
        if any(size % 2 == 0 for size in self.kernel_size):
            raise ValueError(
                f"{self.label}: kernel_size takes odd numbers, so that a pixel is in the middle. "
                f"Received: kernel_size={kernel_size!r}"
            )
        self.sigma = self._factor("sigma", sigma, low=0)
        self.value_range = self._value_range(value_range)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        for_choice, for_sigma = jax.random.split(key)
        return {
            "should_apply_blur": self._chosen(for_choice, shape[0], self.factor),
            "blur_factor": 1e-6 + jax.random.uniform(for_sigma, (2,), float, *self.sigma),
        }

    def transform_images(self, images: jax.Array, parameters: Any) -> jax.Array:
        sigma = parameters["blur_factor"].astype(images.dtype)
        blurred = gaussian_blur(images, self.kernel_size, sigma, "channels_last")
        is_blurred = per_image(parameters["should_apply_blur"])
        return jnp.clip(jnp.where(is_blurred, blurred, images), *self.value_range)
