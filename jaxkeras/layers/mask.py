"""Masks: which time steps of an array are real. They accompany arrays from layer to layer."""

import weakref
from typing import Any

import jax

__all__ = ["get_mask", "set_mask"]

# By the identity of an array (or tracer), which the reference keeps from being taken for another's.
_masks: dict[int, tuple[weakref.ref, jax.Array]] = {}


def get_mask(array: Any) -> jax.Array | None:
    """The mask that accompanies an array, ``(batch, time)`` booleans, or ``None``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import mask
        >>> x = jnp.ones((1, 2, 3))
        >>> mask.set_mask(x, jnp.array([[True, False]]))
        >>> mask.get_mask(x)
        Array([[ True, False]], dtype=bool)
        >>> mask.get_mask(jnp.ones((1, 2, 3))) is None
        True
    """
    reference, mask = _masks.get(id(array), (None, None))
    return mask if reference is not None and reference() is array else None


def set_mask(array: Any, mask: jax.Array | None) -> None:
    """Let a mask accompany an array; ``None`` takes it away. See `get_mask`."""
    key = id(array)
    if mask is None:
        _masks.pop(key, None)
    else:
        _masks[key] = weakref.ref(array, lambda _: _masks.pop(key, None)), mask
