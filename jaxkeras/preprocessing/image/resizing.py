"""Images of another size."""

from typing import Any

import jax
import numpy as np

from jaxkeras import ops

__all__ = ["smart_resize"]


def smart_resize(
    x: Any,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> Any:
    """Images of another size, cut where they are too wide or too high, but not distorted.

    Args:
        x: ``(height, width, channels)`` or ``(batch, height, width, channels)``.
        size: height and width.
        interpolation: as of `jaxkeras.ops.image.resize`.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
        ``(*size, channels)``, with the batch in front if there is one; an array of NumPy for one
        of NumPy.

    Raises:
        ValueError: ``x`` is no image, or an argument has another value.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import smart_resize
        >>> smart_resize(np.zeros((340, 500, 3)), (200, 200)).shape
        (200, 200, 3)

    Keras name: ``keras.preprocessing.image.smart_resize``.
    """
    resized: Any = ops.image.resize(
        x, size, interpolation, crop_to_aspect_ratio=True, data_format=data_format
    )
    return resized if isinstance(x, jax.Array) else np.asarray(resized)
