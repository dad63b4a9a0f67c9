"""The range of the values of pixels, and the base of layers that change them by a random factor."""

from typing import Any, ClassVar

import jax

from jaxkeras.layers.preprocessing.image_base import RandomImageLayer, Shape

__all__ = ["RandomFactorLayer", "rescaled"]

_Range = tuple[float, float]


def rescaled(images: jax.Array, source: _Range, target: _Range) -> jax.Array:
    """Pixels moved from one range of values to another.

    Args:
        images: any shape.
        source: the least and the greatest value that they may have now.
        target: those that they shall have.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.preprocessing._value_ranges import rescaled
        >>> rescaled(jnp.array([0.0, 0.2, 1.0]), (0, 1), (0, 255))
        Array([  0.,  51., 255.], dtype=float32)
    """
    if source == target:
        return images
    part = (images - source[0]) / (source[1] - source[0])
    return part * (target[1] - target[0]) + target[0]


class RandomFactorLayer(RandomImageLayer):
    """Base of layers that change the values of pixels by a random factor, one for each image.

    A subclass may set ``_bounds``, between which factors are. By default ``"factor"`` is the one
    parameter that is drawn.

    Args:
        factor: bounds of the factor: a pair, or one number for both signs as far as ``_bounds``
            allow.
        value_range: the least and the greatest value of a pixel.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        seed: makes the factors independent of the global seed.
        **kwargs: see `ImageLayer`.

    Raises:
        ValueError: the factor or the range of values is none of these.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing._value_ranges import RandomFactorLayer
        >>> class RandomDim(RandomFactorLayer):
        ...     def transform_images(self, images, parameters):
        ...         return images * parameters["factor"][:, None, None, None]
        >>> float(RandomDim((0.5, 0.5))(np.ones((8, 8, 3))).max())
        0.5
    """

    _bounds: ClassVar[_Range] = (-1.0, 1.0)

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._factor("factor", factor, *self._bounds)
        self.value_range = self._value_range(value_range)

    def draw(self, key: jax.Array, shape: Shape) -> Any:
        return {"factor": self._drawn(key, shape)}

    def _drawn(self, key: jax.Array, shape: Shape) -> jax.Array:
        """A factor for each image, ``(batch,)``."""
        return jax.random.uniform(key, shape[:1], float, *self.factor)
