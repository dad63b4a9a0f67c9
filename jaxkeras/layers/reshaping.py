"""Layers that rearrange their input without computing anything."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import config
from jaxkeras.layers.layer import Layer
from jaxkeras.registry import suggest

__all__ = ["Flatten", "Reshape"]

_DATA_FORMATS = ("channels_last", "channels_first")


class Flatten(Layer):
    """Put all dimensions of a sample into one.

    Args:
        data_format: ``"channels_first"`` moves the channels last before flattening, so that the
            order is that of a channels-last network; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        ``(batch, features)``; ``(batch, 1)`` for an input of shape ``(batch,)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Flatten()(jnp.zeros((2, 28, 28))).shape
        (2, 784)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = data_format or config.image_data_format()
        if self.data_format not in _DATA_FORMATS:
            raise ValueError(
                f"{self.label} expected data_format 'channels_last' or 'channels_first'. "
                f"Received: {data_format!r}.{suggest(str(data_format), _DATA_FORMATS)}"
            )

    def call(self, inputs: jax.Array) -> jax.Array:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return inputs.reshape(inputs.shape[0], -1 if inputs.ndim > 1 else 1)


class Reshape(Layer):
    """Give every sample another shape.

    Args:
        target_shape: shape of a sample; one dimension may be -1 and is worked out.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        ``(batch, *target_shape)``

    Raises:
        ValueError: a sample has another number of elements.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Reshape((-1, 2))(jnp.zeros((3, 6))).shape
        (3, 3, 2)
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        sizes: Any = target_shape if isinstance(target_shape, (tuple, list)) else [target_shape]
        if any(isinstance(dim, bool) or not hasattr(dim, "__index__") or dim < -1 for dim in sizes):
            raise ValueError(
                f"{self.label} takes the sizes of a sample, such as (28, 28, 1), with -1 for one "
                f"that is worked out. Received: target_shape={target_shape!r}"
            )
        self.target_shape = tuple(int(dim) for dim in sizes)
        if self.target_shape.count(-1) > 1:
            raise ValueError(
                f"{self.label} can work out one size only. Received: target_shape={target_shape!r}"
            )

    def call(self, inputs: jax.Array) -> jax.Array:
        target = self.target_shape
        if -1 in target:
            # Worked out per sample, because the batch size may not be known.
            rest = -_product(target)
            total = _product(inputs.shape[1:])
            if isinstance(total, int) and (rest == 0 or total % rest):
                raise ValueError(self._mismatch(inputs.shape))
            target = tuple(total // rest if dim == -1 else dim for dim in target)
        elif _product(inputs.shape[1:]) != _product(target):
            raise ValueError(self._mismatch(inputs.shape))
        return inputs.reshape(inputs.shape[0], *target)

    def _mismatch(self, shape: tuple) -> str:
        wanted = ("a multiple of " if -1 in self.target_shape else "") + str(
            abs(_product(self.target_shape))
        )
        return (
            f"{self.label} cannot turn samples of shape {shape[1:]}, {_product(shape[1:])} "
            f"elements each, into {self.target_shape}, {wanted} each. "
            "target_shape is the shape of one sample, without the batch."
        )


def _product(dims: Sequence[Any]) -> Any:
    """The product; unlike `math.prod` it takes symbolic dimensions."""
    total = 1
    for dim in dims:
        total = total * dim
    return total
