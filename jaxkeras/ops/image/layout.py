"""Images of any layout as batches with the channels last, and windows of given proportions."""

from collections.abc import Callable, Sequence

import jax.numpy as jnp

from jaxkeras.ops.operation import Tensor
from jaxkeras.ops.operation import layout as standardized

__all__ = ["channels_last", "largest_window"]


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


def largest_window(size: Sequence[int], target: Sequence[int]) -> tuple[int, int, int, int]:
    """The largest window of given proportions in the middle of an image.

    Args:
        size: the image's height and width.
        target: a height and a width that the window is in proportion to.

    Returns:
        Its upper border, its left border, its height and its width.

    Example:
        >>> from jaxkeras.ops.image.layout import largest_window
        >>> largest_window((10, 8), (1, 2))
        (3, 0, 4, 8)
    """
    height = max(min(size[0], int(size[1] * target[0] / target[1])), 1)
    width = max(min(size[1], int(size[0] * target[1] / target[0])), 1)
    return (size[0] - height) // 2, (size[1] - width) // 2, height, width
