"""Layers that move or repeat the axes of their input."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer

__all__ = ["Permute", "RepeatVector"]


class Permute(Layer):
    """Put the axes of every sample into another order.

    Args:
        dims: the axes of the input in their new order, counted from 1: the batch, 0, stays.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        the same sizes in the new order

    Raises:
        ValueError: ``dims`` is no order of the numbers from 1.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Permute((2, 1))(jnp.zeros((3, 10, 64))).shape
        (3, 64, 10)
    """

    def __init__(self, dims: Sequence[int] | int, **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = (dims,) if isinstance(dims, int) else tuple(dims)
        if sorted(map(repr, self.dims)) != sorted(map(repr, range(1, len(self.dims) + 1))):
            raise ValueError(
                f"{self.label} takes every axis once, counted from 1 without the batch, such as "
                f"(2, 1). Received: dims={dims!r}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """No mask: time is not where it was."""

    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """Repeat a vector as the steps of a sequence.

    Args:
        n: number of steps.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, features)``

    Output shape:
        ``(batch, n, features)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.RepeatVector(3)(jnp.zeros((2, 32))).shape
        (2, 3, 32)
    """

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.n = whole_number(f"{self.label}: n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.repeat(inputs[:, None], self.n, axis=1)
