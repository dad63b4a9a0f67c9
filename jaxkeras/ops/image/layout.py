"""Images of any layout as batches with the channels last."""

from collections.abc import Callable

import jax.numpy as jnp

from jaxkeras.ops.operation import Tensor
from jaxkeras.ops.operation import layout as standardized

__all__ = ["channels_last"]


def channels_last(
    change: Callable[[Tensor], Tensor], images: Tensor, data_format: str | None
) -> Tensor:
    """Call a function of ``(batch, height, width, channels)`` on images of any layout.

    Args:
        change: the function.
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.image.layout import channels_last
        >>> channels_last(lambda x: x[:, :, 1:], jnp.zeros((3, 4, 5)), "channels_first").shape
        (3, 4, 4)
    """
    is_last, is_single = standardized(data_format) == "channels_last", images.ndim == 3
    images = images[None] if is_single else images
    images = images if is_last else jnp.moveaxis(images, 1, -1)
    changed = change(images)
    changed = changed if is_last else jnp.moveaxis(changed, -1, 1)
    return changed[0] if is_single else changed
