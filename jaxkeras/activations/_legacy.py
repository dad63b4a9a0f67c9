"""Activations whose numbers changed between the generations of Keras, as old files mean them."""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.activations._base import _catalog, as_float

__all__ = ["legacy_hard_sigmoid"]


@_catalog.register()
def legacy_hard_sigmoid(x: ArrayLike) -> jax.Array:
    """What `hard_sigmoid` was before Keras 3: ``0.2 * x + 0.5`` kept between 0 and 1.

    Models from files of Keras 2 and earlier have it, so that they give the numbers that they gave.

    Args:
        x: array of any shape.

    Source:
        ``keras.activations.hard_sigmoid`` of Keras 2

    Example:
        >>> from jaxkeras import activations
        >>> activations.legacy_hard_sigmoid([-4.0, 1.0, 4.0])
        Array([0. , 0.7, 1. ], dtype=float32)
    """
    return jnp.clip(0.2 * as_float(x) + 0.5, 0.0, 1.0)
