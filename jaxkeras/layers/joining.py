"""Layers that join several arrays along an axis, or multiply their vectors."""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.merging import Arrays, Masks, Merge
from jaxkeras.ops._moments import l2_normalize
from jaxkeras.symbolic import Shape

__all__ = ["Concatenate", "Dot", "concatenate", "dot"]


class Concatenate(Merge):
    """The inputs one after the other.

    Masks are joined along with their steps; an input without one counts in full. (Keras 3.15 loses
    an axis where a mask has as many as its input.)

    Args:
        axis: the axis along which they are joined.
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that differ along ``axis`` only

    Output shape:
        theirs, with the sizes along ``axis`` added up

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Concatenate()([jnp.array([[1.0]]), jnp.array([[2.0, 3.0]])])
        Array([[1., 2., 3.]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def check_shapes(self, shapes: list[Shape]) -> None:
        ndim = len(shapes[0])
        if not -ndim <= self.axis < ndim or any(len(shape) != ndim for shape in shapes):
            self.refuse(shapes, f"They need as many axes, among them axis {self.axis}.")
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            if axis != self.axis % ndim and len({size for size in sizes if size is not None}) > 1:
                self.refuse(shapes, f"Their sizes must agree on all axes but {self.axis}.")

    def call(self, inputs: Arrays) -> jax.Array:
        return jnp.concatenate(inputs, self.axis)

    def compute_mask(self, inputs: Arrays, previous_mask: Masks | None = None) -> Any:
        """Masks joined along the axis; where they do not have it, a step counts in any of them."""
        known = [mask for mask in previous_mask or () if mask is not None]
        if not known or previous_mask is None:
            return None
        ndim, axis = known[0].ndim, self.axis % inputs[0].ndim
        masks = [
            jnp.ones(x.shape[:ndim], bool) if mask is None else mask
            for x, mask in zip(inputs, previous_mask, strict=True)
        ]
        if axis < ndim:
            return jnp.concatenate(masks, axis)
        return functools.reduce(operator.or_, masks)


class Dot(Merge):
    """The products of the vectors of two inputs, sample by sample.

    Args:
        axes: the axis, or the axis of each input, along which their vectors lie.
        normalize: whether vectors are scaled to length 1 first, which gives cosines.
        **kwargs: see `Layer`.

    Input shape:
        a list of two arrays, ``(batch, ...)``

    Output shape:
        ``(batch, *first, *second)``: what remains of each; ``(batch, 1)`` for two vectors

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Dot(axes=1)([jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]])])
        Array([[11.]], dtype=float32)
    """

    count_of_inputs = 2

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        pair: Any = tuple(axes) if isinstance(axes, (tuple, list)) else (axes, axes)
        if len(pair) != 2 or any(isinstance(a, bool) or not hasattr(a, "__index__") for a in pair):
            raise ValueError(
                f"{self.label} takes one axis, or one for each of its two inputs. "
                f"Received: axes={axes!r}"
            )
        self.axes: tuple[int, int] = pair
        self.normalize = normalize

    def check_shapes(self, shapes: list[Shape]) -> None:
        ends = [len(shape) for shape in shapes]
        if any(a % end == 0 or not -end <= a < end for a, end in zip(self.axes, ends, strict=True)):
            self.refuse(shapes, f"They need axes {self.axes} besides the batch.")
        sizes = [shape[axis] for axis, shape in zip(self.axes, shapes, strict=True)]
        if len(set(sizes) - {None}) > 1:
            self.refuse(shapes, f"Their sizes on axes {self.axes} differ.")

    def call(self, inputs: Arrays) -> jax.Array:
        first, second = inputs
        if self.normalize:
            first, second = (
                l2_normalize(x, axis) for x, axis in zip(inputs, self.axes, strict=True)
            )
        axes = [axis % x.ndim - 1 for x, axis in zip(inputs, self.axes, strict=True)]
        products = jax.vmap(functools.partial(jnp.tensordot, axes=axes))(first, second)
        return products[:, None] if products.ndim == 1 else products

    def compute_mask(self, inputs: Arrays, previous_mask: Masks | None = None) -> None:
        """No mask."""


def concatenate(inputs: Arrays, axis: int = -1, **kwargs: Any) -> Any:
    """A list of arrays or symbolic tensors one after the other; see `Concatenate`.

    Example:
        >>> import jaxkeras
        >>> left, right = jaxkeras.Input((4,)), jaxkeras.Input((3,))
        >>> jaxkeras.layers.concatenate([left, right]).shape
        (None, 7)
    """
    return Concatenate(axis, **kwargs)(inputs)


def dot(inputs: Arrays, axes: int | Sequence[int] = -1, **kwargs: Any) -> Any:
    """The products of the vectors of two arrays or symbolic tensors; see `Dot`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.dot([jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]])], axes=1)
        Array([[11.]], dtype=float32)
    """
    return Dot(axes, **kwargs)(inputs)
