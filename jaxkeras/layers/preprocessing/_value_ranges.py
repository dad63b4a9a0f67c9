"""The range of the values of pixels."""

import jax

__all__ = ["Range", "rescaled"]

Range = tuple[float, float]


def rescaled(images: jax.Array, source: Range, target: Range) -> jax.Array:
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
