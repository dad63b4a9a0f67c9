"""Functions of the old backend on the elements and the shape of tensors."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import ops
from jaxkeras.ops import _moments
from jaxkeras.ops.operation import Tensor, operation, thin

__all__ = [
    "argmax", "argmin", "batch_dot", "batch_flatten", "clip", "concatenate", "cumprod",
    "cumsum", "expand_dims", "eye", "flatten", "gather", "l2_normalize", "map_fn",
    "permute_dimensions", "pow", "repeat", "repeat_elements", "reverse", "switch",
]  # fmt: skip

argmax = thin(jnp.argmax, "x, axis=-1")
argmin = thin(jnp.argmin, "x, axis=-1")
cumprod = thin(jnp.cumprod, "x, axis=0")
cumsum = thin(jnp.cumsum, "x, axis=0")
expand_dims = thin(jnp.expand_dims, "x, axis=-1")


@operation
def batch_dot(x: Tensor, y: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Sums of products for every example of a batch.

    Args:
        x: ``(batch, ...)``
        y: ``(batch, ...)``
        axes: the axis of each to sum over, or one for both; by default the last of ``x`` and the
            second last of ``y``, or its last if it has two axes.

    Returns:
        The other axes of ``x``, then those of ``y``; ``(batch, 1)`` if there are none.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_dot(K.ones((2, 3, 4)), K.ones((2, 4, 5))).shape
        (2, 3, 5)
    """
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 2 if y.ndim > 2 else 1)
    x_axis, y_axis = (axes, axes) if isinstance(axes, int) else axes

    def dot(x: Tensor, y: Tensor) -> Tensor:
        return jnp.tensordot(x, y, axes=(x_axis % (x.ndim + 1) - 1, y_axis % (y.ndim + 1) - 1))

    products = jax.vmap(dot)(x, y)
    return products[:, None] if products.ndim == 1 else products


@operation
def batch_flatten(x: Tensor) -> Tensor:
    """Every example of a batch as a vector.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_flatten(K.ones((2, 3, 4))).shape
        (2, 12)
    """
    return x.reshape(x.shape[0], -1)


@operation
def clip(x: Tensor, min_value: Tensor | None, max_value: Tensor | None) -> Tensor:
    """Elements kept between two bounds; ``None`` is no bound.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.clip([-2.0, 2.0], 0, None)
        Array([0., 2.], dtype=float32)
    """
    return jnp.clip(x, min_value, max_value)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors, one after the other along an axis.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.concatenate([[[1, 2]], [[3]]])
        Array([[1, 2, 3]], dtype=int32)
    """
    return ops.concatenate(tensors, axis)


def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """The unit matrix.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.eye(2)
        Array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    return ops.eye(size, dtype=dtype)


def flatten(x: Any) -> Any:
    """All elements as a vector, those of all examples of a batch.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.flatten([[1, 2], [3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """
    return ops.ravel(x)


def gather(reference: Any, indices: Any) -> Any:
    """Rows by their numbers.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.gather([[1, 2], [3, 4]], [1])
        Array([[3, 4]], dtype=int32)
    """
    return ops.take(reference, indices, axis=0)


@operation
def l2_normalize(x: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """Vectors scaled to length 1.

    Args:
        x: tensor of any shape.
        axis: the axis, or the axes, along which a vector lies; ``None`` for all.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.l2_normalize([[3.0, 4.0]], axis=-1)
        Array([[0.6, 0.8]], dtype=float32)
    """
    return _moments.l2_normalize(x, axis, least=1e-6)


def map_fn(fn: Callable[..., Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """A function called on every element of the first axis.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.map_fn(lambda x: 2 * x, K.ones((2,)))
        Array([2., 2.], dtype=float32)
    """
    return ops.map(fn, elems)


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes in another order.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.permute_dimensions(K.ones((2, 3, 4)), (2, 0, 1)).shape
        (4, 2, 3)
    """
    return ops.transpose(x, pattern)


def pow(x: Any, a: Any) -> Any:
    """``x ** a``

    Example:
        >>> from jaxkeras import backend as K
        >>> K.pow([2.0, 3.0], 2)
        Array([4., 9.], dtype=float32)
    """
    return ops.power(x, a)


@operation
def repeat(x: Tensor, n: int) -> Tensor:
    """Vectors as constant sequences.

    Args:
        x: ``(batch, features)``
        n: their length.

    Returns:
        ``(batch, n, features)``

    Example:
        >>> from jaxkeras import backend as K
        >>> K.repeat([[1, 2]], 2)
        Array([[[1, 2],
                [1, 2]]], dtype=int32)
    """
    return jnp.repeat(x[:, None], n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Every element several times, one after the other.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.repeat_elements([[1, 2]], 2, axis=1)
        Array([[1, 1, 2, 2]], dtype=int32)
    """
    return ops.repeat(x, rep, axis)


def reverse(x: Any, axes: int | Sequence[int]) -> Any:
    """The elements in reverse order along some axes.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.reverse([1, 2, 3], axes=0)
        Array([3, 2, 1], dtype=int32)
    """
    return ops.flip(x, axes)


@operation
def switch(condition: Tensor, then_expression: Any, else_expression: Any) -> Any:
    """One of two values, or of what two functions return, for each element or as a whole.

    Args:
        condition: a boolean, or booleans of the first axes of the values.
        then_expression: a tensor, or a function without arguments.
        else_expression: likewise.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.switch([True, False], [[1, 2], [3, 4]], [[0, 0], [0, 0]])
        Array([[1, 2],
               [0, 0]], dtype=int32)
    """
    values = [
        jnp.asarray(value() if callable(value) else value)
        for value in (then_expression, else_expression)
    ]
    missing = max(value.ndim for value in values) - condition.ndim
    return jnp.where(condition.reshape(*condition.shape, *[1] * missing).astype(bool), *values)
